"""One recorded run through the judge: a look after every window, until a verdict ends it."""

from collections.abc import Sequence
from dataclasses import dataclass

from canary.domain.judge.bets.sketches import Sketches
from canary.domain.judge.fold import start_fold, take
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.look import Look
from canary.domain.judge.terms import terms_of
from canary.domain.judge.verdict import conclude
from canary.domain.judge.windows import Window
from canary.domain.plan.plan import BakeInterval, Plan
from canary.stats.history import LEAST_HISTORY_MINUTES

FIRST_LIVE_STEP = 1


@dataclass(frozen=True)
class RunEnd:
    """What the controller would have said about one run: `windows` were read up to the verdict."""

    verdict: str
    windows: int
    guard: str | None
    reason: str


def replay_run(plan: Plan, windows: Sequence[Window], sketches: Sketches | None = None) -> RunEnd:
    """Return the first ADVANCE or ROLL_BACK of a run, or HOLD after its last window.

    `sketches` are what the history bet compares with; without them it says nothing.

    The run is one bake at the plan's first live step, whose share was reached just before the first
    window; minutes count as in a live bake, warm-up included. Repeated minutes: the later window
    counts.
    """
    ordered = sorted(
        {window.minute: window for window in windows}.values(), key=lambda window: window.minute
    )
    if not ordered:
        return RunEnd("HOLD", 0, None, "no windows")
    bakes = terms_of(
        plan, [BakeInterval(step=FIRST_LIVE_STEP, reached_minute=ordered[0].minute - 1)]
    )
    fold, judgement, sketches = start_fold(plan), None, sketches or Sketches()
    for read, window in enumerate(ordered, 1):
        fold = take(fold, window, plan, bakes, sketches)
        judgement = conclude(Look(plan, bakes[0], fold, window.minute + 1, None), None)
        if judgement.verdict != "HOLD":
            return RunEnd(
                judgement.verdict, read, guard_of(judgement), judgement.reason + unknown(plan)
            )
    return RunEnd(
        "HOLD",
        len(ordered),
        guard_of(judgement),
        f"{judgement.reason if judgement else ''}{unknown(plan)}",
    )


def guard_of(judgement: Judgement | None) -> str | None:
    """Return the guard that settled a verdict: the one that fell, or the one that keeps a hold from
    ending.
    """
    if judgement is None or judgement.verdict == "ADVANCE":
        return None
    if judgement.decided_by is not None:
        return judgement.decided_by
    waiting = [finding.guard for finding in judgement.findings if finding.label != "PASS"]
    return waiting[0] if waiting else None


def unknown(plan: Plan) -> str:
    """Return what must be said when the history is too short to know of bursts; empty otherwise."""
    minutes = max(guard.history.minutes for guard in plan.guards)
    if minutes >= LEAST_HISTORY_MINUTES:
        return ""
    return (
        f" (nothing is known of bursts: {minutes} of the {LEAST_HISTORY_MINUTES} minutes of "
        "history it takes)"
    )
