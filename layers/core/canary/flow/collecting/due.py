"""Which metrics a look reads: a plan's, but of baselines that serve nothing any more by plan only
whether that is so.

Rules: a canary that has served everything for as long as minutes may still change is judged beside
nobody, so long as its baselines are silent. Where one of them is not, everything is read in the
same look.
"""

from collections.abc import Mapping

from canary.domain.judge.metrics import RawSeries, metrics_of, reading_of
from canary.domain.judge.windows import FROZEN_AFTER_MINUTES
from canary.domain.plan.guards import REQUESTS, Metric
from canary.domain.rollout.record import Record


def metrics_due(record: Record, minute: int) -> tuple[Metric, ...]:
    """Return what to read of a rollout first."""
    if not _serves_alone(record, minute):
        return metrics_of(record.plan)
    of_canary = reading_of(record.plan).metrics((record.canary,))
    return (*of_canary, *_requests_of_baselines(record))


def metrics_behind(record: Record, read: Mapping[Metric, RawSeries]) -> tuple[Metric, ...]:
    """Return what was left out of a look and is read after all, because a baseline was asked."""
    left_out = tuple(metric for metric in metrics_of(record.plan) if metric not in read)
    asked = (read[metric].minutes for metric in _requests_of_baselines(record))
    return left_out if left_out and any(any(minutes.values()) for minutes in asked) else ()


def _requests_of_baselines(record: Record) -> tuple[Metric, ...]:
    return tuple(REQUESTS.at(record.endpoint, name) for name in record.plan.baselines)


def _serves_alone(record: Record, minute: int) -> bool:
    bake = record.bakes[-1] if record.bakes else None
    if bake is None or record.rolling_back or record.share < 1:
        return False
    lasts = bake.step == record.step and bake.left_minute is None
    return lasts and minute - bake.reached_minute > FROZEN_AFTER_MINUTES
