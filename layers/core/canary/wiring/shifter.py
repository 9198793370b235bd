"""The shifter's use case on its adapters."""

import os
from datetime import datetime

from canary import wiring
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.sight import newest_tick
from canary.adapters.table import DynamoRollouts
from canary.flow.shift import Shifter
from canary.wiring.clients import SHIFTER_CONFIG, client
from canary.wiring.settings import ShifterSettings


def build() -> Shifter:
    """Return the shifter of this environment. Raises Misconfigured."""
    settings = ShifterSettings.read(os.environ)
    table = client("dynamodb", SHIFTER_CONFIG)
    return Shifter(
        DynamoRollouts(table, settings.table),
        SageMakerEndpoints(client("sagemaker", SHIFTER_CONFIG)),
        _clock,
        lambda rollout: newest_tick(table, settings.table, rollout),
    )


def _clock() -> datetime:
    return wiring.utc_now()
