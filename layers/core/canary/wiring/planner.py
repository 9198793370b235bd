"""The planner's use case on its adapters."""

from functools import partial

from canary.adapters.cloudwatch import CloudWatchAlarms, CloudWatchMetrics
from canary.adapters.labelled_s3 import S3LabelledSets
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.table import DynamoRollouts
from canary.flow.labelled.evaluate import check_labelled_set
from canary.flow.plan import Planner
from canary.wiring.settings import PLANNER_CONFIG, client, read_settings


def build() -> Planner:
    """Return the planner of this environment."""
    settings = read_settings()
    cloudwatch = client("cloudwatch", PLANNER_CONFIG)
    return Planner(
        rollouts=DynamoRollouts(client("dynamodb"), settings.table),
        endpoints=SageMakerEndpoints(client("sagemaker")),
        metrics=CloudWatchMetrics(cloudwatch),
        alarms=CloudWatchAlarms(cloudwatch),
        check_labelled_set=partial(check_labelled_set, source=S3LabelledSets(client("s3"))),
    )
