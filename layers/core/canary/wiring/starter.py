"""The starter's use cases on their adapters."""

import os

from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.starting.specs import S3Specs
from canary.adapters.starting.starts import DynamoStarts
from canary.adapters.starting.tagged import SageMakerPackages, TaggedResources
from canary.adapters.starting.tags import SageMakerSpecTags
from canary.adapters.stepfunctions import StepFunctionsExecutions
from canary.adapters.table import DynamoRollouts
from canary.adapters.telling.sns import SnsPublisher
from canary.flow.starting.notice import Notices
from canary.flow.starting.starter import Starter
from canary.flow.starting.sweep import Sweep
from canary.wiring.clients import client
from canary.wiring.settings import StarterSettings


def build() -> Sweep:
    """Return the starter of this environment, and what looks for it. Raises Misconfigured."""
    settings = StarterSettings.read(os.environ)
    table, sagemaker = client("dynamodb"), client("sagemaker")
    starts = DynamoStarts(table, settings.table)
    starter = Starter(
        DynamoRollouts(table, settings.table),
        SageMakerEndpoints(sagemaker),
        SageMakerSpecTags(sagemaker),
        S3Specs(client("s3")),
        starts,
        StepFunctionsExecutions(client("stepfunctions"), settings.state_machine_arn),
        Notices(starts, SnsPublisher(client("sns"), settings.topic_arn)),
        settings.endpoint_pattern,
    )
    tagged = TaggedResources(client("resourcegroupstaggingapi"))
    return Sweep(starter, tagged, SageMakerPackages(sagemaker), starts)
