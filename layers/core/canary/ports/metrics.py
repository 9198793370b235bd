"""What is read of an endpoint's past minutes.

Every method may raise AwsUnavailable (try again) or AwsDenied (permanent).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from canary.domain.judge.metrics import RawSeries
from canary.domain.plan.guards import Metric


class Metrics(Protocol):
    """Reads closed minutes."""

    def minutes(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, RawSeries]:
        """Return the one-minute points in [start, end) of every metric, in as few calls as AWS
        allows.
        """

    def p95_latency_ms(
        self, endpoint: str, variant: str, start: datetime, end: datetime
    ) -> float | None:
        """Return the 95th percentile of ModelLatency over the time, or None where there is none."""
