"""The shifter's use case on its adapters."""

import os
from datetime import datetime

from canary import wiring
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.table import DynamoRollouts
from canary.flow.shift import Shifter
from canary.wiring.clients import SHIFTER_CONFIG, client
from canary.wiring.settings import ShifterSettings


def build() -> Shifter:
    """Return the shifter of this environment. Raises Misconfigured."""
    settings = ShifterSettings.read(os.environ)
    rollouts = DynamoRollouts(client("dynamodb", SHIFTER_CONFIG), settings.table)
    return Shifter(rollouts, SageMakerEndpoints(client("sagemaker", SHIFTER_CONFIG)), _clock)


def _clock() -> datetime:
    return wiring.utc_now()
