"""The collector's use case on its adapters."""

import os

from canary import wiring
from canary.adapters.cloudwatch import CloudWatchAlarms, CloudWatchMetrics
from canary.adapters.eventbridge import EventBridgeAnnouncer
from canary.adapters.evidence import DynamoEvidence
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.table import DynamoRollouts
from canary.adapters.telling.meter import meter_of
from canary.adapters.telling.subscribers import SnsSubscribers
from canary.flow.collect import Collector
from canary.flow.telling.phases import NAMES
from canary.wiring.clients import ASIDE_CONFIG, client
from canary.wiring.settings import CollectorSettings


def build() -> Collector:
    """Return the collector of this environment. Raises Misconfigured."""
    settings = CollectorSettings.read(os.environ)
    table, cloudwatch = client("dynamodb"), client("cloudwatch")
    return Collector(
        rollouts=DynamoRollouts(table, settings.table),
        evidence=DynamoEvidence(table, settings.table),
        metrics=CloudWatchMetrics(cloudwatch),
        alarms=CloudWatchAlarms(cloudwatch),
        endpoints=SageMakerEndpoints(client("sagemaker")),
        announcer=EventBridgeAnnouncer(client("events"), settings.event_bus, settings.event_source),
        subscribers=SnsSubscribers(client("sns", ASIDE_CONFIG), settings.watched_topic)
        if settings.watched_topic
        else None,
        meter=meter_of(settings.measures, settings.metrics_namespace, settings.service, NAMES),
        pause=_pause,
    )


def _pause(seconds: float) -> None:
    wiring.sleep(seconds)
