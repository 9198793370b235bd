"""The cap of a loss, learnt from the baseline alone before the first pair is judged.

Rules: the baseline's 99th percentile over its first 50 answered records, or 50 margins where that
is more; those records are used for that and for nothing else: the bets then start with a cap that
is fixed, and stay exact. Records come in random order, so the first are as good a sample as any.
"""

import math
from collections.abc import Sequence

from canary.domain.labelled.evidence import PairedState
from canary.domain.labelled.metrics import value_of
from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.plan.quality import QualityGuardSpec, QualityMargin

LEARNING_RECORDS = 50
PERCENTILE = 0.99
LEAST_MARGINS = 50.0
"""The least cap, in margins: a record without an answer costs the cap, so that a canary which
answers nothing on 2% of the records has used its margin up, as it would in an accuracy of 2 points.
"""

BESIDE_CONSTANT = ("absolute_error", "squared_error")
"""Losses whose margin is held against what a constant answer would lose on the same records, which
the first ones do not tell where most labels are 0 (`plausibility.doubts.margin_doubt`).
"""


def learnt(
    state: PairedState,
    baseline: Sequence[tuple[Label, Prediction | None]],
    spec: QualityGuardSpec,
    margin: QualityMargin,
) -> tuple[PairedState, int]:
    """Return the state after the baseline's next answers, and how many of them it took.

    Once enough are there the state has its cap, or a problem where they give none.
    """
    losses, taken = list(state.learning), 0
    for label, prediction in baseline:
        if len(losses) == LEARNING_RECORDS:
            break
        taken += 1
        loss = None if prediction is None else value_of(state.metric, label, prediction, spec)
        if loss is not None and math.isfinite(loss):
            losses.append(loss)
    if len(losses) < LEARNING_RECORDS:
        return state.but(learning=tuple(losses)), taken
    seen = percentile(losses, PERCENTILE)
    held = state.metric in BESIDE_CONSTANT and state.slice is None
    problem = "" if held or seen > margin.max_worse else _too_low(seen, margin)
    cap = max(seen, LEAST_MARGINS * margin.max_worse)
    return state.but(cap=cap, learning=(), problem=problem), taken


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so many lie below, linear between two (numpy's default)."""
    ordered, place = sorted(values), share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _too_low(cap: float, margin: QualityMargin) -> str:
    return (
        f"the baseline's 99th percentile over its first {LEARNING_RECORDS} records is {cap:.4g}, "
        f"not above max_worse {margin.max_worse:g}, so no canary could be that much worse: set "
        "cap, or a narrower max_worse"
    )
