"""The course of a rollout as a strip of segments: every bake, the moves between them, and what came
after.
"""

from dataclasses import dataclass
from itertools import pairwise

from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.domain.words import duration, percent

SERVED = frozenset({"gate", "bake", "watch"})


@dataclass(frozen=True)
class Segment:
    """One stretch of a rollout in minutes since its start; `kind`: plan | gate | bake | watch |
    move | restore | unproven | left.
    """

    kind: str
    label: str
    first: float
    last: float
    share: float = 0.0

    @property
    def serves(self) -> bool:
        """Return whether a planned share served."""
        return self.kind in SERVED

    @property
    def minutes(self) -> float:
        """Return how long it took."""
        return self.last - self.first

    @property
    def took(self) -> str:
        """Return how long it took, as people say it."""
        return duration(60 * self.minutes) if self.minutes >= 1 else "under 1 min"

    @property
    def title(self) -> str:
        """Return what to say when the pointer rests on it."""
        return (
            f"{self.label}: minute {self.first:.0f} to {self.last:.0f} "
            f"({duration(60 * self.minutes)})"
        )


def segments_of(record: Record, newest_minute: int) -> tuple[Segment, ...]:
    """Return the stretches in order; a bake that still serves ends at `newest_minute` (minutes
    since the epoch).
    """
    start = minute_of(record.started_at)
    end = max(newest_minute, minute_of(record.ended_at or record.started_at)) - start
    stretches = [_bake(record, index, start, end) for index in range(len(record.bakes))]
    if not stretches:
        return (Segment("plan", "planning", 0, max(end, 1)),)
    segments = (
        [Segment("move", "to share 0", 0, stretches[0].first)] if stretches[0].first > 0 else []
    )
    for left, right in pairwise(stretches):
        segments += [
            left,
            Segment("move", f"moving to {percent(right.share)}", left.last, right.first),
        ]
    segments.append(stretches[-1])
    if end > stretches[-1].last:
        segments.append(Segment(*_tail(record), stretches[-1].last, end))
    return tuple(segment for segment in segments if segment.minutes > 0)


def _bake(record: Record, index: int, start: int, end: int) -> Segment:
    bake = record.bakes[index]
    share = record.plan.steps[bake.step].share
    kind = "gate" if bake.step == 0 else "watch" if bake.step == record.plan.last_step else "bake"
    label = "labelled set" if kind == "gate" and record.plan.has_quality else percent(share)
    last = end if bake.left_minute is None else bake.left_minute - start
    return Segment(
        kind,
        label,
        bake.reached_minute - start,
        max(last, bake.reached_minute - start + 0.5),
        share,
    )


def _tail(record: Record) -> tuple[str, str]:
    """Return kind and words of what came after the last bake: only what was verified is safe."""
    ends = {
        Phase.UNPROVEN: ("unproven", "not verified"),
        Phase.HANDED_OVER: ("left", "handed over"),
        Phase.ROLLED_BACK: ("restore", "back to safe"),
        Phase.ROLLING_BACK: ("restore", "going back"),
        Phase.SHIFTING: ("move", "moving"),
        Phase.STAGING: ("move", "building"),
        Phase.SETTLING: ("left", "settling"),
        Phase.TAKING_OFF: ("restore", "back to safe"),
    }
    if record.phase not in ends and record.rolling_back:
        return ends[Phase.ROLLING_BACK]
    return ends.get(record.phase, ("left", "after"))
