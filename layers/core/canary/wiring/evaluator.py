"""The evaluator's use case on its adapters."""

from collections.abc import Callable
from functools import lru_cache

import boto3

from canary import wiring
from canary.adapters.invoker import EndpointInvoker, runtime_config
from canary.adapters.labelled_s3 import S3LabelledSets
from canary.adapters.quality_store import DynamoQualityStore
from canary.adapters.table import DynamoRollouts
from canary.domain.quality import QualityGuardSpec
from canary.flow.evaluate_rollout import Evaluator
from canary.flow.evaluation import EvaluationPorts
from canary.ports.quality import Invoker, Scorer
from canary.wiring.settings import client, read_settings


def build(scorer: Scorer) -> Evaluator:
    """Return the evaluator of this environment; `scorer` comes from the layer that has scikit-learn."""
    settings, dynamodb = read_settings(), client("dynamodb")
    source, store = S3LabelledSets(client("s3")), DynamoQualityStore(dynamodb, settings.table)
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
        )

    return Evaluator(DynamoRollouts(dynamodb, settings.table), ports)


def _invoker(concurrency: int, timeout_seconds: float) -> Invoker:
    """Return an invoker whose client suits one setting; made by this function's own session."""
    config = runtime_config(concurrency, timeout_seconds)
    return EndpointInvoker(boto3.session.Session().client("sagemaker-runtime", config=config))
