"""What one evaluation is asked, and the world it runs in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.paired import GateLevels
from canary.domain.model import Frozen
from canary.domain.plan.quality import QualityGuardSpec
from canary.ports.quality import (
    Invoker,
    LabelledSource,
    ModelIdentity,
    OwnScorer,
    PredictionStore,
    QualityStore,
    Scorer,
    ShardLists,
)


class EvaluationRequest(Frozen):
    """What one evaluation compares, and how sure it has to be. `stop_early` false uses the whole
    set.
    """

    rollout: str
    endpoint: str
    baseline: str
    canary: str
    spec: QualityGuardSpec
    levels: GateLevels
    stop_early: bool = True


@dataclass(frozen=True)
class EvaluationPorts:
    """The world an evaluation runs in; `remaining_seconds` is the time left to this call.

    Without `predictions` nothing is kept between calls: a continuation's report then covers its own
    records alone, and AUC, which needs all scores, decides only within one call.
    """

    source: LabelledSource
    invoker: Invoker
    store: QualityStore
    scorer: Scorer | None
    utc_now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    remaining_seconds: Callable[[], float]
    predictions: PredictionStore | None = None
    identity: ModelIdentity | None = None
    own_scorer: OwnScorer | None = None
    lists: ShardLists | None = None
    progress: Callable[[QualityEvidence], None] = lambda _: None
