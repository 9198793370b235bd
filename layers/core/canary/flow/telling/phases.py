"""What a dashboard draws: every measure by its name, and how many rollouts stand in each phase.

Rules: a measure is a number in a minute; its dimensions are the endpoint and the guard, or the
phase, and never a rollout's id, so that there are as many as endpoints have guards and no more.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from canary.domain.rollout.phase import ACTIVE, Phase
from canary.domain.rollout.record import Record

NAMES = {
    "CanaryShare": "Percent",
    "TowardsRollBack": "Percent",
    "TowardsAdvance": "Percent",
    "CanaryRate": "Percent",
    "BaselineRate": "Percent",
    "Rollouts": "Count",
    "SecondsToSafe": "Seconds",
}
"""Every measure with CloudWatch's unit; `TowardsRollBack` of an endpoint is of all guards."""


class Measures(NamedTuple):
    """Numbers of one minute that share their dimensions."""

    dimensions: Mapping[str, str]
    values: Mapping[str, float]


def of_phases(records: Iterable[Record]) -> Iterator[Measures]:
    """Yield how many rollouts stand in each phase that is not over, zero included."""
    counted = Counter(record.phase for record in records)
    for phase in (*ACTIVE, Phase.UNPROVEN):
        yield Measures({"phase": str(phase)}, {"Rollouts": float(counted[phase])})
