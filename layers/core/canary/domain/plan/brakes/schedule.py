"""When a good canary's steps may be taken: by its evidence, by the calendar, and by people.

Rules: pure. Evidence takes as long as nine of ten good canaries need; a step that cannot conclude
has its longest bake. What a person does takes as long as nobody knows: it is named, never counted.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from canary.domain.model import Frozen
from canary.domain.plan.brakes.calendar import closed
from canary.domain.plan.forecast import StepForecast
from canary.domain.plan.plan import Plan
from canary.domain.words import moment, percent


class StepTime(Frozen):
    """A step up: `due` when its evidence is enough, `at` when the calendar lets it be taken, and
    for what it `waits`, people last; `by_hand` says that nobody knows how long.
    """

    share: float
    due: datetime
    at: datetime
    waits: tuple[str, ...] = ()
    by_hand: bool = False

    @property
    def words(self) -> str:
        """Return when it is taken and for what it waits."""
        least = "not before " if self.by_hand else ""
        for_what = f": waits {' and '.join(self.waits)}" if self.waits else ""
        return f"{percent(self.share)} {least}{moment(self.at)}{for_what}"


def schedule(
    plan: Plan, forecasts: Sequence[StepForecast], start: datetime
) -> tuple[StepTime, ...]:
    """Return every step up of a rollout that starts then; the labelled set is taken to answer at
    once, and moves to take no time.
    """
    times: list[StepTime] = []
    since, by_hand = start, False
    for index, step in enumerate(plan.steps[1:], 1):
        due = since + timedelta(minutes=_needs(plan, forecasts, index - 1))
        found = closed(plan.brakes, due)
        since = found.until if found else due
        people = tuple(_people(plan, step.share))
        by_hand = by_hand or bool(people)
        calendar = (f"from {moment(due)} ({found.reason})",) if found else ()
        waits = (*calendar, *people)
        times.append(StepTime(share=step.share, due=due, at=since, waits=waits, by_hand=by_hand))
    return tuple(times)


def _needs(plan: Plan, forecasts: Sequence[StepForecast], step: int) -> float:
    """Return the minutes that a step serves before the next may be taken."""
    if step == 0:
        return 0.0
    planned = plan.steps[step]
    longest = float(planned.bake_max_minutes)
    needed = [one.p90_minutes or longest for one in forecasts if one.step == step]
    return min(longest, max([float(planned.bake_min_minutes), *needed]))


def _people(plan: Plan, share: float) -> Iterator[str]:
    keys = plan.brakes
    if share in keys.approve_before:
        after = "then it is taken back"
        if keys.on_unapproved == "hold":
            after = "then limits run again"
        yield f"for a person's approval ({keys.approve_within_minutes} minutes, {after})"
    if keys.mode == "advise":
        yield "for a person who takes it (advice only)"
