"""The baseline beside answers given without looking, for what has no classes to count: its own
answers changed round, its order turned round, nothing at all, the middle of the labels.

Rules: of two records whose answers say nothing about them, either way round is as likely to fit
better, so the signs are a fair coin's, whatever the labels are. Pairs are counted until there are
enough.
"""

import json
import math
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from canary.domain.labelled.metrics import METRICS, metric_of, value_of
from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.plausibility.counts import MOST_ERROR, SAMPLE, AnswerTally
from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import Role
from canary.domain.plan.quality.metric_keys import SCORER

PAIRS_COUNTED = 2_000

Fit = Callable[[Label, Prediction], float]


class Measure(NamedTuple):
    """How far off a regression's answers are, and what constant answer is the least far off."""

    error: str
    middle: str
    squares: bool

    def of(self, tally: AnswerTally) -> tuple[float, float]:
        """Return the summed errors of the baseline, and of the constant answer."""
        return tally.missed_squared if self.squares else tally.missed

    def of_canary(self, tally: AnswerTally) -> float | None:
        """Return the summed errors of the canary; None where an early version counted none."""
        return None if tally.canary_missed is None else tally.canary_missed[self.squares]


ABSOLUTE = Measure("error", "median", squares=False)
SQUARED = Measure("squared error", "mean", squares=True)


def measures(spec: QualityGuardSpec) -> tuple[Measure, ...]:
    """Return the measures that a regression's deciding metrics stand for."""
    others = (ABSOLUTE,) if set(spec.chosen_metrics) != {"squared_error"} else ()
    return others + ((SQUARED,) if "squared_error" in spec.chosen_metrics else ())


def too_wide(metric: str, max_worse: float, tally: AnswerTally, answered: int) -> str:
    """Return why a margin passes a model that looks at nothing, because always answering the
    labels' middle is within it; empty where it is not.
    """
    measure = SQUARED if metric == "squared_error" else ABSOLUTE
    baseline, constant = measure.of(tally)
    if not tally.sample or not baseline < constant <= baseline + max_worse * answered:
        return ""
    return (
        f"always answering the labels' {measure.middle} would be worse than the baseline by only "
        f"{(constant - baseline) / answered:.4g}, within max_worse {max_worse:g}: narrow it, or "
        "set cap where that is meant"
    )


def beside_constant(before: AnswerTally, outcomes: Sequence[AnswerPair]) -> AnswerTally:
    """Return the counts of a regression with its errors, and those of the labels' middle, on the
    same records.
    """
    sample = (*before.sample, *(float(one.label) for one in outcomes))[:SAMPLE]
    told = [
        (float(one.label), float(one.baseline.decision))
        for one in outcomes
        if one.baseline is not None
    ]
    if not sample or not told:
        return before.but(sample=sample)
    median, mean = statistics.median(sample), math.fsum(sample) / len(sample)
    errors = [min(abs(answer - label), MOST_ERROR) for label, answer in told]
    constant = [abs(label - median) for label, _ in told]
    squares = [min(abs(label - mean), MOST_ERROR) ** 2 for label, _ in told]
    return before.but(
        sample=sample,
        canary_missed=_canary_missed(before, outcomes, median, mean),
        missed=_more(before.missed, errors, constant),
        missed_squared=_more(before.missed_squared, [one * one for one in errors], squares),
        sizes=_more(before.sizes, [abs(one) for one, _ in told], [abs(one) for _, one in told]),
    )


def _canary_missed(
    before: AnswerTally, outcomes: Sequence[AnswerPair], median: float, mean: float
) -> tuple[float, float] | None:
    """Return the canary's summed errors and their squares on the records that the baseline
    answered, the middle's where it failed; None where an early version did not count them.
    """
    if before.canary_missed is None and any(before.missed):
        return None
    errors, squares = [], []
    for one in outcomes:
        if one.baseline is None:
            continue
        label = float(one.label)
        told = None if one.canary is None else float(one.canary.decision)
        errors.append(min(abs((median if told is None else told) - label), MOST_ERROR))
        squares.append(min(abs((mean if told is None else told) - label), MOST_ERROR) ** 2)
    return _more(before.canary_missed or (0.0, 0.0), errors, squares)


