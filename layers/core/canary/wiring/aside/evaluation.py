"""The world one evaluation runs in, on its adapters: loaded where there is something to ask."""

from collections.abc import Callable
from functools import lru_cache

from canary import wiring
from canary.adapters.labelled.invoker import EndpointInvoker, runtime_config
from canary.adapters.labelled.model_identity import SageMakerModels
from canary.adapters.labelled.predictions import S3Predictions, S3ShardLists
from canary.adapters.labelled.s3 import S3LabelledSets
from canary.adapters.labelled.scorer_lambda import LambdaScorer, scorer_config
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.inputs import EvaluationPorts
from canary.ports.quality import Invoker, OwnScorer, QualityStore, Scorer
from canary.wiring.clients import client

World = Callable[[QualityGuardSpec, Callable[[], float]], EvaluationPorts]


def world(scorer: Scorer, store: QualityStore, predictions_bucket: str) -> World:
    """Return what makes one evaluation's ports of its spec and of the time left to its call."""
    s3 = client("s3")
    lists = S3ShardLists(s3, predictions_bucket)
    source, predictions = S3LabelledSets(s3), S3Predictions(s3, predictions_bucket)
    identity = SageMakerModels(client("sagemaker"))
    invoker = lru_cache(maxsize=8)(_invoker)

    def ports(spec: QualityGuardSpec, remaining_seconds: Callable[[], float]) -> EvaluationPorts:
        return EvaluationPorts(
            source=source,
            invoker=invoker(spec.concurrency, spec.request_timeout_seconds),
            store=store,
            scorer=scorer,
            utc_now=wiring.utc_now,
            monotonic=lambda: wiring.utc_now().timestamp(),
            sleep=wiring.sleep,
            remaining_seconds=remaining_seconds,
            predictions=predictions,
            identity=identity,
            own_scorer=_own_scorer(spec),
            lists=lists,
        )

    return ports


def _own_scorer(spec: QualityGuardSpec) -> OwnScorer | None:
    """Return what asks the function a spec names; its client gives it the spec's time."""
    if spec.scorer is None:
        return None
    return LambdaScorer(client("lambda", scorer_config(spec.scorer_timeout_seconds)), spec.scorer)


def _invoker(concurrency: int, timeout_seconds: float) -> Invoker:
    """Return an invoker whose client suits one setting."""
    config = runtime_config(concurrency, timeout_seconds)
    return EndpointInvoker(client("sagemaker-runtime", config))
