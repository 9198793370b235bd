"""The shifter's use case on its adapters."""

from datetime import datetime

from canary import wiring
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.table import DynamoRollouts
from canary.flow.shift import Shifter
from canary.wiring.settings import SHIFTER_CONFIG, client, read_settings


def build() -> Shifter:
    """Return the shifter of this environment."""
    settings = read_settings()
    rollouts = DynamoRollouts(client("dynamodb", SHIFTER_CONFIG), settings.table)
    return Shifter(rollouts, SageMakerEndpoints(client("sagemaker", SHIFTER_CONFIG)), _clock)


def _clock() -> datetime:
    return wiring.utc_now()
