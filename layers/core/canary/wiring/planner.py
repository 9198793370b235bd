"""The planner's use case on its adapters."""

import os

from canary.adapters.cloudwatch import CloudWatchAlarms, CloudWatchMetrics
from canary.adapters.days import DynamoDays
from canary.adapters.hosting import SageMakerHosting
from canary.adapters.instances.autoscaling import VariantScaling
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.table import DynamoRollouts
from canary.adapters.telling.subscribers import SnsSubscribers
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.release.staging import Release
from canary.domain.plan.spec import Spec
from canary.flow.plan import Planner
from canary.wiring.clients import ASIDE_CONFIG, PLANNER_CONFIG, client
from canary.wiring.settings import PlannerSettings


def build() -> Planner:
    """Return the planner of this environment. Raises Misconfigured."""
    settings = PlannerSettings.read(os.environ)
    Spec.model_rebuild()  # while the function starts, rather than in its first call
    cloudwatch = client("cloudwatch", PLANNER_CONFIG)
    table, sagemaker = client("dynamodb"), client("sagemaker")
    return Planner(
        rollouts=DynamoRollouts(table, settings.table),
        days=DynamoDays(table, settings.table),
        endpoints=SageMakerEndpoints(sagemaker),
        hosting=SageMakerHosting(sagemaker),
        metrics=CloudWatchMetrics(cloudwatch),
        alarms=CloudWatchAlarms(cloudwatch),
        check_labelled_set=_check_labelled_set,
        release_of=_release_of,
        subscribers=SnsSubscribers(client("sns", ASIDE_CONFIG), settings.watched_topic)
        if settings.watched_topic
        else None,
        scaling=VariantScaling(client("application-autoscaling")),
    )


def _release_of(spec: Spec, rollout: str, view: EndpointView) -> Release:
    from canary.wiring.aside import staging_check  # noqa: PLC0415 -- as below

    return staging_check.release_of(spec, rollout, view)


def _check_labelled_set(spec: QualityGuardSpec) -> str:
    # What reads labelled sets is as large as the planner itself: only a spec that names one pays.
    from canary.wiring.aside import labelled_check  # noqa: PLC0415 -- see above

    return labelled_check.check(spec)
