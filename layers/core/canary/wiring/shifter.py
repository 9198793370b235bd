"""The shifter's use case on its adapters."""

from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.table import DynamoRollouts
from canary.flow.shifting import Shifter
from canary.wiring.settings import client, read_settings


def build() -> Shifter:
    """Return the shifter of this environment."""
    settings = read_settings()
    return Shifter(DynamoRollouts(client("dynamodb"), settings.table), SageMakerEndpoints(client("sagemaker")))
