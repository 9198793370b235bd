"""The collector's use case on its adapters."""

import os

from canary.adapters.cloudwatch import CloudWatchAlarms, CloudWatchMetrics
from canary.adapters.eventbridge import EventBridgeAnnouncer
from canary.adapters.evidence import DynamoEvidence
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.table import DynamoRollouts
from canary.flow.collect import Collector
from canary.wiring.settings import client, read_settings


def build() -> Collector:
    """Return the collector of this environment; raises KeyError naming a missing variable."""
    settings = read_settings()
    table, cloudwatch = client("dynamodb"), client("cloudwatch")
    return Collector(
        rollouts=DynamoRollouts(table, settings.table),
        evidence=DynamoEvidence(table, settings.table),
        metrics=CloudWatchMetrics(cloudwatch),
        alarms=CloudWatchAlarms(cloudwatch),
        endpoints=SageMakerEndpoints(client("sagemaker")),
        announcer=EventBridgeAnnouncer(
            client("events"), settings.event_bus, os.environ["EVENT_SOURCE"]
        ),
    )
