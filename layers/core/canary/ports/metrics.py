"""What is read of an endpoint's past minutes.

Every method may raise AwsUnavailable (try again) or AwsDenied (permanent).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from canary.domain.judge.metrics import RawSeries, VariantQuery


class Metrics(Protocol):
    """Reads closed minutes."""

    def minutes(
        self, queries: Sequence[VariantQuery], start: datetime, end: datetime
    ) -> Mapping[VariantQuery, RawSeries]:
        """Return the one-minute points in [start, end) for every query, in as few calls as AWS
        allows.
        """

    def p95_latency_ms(
        self, endpoint: str, variant: str, start: datetime, end: datetime
    ) -> float | None:
        """Return the 95th percentile of ModelLatency over the time, or None where there is none."""
