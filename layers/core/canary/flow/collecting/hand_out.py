"""More rollouts than one invocation visits are handed out in slices, at a pace the account bears.

Rules: a slice is visited by an invocation of its own, so that nobody waits for another slice's
trouble; who is handed out knows nothing of rollouts but their names. The pace is kept here, in one
place, because the quotas that slices share are the account's. Reads no clock: the function's own
countdown and a pause are passed in.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from canary.flow.problems import Problems
    from canary.ports.aws import Announcer

SLICE = 50
"""Rollouts that one invocation visits with half of its minute to spare, at ten times the latencies
of a calm day; their metrics are one GetMetricData.
"""
SLICES_A_SECOND = 3
"""150 rollouts a second: 3 calls of the 9 DescribeAlarms and the 50 GetMetricData that an account
has a second.
"""
HANDED_OUT_WITHIN_SECONDS = 40
"""More than 6,000 rollouts are handed out faster, so that a tick is over before the next one."""
LEAST_SECONDS = 18.0
"""Left of the function's time when handing out stops: longer than one call that hangs, so that what
was done is still counted.
"""


class Slices(NamedTuple):
    """The slices of one tick, second by second."""

    seconds: tuple[tuple[tuple[str, ...], ...], ...]


def is_one_visit(rollouts: Sequence[str]) -> bool:
    """Return whether one invocation visits all of them itself."""
    return len(rollouts) <= SLICE


def slices_of(rollouts: Sequence[str]) -> Slices:
    """Return rollouts in slices, as many a second as all of them need, at least three."""
    slices = [tuple(rollouts[i : i + SLICE]) for i in range(0, len(rollouts), SLICE)]
    pace = max(SLICES_A_SECOND, ceil(len(slices) / HANDED_OUT_WITHIN_SECONDS))
    return Slices(tuple(tuple(slices[i : i + pace]) for i in range(0, len(slices), pace)))


def hand_out(
    slices: Slices,
    minute: int,
    announcer: Announcer,
    remaining_seconds: Callable[[], float],
    pause: Callable[[float], None],
    problems: Problems,
) -> tuple[str, ...]:
    """Hand out every slice in its second; return the rollouts that were not, for want of time or
    because the bus did not take them.

    A second's slices that fail are a problem and keep no later one: the next minute hands all of
    them out again.
    """
    began, left_out = remaining_seconds(), []
    for second, several in enumerate(slices.seconds):
        early = second - (began - remaining_seconds())
        if early > 0:
            pause(early)
        taken = False
        if remaining_seconds() >= LEAST_SECONDS:
            with problems.kept():
                announcer.rollouts_due(several, minute)
                taken = True
        if not taken:
            left_out += [rollout for one in several for rollout in one]
    return tuple(left_out)
