"""What a look could not read, kept with AWS's own name for it and the minute since when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from canary.domain.errors import CanaryError
from canary.domain.judge.metrics import Series
from canary.domain.plan.guards import Metric
from canary.domain.rollout.tick import Blind, Tick

LONGEST_ERROR = 300


@contextmanager
def noted(query: str, blind: list[Blind], minute: int) -> Iterator[None]:
    """Note that a read failed, by AWS's own name for it, and let its error go on. Of an error that
    is not ours the kind alone is noted: its text may hold what was read.
    """
    try:
        yield
    except Exception as error:
        ours = isinstance(error, CanaryError)
        told = str(error).removeprefix(f"{query}: ") if ours else type(error).__name__
        blind.append(Blind(query=query, error=told[:LONGEST_ERROR], since_minute=minute))
        raise


def partial(series: Series, minute: int) -> list[Blind]:
    """Return the metrics that CloudWatch did not answer completely."""
    return [
        Blind(query=_query_words(metric), error=one.answered[:LONGEST_ERROR], since_minute=minute)
        for metric, one in series.items()
        if not one.complete
    ]


def _query_words(metric: Metric) -> str:
    of = ", ".join(value for _, value in metric.dimensions)
    return f"GetMetricData of {metric.name} {metric.statistic} ({of})"


def since(blind: list[Blind], before: Tick | None) -> list[Blind]:
    """Return what is blind now with the minute since which it is."""
    known = {one.query: one.since_minute for one in before.blind} if before else {}
    return [one.but(since_minute=known.get(one.query, one.since_minute)) for one in blind]
