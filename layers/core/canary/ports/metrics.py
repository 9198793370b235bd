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

    def periods(
        self, metrics: Sequence[Metric], start: datetime, end: datetime, minutes: int
    ) -> Mapping[Metric, RawSeries]:
        """Return the points in [start, end) of every metric, each of so many minutes and by the
        minute it begins in.
        """
