"""From evidence to a verdict: one pure function over plan, bakes and windows.

Rules: the same input gives the same judgement, whenever and however often it is asked. ROLL_BACK
wins every tie, nothing advances by silence, and an inconclusive step never advances by itself.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from pydantic import JsonValue

from canary.domain.finding import Finding
from canary.domain.judge.bets.sketches import Sketches
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
    sketches: Sketches | None = None,
) -> Judgement:
    """Return the verdict at `now_minute` (minutes since the epoch, itself still open) for the
    rollout so far.

    `bakes` oldest first, the last one being served; `windows` in any order, repeated or not: of two
    windows of one minute the later in the sequence counts. Those that are not settled yet count for
    rolling back alone. `sketches` are what the history bet compares with. `quality_finding` is what
    the labelled set said so far; minutes in `standstills` count for no limit. With a `checkpoint`
    of an earlier judgement the windows it covers may be left out. Source: docs/statistics.md.
    """
    terms = terms_of(plan, bakes)
    start = start_fold(plan) if checkpoint is None else from_plain(checkpoint)
    folds = _fold(plan, terms, windows, now_minute, start, sketches or Sketches())
    first_read = not _decided(folds.settled) and _decided(folds.read)
    fold = folds.read if first_read else folds.settled
    settled = terms[fold.bake] if fold.crossed_minute is not None else None
    look = Look(
        plan,
        terms[-1] if terms else None,
        fold,
        now_minute,
        quality_finding,
        settled,
        tuple(standstills),
        first_read=first_read,
    )
    return conclude(look, to_plain(folds.frozen))


def _decided(fold: Fold) -> bool:
    return fold.crossed_minute is not None or fold.blown_minute is not None


class _Folds(NamedTuple):
    """Three states of one fold: after the frozen windows, after the settled ones, and after all
    that were read.
    """

    frozen: Fold
    settled: Fold
    read: Fold


def _fold(
    plan: Plan,
    terms: Sequence[BakeTerms],
    windows: Iterable[Window],
    now_minute: int,
    start: Fold,
    sketches: Sketches,
) -> _Folds:
    """Return the states after some windows. A minute that was read but once counts for rolling back
    alone; what a later read says replaces it, as its state is never kept.
    """
    by_minute = {window.minute: window for window in windows}
    frozen, settled, read = start, start, None
    for minute in sorted(by_minute):
        if minute >= now_minute or (start.through is not None and minute <= start.through):
            continue
        window = by_minute[minute]
        first_read = not window.settled(now_minute)
        folded = partial(
            take,
            window=window,
            plan=plan,
            bakes=terms,
            sketches=sketches,
            complete=window.complete(now_minute),
        )
        if read is not None or first_read:
            read = folded(settled if read is None else read, is_first_read=first_read)
        settled = settled if first_read else folded(settled)
        if minute < now_minute - FROZEN_AFTER_MINUTES:
            frozen = settled
    return _Folds(frozen, settled, settled if read is None else read)