def _more(
    before: tuple[float, float], first: Sequence[float], second: Sequence[float]
) -> tuple[float, float]:
    return before[0] + min(sum(first), 1e300), before[1] + min(sum(second), 1e300)


def changed_round(
    before: AnswerTally, outcomes: Sequence[AnswerPair], spec: QualityGuardSpec
) -> AnswerTally:
    """Return the counts of a task of several parts, where one of its metrics decides."""
    name = next((one for one in spec.chosen_metrics if one in METRICS and one != SCORER), None)
    if name is None or before.ordered + before.crossed >= PAIRS_COUNTED:
        return before
    told = [(one.label, one.baseline) for one in outcomes if one.baseline is not None]
    others = [(one.label, one.canary) for one in outcomes if one.canary is not None]

    def fit(label: Label, prediction: Prediction) -> float:
        value = value_of(name, label, prediction, spec) or 0.0
        return -value if metric_of(name).is_loss else value

    gains = _turned(told, fit) if spec.task == "ranking" else _dealt(told, fit)
    of_sets = spec.task in {"entities", "multilabel"}
    empty = _beside_nothing(told, fit) if of_sets else []
    sides: dict[Role, Told] = {"baseline": told, "canary": others}
    return before.but(
        fits={
            role: _fits(before.fits.get(role, (0, 0)), side, fit) for role, side in sides.items()
        },
        beside_nothing=_canary_beside_nothing(before, outcomes, fit) if of_sets else None,
        ordered=before.ordered + sum(gain > 0 for gain in gains),
        crossed=before.crossed + sum(gain < 0 for gain in gains),
        nearer=before.nearer + sum(gain > 0 for gain in empty),
        farther=before.farther + sum(gain < 0 for gain in empty),
    )


Told = Sequence[tuple[Label, Prediction]]
ROUNDING = 1e-9


def _dealt(told: Told, fit: Fit) -> list[float]:
    """Return by pairs of records how much better each answer fits its own than the other's."""
    gains = []
    for (label, answer), (other, its) in zip(told[::2], told[1::2], strict=False):
        own, changed = fit(label, answer) + fit(other, its), fit(label, its) + fit(other, answer)
        gains.append(_beyond_rounding(own, changed))
    return gains


def _fits(before: tuple[int, int], told: Told, fit: Fit) -> tuple[int, int]:
    gains = _dealt(told, fit)
    return before[0] + sum(gain > 0 for gain in gains), before[1] + sum(gain < 0 for gain in gains)


def _turned(told: Told, fit: Fit) -> list[float]:
    """Return by record how much better an order is than the same turned round."""
    return [
        _beyond_rounding(fit(label, answer), fit(label, Prediction(_reversed(answer.decision))))
        for label, answer in told
    ]


def _reversed(text: str) -> str:
    order = json.loads(text)
    if isinstance(order, dict):
        return json.dumps({item: -score for item, score in order.items()})
    if all(isinstance(one, str) for one in order):
        return json.dumps(order[::-1])
    return json.dumps([-score for score in order])


def _beside_nothing(told: Told, fit: Fit) -> list[float]:
    nothing = Prediction("[]")
    return [_beyond_rounding(fit(label, answer), fit(label, nothing)) for label, answer in told]


def _canary_beside_nothing(
    before: AnswerTally, outcomes: Sequence[AnswerPair], fit: Fit
) -> tuple[int, int] | None:
    """Return on how many records the canary is better and worse than nothing; None where an early
    version did not count them.
    """
    if before.beside_nothing is None and before.nearer + before.farther:
        return None
    gains = _beside_nothing(
        [(one.label, one.canary) for one in outcomes if one.canary is not None], fit
    )
    nearer, farther = before.beside_nothing or (0, 0)
    return nearer + sum(gain > 0 for gain in gains), farther + sum(gain < 0 for gain in gains)


def _beyond_rounding(one: float, other: float) -> float:
    """Return the difference; 0 where it is rounding, or no number."""
    if not (math.isfinite(one) and math.isfinite(other)):
        return 0.0
    gain = one - other
    return gain if abs(gain) > ROUNDING * max(abs(one), abs(other)) else 0.0
