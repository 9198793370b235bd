"""The evidence of a rollout as a fold over its windows, minute by minute.

Rules: a pure step from state to state; the state holds all that later minutes need, serialises to
plain JSON and goes on from there equal to a replay from the first window. Nothing here decides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from canary.domain.judge.bets.sketches import Sketches
from canary.domain.judge.bets.traffic import (
    against_control,
    as_planned,
    baseline_shares,
    first_read,
    heard,
    of_most,
    of_the_model,
    served_beside,
)
from canary.domain.judge.bets.weigh import combined
from canary.domain.judge.guard_fold import GuardFold, start_guard
from canary.domain.judge.terms import BakeTerms
from canary.domain.judge.windows import Window, compared, counted, seen
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.plan import Plan
from canary.stats import fuse, roll_back, watch
from canary.stats.arrivals import NOTHING_YET, Arrivals, arrive
from canary.stats.counts import MinuteCounts

RESTART_EVERY_MINUTES = 10
# Evidence up to this is what equal variants show all the time.
UNREMARKABLE = math.log(2)


@dataclass(frozen=True, slots=True)
class Fold:
    """Everything the judged minutes so far have left behind."""

    guards: tuple[GuardFold, ...]
    through: int | None = None
    """Last minute taken in; older windows change nothing any more."""
    bake: int = -1
    """Index of the bake the step's numbers belong to."""
    clock: int = 0
    """Judged minutes since the last restart."""
    judged: int = 0
    step_judged: int = 0
    arrivals: Arrivals = NOTHING_YET
    """How a step's traffic arrived; its split in judged minutes alone."""
    arrivals_bake: int = -1
    """Index of the bake it belongs to."""
    log_roll_back: float = 0.0
    quiet_minute: int | None = None
    """Last minute in which the roll-back evidence was unremarkable."""
    crossed_minute: int | None = None
    """First minute in which the roll-back evidence reached its threshold."""
    disaster_minute: int | None = None
    """Last minute that alone looked like a disaster."""
    blown_minute: int | None = None
    """Second of two such minutes in a row."""
    blown_by: str | None = None
    """The guard that showed it."""
    step_bets: int = 0
    """Minutes of this step that bet, warm-up included; kept while one may bet without a cap."""


def start_fold(plan: Plan) -> Fold:
    """Return the state before any window."""
    return Fold(tuple(start_guard(len(g.grid), ranked=plan.is_ranked(g)) for g in plan.guards))


def take(
    fold: Fold,
    window: Window,
    plan: Plan,
    bakes: Sequence[BakeTerms],
    sketches: Sketches | None = None,
    *,
    complete: bool = True,
    is_first_read: bool = False,
) -> Fold:
    """Return the state after one window; windows come in rising order of minutes.

    A minute that may still be half published for one variant (`complete` False) says nothing about
    the split, nor anything at all while a baseline is silent that should be heard; a first
    read says nothing unless both variants have as much of it. Once the roll-back evidence has
    reached its threshold the matter is settled: later minutes change nothing.
    """
    if fold.crossed_minute is not None:
        return replace(fold, through=window.minute)
    bake = next((b for b in reversed(bakes) if b.may_cover(window.minute)), None)
    whole, window = window, against_control(window, plan, bake)
    if window is whole and not complete:
        whole = window = heard(window, plan)
    told: Window | None = window
    if is_first_read:
        told = first_read(window, plan, bake) if bake is not None else None
    if told is not None:
        fold = _speak(
            fold, told, whole, plan, bakes, bake, sketches or Sketches(), complete=complete
        )
    known = of_the_model(whole)
    guards = tuple(
        state.remember(window.minute, counted(guard, known), window.unread(guard))
        for guard, state in zip(plan.guards, fold.guards, strict=True)
    )
    return replace(fold, guards=guards, through=window.minute)


def _speak(
    fold: Fold,
    window: Window,
    whole: Window,
    plan: Plan,
    bakes: Sequence[BakeTerms],
    bake: BakeTerms | None,
    sketches: Sketches,
    *,
    complete: bool,
) -> Fold:
    """Return the state with what a minute says, `whole` with those it is not compared with: the
    fuse wherever the canary serves, the bets in a bake.
    """
    last_live = [b for b in bakes if b.first_minute <= window.minute + 1 and b.share > 0]
    if last_live:
        moving = against_control(window, plan, last_live[-1]) if bake is None else window
        fold = _burn(fold, moving, plan, last_live[-1])
    if bake is not None and bake.live and bake.covers(window.minute):
        fold = _arrive(fold, whole, plan, bake, complete=complete)
    window = of_most(window, plan, bake)
    if bake is None or bake.share <= 0 or window.own_traffic:
        return fold
    if bake.covers(window.minute) and bake.warm(window.minute):
        return _judge_minute(fold, window, whole, plan, bake, sketches)
    if bake.covers(window.minute) or as_planned(window, plan, bake):
        return _warm_up_minute(fold, window, plan, bake, sketches)
    return fold


