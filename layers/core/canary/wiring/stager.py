"""The stager's use case on its adapters."""

import os
from datetime import datetime

from canary import wiring
from canary.adapters.configurations import SageMakerConfigurations
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.table import DynamoRollouts
from canary.flow.arrange import Stager
from canary.wiring.clients import SHIFTER_CONFIG, client
from canary.wiring.settings import StagerSettings


def build() -> Stager:
    """Return the stager of this environment. Raises Misconfigured."""
    settings = StagerSettings.read(os.environ)
    sagemaker = client("sagemaker", SHIFTER_CONFIG)
    return Stager(
        DynamoRollouts(client("dynamodb", SHIFTER_CONFIG), settings.table),
        SageMakerEndpoints(sagemaker),
        SageMakerConfigurations(sagemaker),
        _clock,
    )


def _clock() -> datetime:
    return wiring.utc_now()
