"""What was counted: the raw material of every verdict.

Rules: values only, one closed minute at a time, per variant. `None` is *missing* and never stands
for zero; a zero is a measurement. Nothing here judges.
"""

from typing import Annotated, Any

from pydantic import Field, model_validator

from canary.domain.model import Frozen
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.standard_guards import read_counts
from canary.stats.counts import MinuteCounts, MinuteValues

Count = Annotated[int, Field(ge=0)]

BELIEVED_AFTER_MINUTES = 5
FROZEN_AFTER_MINUTES = 15
"""A window older than this is read no more and stays as it is stored; younger ones may still
heal.
"""


class Counts(Frozen):
    """One variant's counts in one closed minute."""

    requests: Count
    """Invocations of the variant in the minute."""
    guards: dict[str, tuple[Count, Count]]
    """(bad events, events) by guard; a guard that was not measured is left out."""
    values: dict[str, float] = Field(default_factory=dict)
    """The number of the minute by value guard; of several baselines their mean by requests."""
    unread: dict[str, str] = Field(default_factory=dict)
    """What was read of a guard whose counts can be none, in words, by guard."""

    @model_validator(mode="before")
    @classmethod
    def _stored(cls, data: Any) -> Any:
        return read_counts(data)


def counted(guard: CountGuard, counts: Counts | None) -> tuple[int, int] | None:
    """Return (judged events, events) of one variant for a guard; None when missing or when more bad
    events than events came in.
    """
    found = counts.guards.get(guard.name) if counts else None
    return guard.judged(*found) if found and found[0] <= found[1] else None


def measured(guard: CountGuard, counts: Counts | None) -> float | None:
    """Return the number of one variant for a value guard; None when missing."""
    return counts.values.get(guard.name) if counts else None


class Window(Frozen):
    """One closed metric minute of a rollout, both sides of it."""

    minute: int
    """Minutes since the epoch at which the window opens; it covers [minute, minute + 1)."""
    baseline: Counts | None
    """The baseline variants that have a point, together; None when none has."""
    canary: Counts | None
    """The canary; None when missing."""
    since: int | None = None
    """The minute of the tick that first read these counts; None: nothing more is expected to
    arrive.
    """
    served: dict[str, Count] = Field(default_factory=dict)
    """Requests of each baseline that has a point, where there are several; empty where there is
    one, and in windows stored while all of them had to speak.
    """
    control: Counts | None = None
    """The control, where the plan has one; None when missing."""
    own_traffic: bool = False
    """True when the evaluator's own calls fall into the minute or next to it: no evidence for count
    guards.
    """

    def unread(self, guard: CountGuard) -> str | None:
        """Return what was read of a guard whose counts can be none, of the canary first."""
        sides = {"canary": self.canary, "baseline": self.baseline}
        told = (
            f"{name}: {side.unread[guard.name]}"
            for name, side in sides.items()
            if side and guard.name in side.unread
        )
        return next(told, None)

    def settled(self, now_minute: int) -> bool:
        """Return whether the counts may be believed: a later read found them unchanged, or the
        minute is old.

        The newest point is often half published; two reads a minute apart that agree are the
        evidence that it is not.
        """
        return self.complete(now_minute) or (self.since is not None and self.since < now_minute)

    def complete(self, now_minute: int) -> bool:
        """Return whether nothing more is expected to arrive for either variant."""
        return self.since is None or now_minute - self.minute > BELIEVED_AFTER_MINUTES

    def read_again(self, later: "Window") -> "Window":
        """Return what a later read says, remembering since when it says so."""
        unchanged = (self.baseline, self.canary, self.control) == (
            later.baseline,
            later.canary,
            later.control,
        )
        return later.but(since=self.since) if unchanged else later


def seen(guard: CountGuard, counts: Counts | None) -> tuple[int, int] | float | None:
    """Return what a guard reads of one variant's minute: counts, or the number of a value guard."""
    return counted(guard, counts) if guard.value is None else measured(guard, counts)


def compared(guard: CountGuard, window: Window) -> MinuteCounts | MinuteValues | None:
    """Return the minute as a guard's bets read it; None when a side is missing or served
    nothing.
    """
    if guard.value is not None:
        canary, baseline = measured(guard, window.canary), measured(guard, window.baseline)
        if canary is None or baseline is None:
            return None
        return MinuteValues(canary, baseline)
    mine, theirs = counted(guard, window.canary), counted(guard, window.baseline)
    if mine is None or theirs is None:
        return None
    counts = MinuteCounts(*mine, *theirs)
    return counts if counts.usable else None