def _judge_minute(
    fold: Fold, window: Window, whole: Window, plan: Plan, bake: BakeTerms, sketches: Sketches
) -> Fold:
    """Return the state with a minute's evidence: both directions while both serve, the watch alone
    at share 1.
    """
    if bake.index != fold.bake:
        fold = _enter(fold, bake)
    if bake.alone:
        guards = tuple(
            state.watch_minute(
                guard,
                seen(guard, window.canary),
                window.minute,
                _watch_cap(fold, bake, i),
                restarts=plan.watch_restarts,
            )
            for i, (guard, state) in enumerate(zip(plan.guards, fold.guards, strict=True))
        )
        spoke = guards != fold.guards
    else:
        pairs = [compared(guard, window) for guard in plan.guards]
        spoke = any(pair is not None for pair in pairs)
        fold = _tick_clock(fold) if spoke else fold
        known = None if window is whole else of_the_model(whole)
        guards = tuple(
            state.judge_minute(
                bake.settings[i],
                pairs[i],
                window.minute,
                sketches.at(
                    bake.step, plan.guards[i].name, "roll_back_beyond", bake.settings[i].place
                ),
                fold.step_bets,
                reference=seen(plan.guards[i], known),
            )
            for i, state in enumerate(fold.guards)
        )
    fold = replace(
        fold,
        guards=guards,
        judged=fold.judged + spoke,
        step_judged=fold.step_judged + spoke,
        step_bets=fold.step_bets + (spoke and bake.may_lift),
    )
    return _weigh(fold, window.minute, plan, bake)


def _warm_up_minute(
    fold: Fold, window: Window, plan: Plan, bake: BakeTerms, sketches: Sketches
) -> Fold:
    """Return the state with the bets on a minute of the warm-up, which are for rolling back
    alone.
    """
    if not any(bake.bets_on_warm_up(i) for i in range(len(plan.guards))):
        return fold
    if bake.index != fold.bake:
        fold = _enter(fold, bake)
    guards = tuple(_warmed(fold, window, plan, bake, i, sketches) for i in range(len(plan.guards)))
    spoke = guards != fold.guards
    bets = fold.step_bets + (spoke and bake.may_lift)
    return _weigh(replace(fold, guards=guards, step_bets=bets), window.minute, plan, bake)


def _warmed(
    fold: Fold, window: Window, plan: Plan, bake: BakeTerms, index: int, sketches: Sketches
) -> GuardFold:
    guard, state, bets = plan.guards[index], fold.guards[index], bake.warm_up_of(index)
    if bets is None or not bets.speaks:
        return state
    if bets.setting is None:
        cap = _watch_cap(fold, bake, index)
        canary = counted(guard, window.canary)
        return state.watch_minute(
            guard, canary, window.minute, cap, warming=True, restarts=plan.watch_restarts
        )
    return state.warm_up_minute(
        bets.setting,
        compared(guard, window),
        window.minute,
        sketches.at(bake.step, guard.name, "early_steps", bets.setting.place),
        fold.step_bets,
    )


def _watch_cap(fold: Fold, bake: BakeTerms, index: int) -> float:
    return math.inf if fold.step_bets < bake.uncapped_minutes[index] else watch.CAP


def _enter(fold: Fold, bake: BakeTerms) -> Fold:
    """Return the state at a step's first judged minute: advance fresh, roll back restarted, never
    reset.
    """
    guards = tuple(state.enter_step() for state in fold.guards)
    due = RESTART_EVERY_MINUTES if fold.judged else 0
    return replace(fold, guards=guards, bake=bake.index, clock=due, step_judged=0, step_bets=0)


def _tick_clock(fold: Fold) -> Fold:
    """Return the state with the clock one minute on, restarted first where one is due; one clock
    for all guards.
    """
    if fold.clock < RESTART_EVERY_MINUTES:
        return replace(fold, clock=fold.clock + 1)
    guards = tuple(
        replace(state, roll_back=roll_back.restart(state.roll_back)) for state in fold.guards
    )
    return replace(fold, guards=guards, clock=1)


def _arrive(fold: Fold, window: Window, plan: Plan, bake: BakeTerms, *, complete: bool) -> Fold:
    """Return the state with how a minute's traffic arrived while both variants serve."""
    parts = baseline_shares(plan.steps[bake.step].target.weights, plan.served_by(bake.step))
    judged = bake.warm(window.minute) and not window.own_traffic
    arrivals = arrive(
        fold.arrivals if fold.arrivals_bake == bake.index else NOTHING_YET,
        window.canary.requests if window.canary and judged else None,
        served_beside(window, plan, bake),
        parts,
        window.minute,
        complete=complete,
        control=plan.control,
    )
    return replace(fold, arrivals=arrivals, arrivals_bake=bake.index)


def _weigh(fold: Fold, minute: int, plan: Plan, bake: BakeTerms) -> Fold:
    """Return the state with the combined roll-back evidence, and since when it stands out."""
    value = combined(fold.guards, bake)
    quiet = minute if value <= UNREMARKABLE else fold.quiet_minute
    crossed = fold.crossed_minute
    if crossed is None and value >= -math.log(plan.budget.live):
        crossed = minute
    return replace(fold, log_roll_back=value, quiet_minute=quiet, crossed_minute=crossed)


def _burn(fold: Fold, window: Window, plan: Plan, bake: BakeTerms) -> Fold:
    """Return the state after the fuse has looked at a minute, warm-up, moves and own traffic
    included.
    """
    watched = zip(plan.guards, fold.guards, strict=True)
    shown_by = next((g.name for g, state in watched if _disaster(g, state, window, bake)), None)
    if shown_by is None:
        return fold
    if fold.disaster_minute == window.minute - 1 and fold.blown_minute is None:
        fold = replace(fold, blown_minute=window.minute, blown_by=shown_by)
    return replace(fold, disaster_minute=window.minute)


def _disaster(guard: CountGuard, state: GuardFold, window: Window, bake: BakeTerms) -> bool:
    canary, baseline = counted(guard, window.canary), counted(guard, window.baseline)
    if not guard.fuse or canary is None:
        return False
    if bake.alone:
        reference = state.reference_rate(guard)
        return reference is not None and fuse.blows_against(*canary, reference)
    return baseline is not None and fuse.minute_blows(MinuteCounts(*canary, *baseline))
