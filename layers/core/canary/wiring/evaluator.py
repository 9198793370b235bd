"""The evaluator's use case on its adapters."""

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from canary import wiring
from canary.adapters.eventbridge import EventBridgeAnnouncer
from canary.adapters.labelled.quality_store import DynamoQualityStore
from canary.adapters.table import DynamoRollouts
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluator import Evaluator
from canary.ports.quality import Scorer
from canary.wiring.clients import client
from canary.wiring.settings import EvaluatorSettings

if TYPE_CHECKING:
    from canary.flow.labelled.inputs import EvaluationPorts
    from canary.wiring.aside.evaluation import World


def build(scorer: Scorer) -> Evaluator:
    """Return the evaluator of this environment; `scorer` comes from the layer that has
    scikit-learn.

    Raises Misconfigured.
    """
    settings, dynamodb = EvaluatorSettings.read(os.environ), client("dynamodb")
    store = DynamoQualityStore(dynamodb, settings.table, wiring.utc_now)

    @cache
    def world() -> "World":
        # Most calls are looks for new labels that find none; what an evaluation needs waits.
        from canary.wiring.aside import evaluation  # noqa: PLC0415 -- see above

        return evaluation.world(scorer, store, settings.predictions_bucket)

    def ports(spec: QualityGuardSpec, seconds: Callable[[], float]) -> "EvaluationPorts":
        return world()(spec, seconds)

    announcer = EventBridgeAnnouncer(client("events"), settings.event_bus, settings.event_source)
    return Evaluator(DynamoRollouts(dynamodb, settings.table), store, announcer, ports)
