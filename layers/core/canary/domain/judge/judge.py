"""From evidence to a verdict: one pure function over plan, bakes and windows.

Rules: the same input gives the same judgement, whenever and however often it is asked. ROLL_BACK
wins every tie, nothing advances by silence, and an inconclusive step never advances by itself.
"""

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from canary.domain.finding import Finding
from canary.domain.judge.checkpoint import from_plain, to_plain
from canary.domain.judge.fold import Fold, start_fold, take
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.look import Look
from canary.domain.judge.terms import BakeTerms, terms_of
from canary.domain.judge.verdict import conclude
from canary.domain.judge.windows import FROZEN_AFTER_MINUTES, Window
from canary.domain.plan.plan import BakeInterval, Plan
from canary.domain.plan.standstill import Standstill


def judge(
    plan: Plan,
    bakes: Sequence[BakeInterval],
    windows: Iterable[Window],
    now_minute: int,
    quality_finding: Finding | None = None,
    checkpoint: JsonValue = None,
    standstills: Sequence[Standstill] = (),
) -> Judgement:
    """Return the verdict at `now_minute` (minutes since the epoch, itself still open) for the
    rollout so far.

    `bakes` oldest first, the last one being served; `windows` in any order, repeated or not: of two
    windows of one minute the later in the sequence counts. `quality_finding` is what the labelled
    set said so far; minutes in `standstills` count for no limit. With a `checkpoint` of an earlier
    judgement the windows it covers may be left out. Source: docs/statistics.md.
    """
    terms = terms_of(plan, bakes)
    fold = start_fold(plan) if checkpoint is None else from_plain(checkpoint)
    frozen, fold = _fold(plan, terms, windows, now_minute, fold)
    settled = terms[fold.bake] if fold.crossed_minute is not None else None
    bake = terms[-1] if terms else None
    look = Look(plan, bake, fold, now_minute, quality_finding, settled, tuple(standstills))
    return conclude(look, to_plain(frozen))


def _fold(
    plan: Plan, terms: Sequence[BakeTerms], windows: Iterable[Window], now_minute: int, fold: Fold
) -> tuple[Fold, Fold]:
    """Return the state at the last frozen window and at the last closed one."""
    by_minute = {window.minute: window for window in windows}
    frozen = fold
    for minute in sorted(by_minute):
        if minute >= now_minute or (fold.through is not None and minute <= fold.through):
            continue
        window = by_minute[minute]
        fold = take(fold, window, plan, terms, complete=window.complete(now_minute))
        if minute < now_minute - FROZEN_AFTER_MINUTES:
            frozen = fold
    return frozen, fold
