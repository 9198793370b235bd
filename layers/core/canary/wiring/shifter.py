"""The shifter's use case on its adapters."""

import os
from datetime import datetime

from canary import wiring
from canary.adapters.instances.autoscaling import VariantScaling
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
    rollouts = DynamoRollouts(table, settings.table)
    endpoints = SageMakerEndpoints(client("sagemaker", SHIFTER_CONFIG))
    scaling = VariantScaling(client("application-autoscaling", SHIFTER_CONFIG))
    return Shifter(
        rollouts,
        endpoints,
        _clock,
        lambda rollout: newest_tick(table, settings.table, rollout),
        scaling,
    )


def _clock() -> datetime:
    return wiring.utc_now()
