"""The evaluator's use case on its adapters."""

import os
from collections.abc import Callable
from functools import lru_cache

import boto3

from canary import wiring
from canary.adapters.eventbridge import EventBridgeAnnouncer
from canary.adapters.labelled.invoker import EndpointInvoker, runtime_config
from canary.adapters.labelled.model_identity import SageMakerModels
from canary.adapters.labelled.predictions import S3Predictions
from canary.adapters.labelled.quality_store import DynamoQualityStore
from canary.adapters.labelled.s3 import S3LabelledSets
from canary.adapters.labelled.scorer_lambda import LambdaScorer, scorer_config
from canary.adapters.table import DynamoRollouts
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluator import Evaluator
from canary.flow.labelled.inputs import EvaluationPorts
from canary.ports.quality import Invoker, OwnScorer, Scorer
from canary.wiring.clients import client
from canary.wiring.settings import EvaluatorSettings


def build(scorer: Scorer) -> Evaluator:
    """Return the evaluator of this environment; `scorer` comes from the layer that has
    scikit-learn.

    Raises Misconfigured.
    """
    settings, dynamodb = EvaluatorSettings.read(os.environ), client("dynamodb")
    s3, store = client("s3"), DynamoQualityStore(dynamodb, settings.table, wiring.utc_now)
    source, predictions = S3LabelledSets(s3), S3Predictions(s3, settings.predictions_bucket)
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
        )

    announcer = EventBridgeAnnouncer(client("events"), settings.event_bus, settings.event_source)
    return Evaluator(DynamoRollouts(dynamodb, settings.table), store, announcer, ports)


def _own_scorer(spec: QualityGuardSpec) -> OwnScorer | None:
    """Return what asks the function a spec names; its client gives it the spec's time."""
    if spec.scorer is None:
        return None
    return LambdaScorer(client("lambda", scorer_config(spec.scorer_timeout_seconds)), spec.scorer)


def _invoker(concurrency: int, timeout_seconds: float) -> Invoker:
    """Return an invoker whose client suits one setting; made by this function's own session."""
    config = runtime_config(concurrency, timeout_seconds)
    return EndpointInvoker(boto3.session.Session().client("sagemaker-runtime", config=config))
