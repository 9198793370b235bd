"""The plausibility gate: what makes an evaluation's answer unbelievable, in numbers.

Rules: pure. A doubt turns PASS into NO_DATA, never the other way round; where it is the reading or
the baseline itself that is doubted, FAIL as well, because nothing can be compared with it. What is
worse for the canary alone (it answers the same to everything, it fails) is told and left to the
tests.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from canary.domain.labelled.by_request.paired_ratio import FIGURE_OF
from canary.domain.labelled.by_request.whole_requests import METRIC as WHOLE
from canary.domain.labelled.evidence import CallCounts, PairedState, copies_in
from canary.domain.labelled.plausibility.blind import measures
from canary.domain.labelled.plausibility.counts import AnswerTally
from canary.domain.plan.quality import QualityGuardSpec, Task
from canary.domain.plan.quality.metric_keys import SCORER
from canary.stats.chance import area_within, heads_by_chance, hits_by_chance

CHANCE = 1e-5
"""A baseline is believed once answers given without looking would do as well this rarely."""
STANDARD_ERRORS = 3.0
ORDER_CHANCE = 1e-4
"""Scores are believed to order once chance puts as many pairs right this rarely."""
OUT_OF_PROPORTION = 10.0
"""A canary this many times as far off as the baseline (or as what counts as right) is not passed by
metrics that bound each error: equal variants of heavy tails stay well below.
"""


@dataclass(frozen=True)
class Doubt:
    """One reason not to believe; `of_reading` where it speaks against FAIL too, `open` where
    records still to come may settle it.
    """

    text: str
    of_reading: bool = False
    open: bool = False


def doubts(
    tally: AnswerTally,
    states: tuple[PairedState, ...],
    counts: CallCounts,
    spec: QualityGuardSpec,
    *,
    ranks_only: bool = False,
) -> tuple[Doubt, ...]:
    """Return what speaks against the evaluation; nothing before a record was compared. With
    `ranks_only` decisions mean nothing, and the order of the scores is looked at instead.
    """
    if not counts.used:
        return ()
    found = [_too_few(counts, spec.min_usable), _never_right(states)]
    if tally.records == counts.used:
        if spec.task in {"binary", "multiclass"}:
            found += [_one_class(tally), _upside_down(tally)]
        if ranks_only:
            found += [_orders_nothing(tally)]
        else:
            found += [
                _no_skill(
                    tally,
                    spec.task,
                    copies_in(states),
                    decides_by_parts=not set(spec.chosen_metrics) <= {SCORER},
                ),
                _foreign(tally),
                _out_of_proportion(tally, counts, spec),
            ]
            found += [_beyond_constant(tally, counts, spec), _no_better_than_nothing(tally, spec)]
    return tuple(doubt for doubt in found if doubt is not None)


def _too_few(counts: CallCounts, min_usable: float) -> Doubt | None:
    asked = counts.used + counts.failed_on_both
    if counts.used >= min_usable * asked:
        return None
    return Doubt(
        f"only {counts.used:,} of {asked:,} asked records could be compared "
        f"({counts.used / asked:.1%}; min_usable asks for {min_usable:.0%})"
    )


def _never_right(states: tuple[PairedState, ...]) -> Doubt | None:
    """Return the doubt in a baseline that is as bad as can be on every record; what answers cost
    is no matter of right and wrong.
    """
    for state in states:
        if (
            state.metric not in (*FIGURE_OF, WHOLE)
            and state.records
            and state.baseline_sum <= 0
            and state.slice is None
        ):
            return Doubt(
                f"the baseline is as bad as can be on all {state.records:,} records "
                f"({state.metric})",
                of_reading=True,
            )
    return None


def never_right_in_slice(state: PairedState) -> Doubt | None:
    """Return the doubt in one slice's pass where the baseline is as bad as can be on all of it: to
    be no worse than that says nothing, to be better does.
    """
    blind = state.slice is not None and state.records and state.baseline_sum <= 0
    if not blind or state.better:
        return None
    return Doubt(
        f"the baseline is as bad as can be on all {state.records:,} records of the slice",
        open=True,
    )


_BLIND = dict.fromkeys(("binary", "multiclass", "regression"), "the best constant answer")
_ORDER_SEEN = {
    "regression": "it puts {found:,} of {pairs:,} pairs of records in the right order",
    "ranking": "its order is better than the same turned round on {found:,} of {pairs:,} records",
}
_FIT_SEEN = (
    "its answers fit their own records better than each other's on {found:,} of {pairs:,} pairs "
    "that tell"
)


def _no_skill(
    tally: AnswerTally, task: Task, copies: int, *, decides_by_parts: bool = True
) -> Doubt | None:
    """Return the doubt in a baseline that does no better than answers given without looking."""
    if task in {"binary", "multiclass"}:
        chance, better = class_chance(tally, task, tally.baseline, tally.right, copies)
        share = sum(tally.right.values()) / tally.records
        seen = constant_seen(tally, f"it is right on {share:.1%}")
    elif task == "custom" or (task != "regression" and not decides_by_parts):
        return None
    else:
        pairs = tally.ordered + tally.crossed
        chance = heads_by_chance(pairs // copies, tally.ordered // copies)
        better = tally.ordered > tally.crossed
        seen = _ORDER_SEEN.get(task, _FIT_SEEN).format(found=tally.ordered, pairs=pairs)
    if chance <= CHANCE:
        return None
    least = "no better than" if not better else "not shown to be better than"
    return Doubt(
        f"the baseline is {least} {_BLIND.get(task, 'answers given without looking')}: {seen}",
        of_reading=not better,
        open=better,
    )


def _no_better_than_nothing(tally: AnswerTally, spec: QualityGuardSpec) -> Doubt | None:
    """Return the doubt in entities or label sets that nothing found at all would match as well."""
    if spec.task not in {"entities", "multilabel"} or set(spec.chosen_metrics) <= {SCORER}:
        return None
    looked, better = tally.nearer + tally.farther, tally.nearer > tally.farther
    if heads_by_chance(looked, tally.nearer) <= CHANCE:
        return None
    return Doubt(
        f"the baseline is {'not shown to be' if better else 'no'} better than an answer of "
        f"nothing: it is on {tally.nearer:,} records, and worse on {tally.farther:,}",
        of_reading=not better,
        open=better,
    )


def _beyond_constant(
    tally: AnswerTally, counts: CallCounts, spec: QualityGuardSpec
) -> Doubt | None:
    """Return the doubt in a regression whose baseline is as far off as the labels' middle by every
    measure that decides: where most labels are 0, the best answers for the mean are farther from
    their labels than 0 is, and still no blind ones.
    """
    if spec.task != "regression" or not tally.sample:
        return None
    measured = [(one, *one.of(tally)) for one in measures(spec)]
    if any(baseline < constant for _, baseline, constant in measured):
        return None
    measure, baseline, constant = measured[0]
    answered = max(1, counts.used - counts.errors_baseline)
    return Doubt(
        f"the baseline's mean {measure.error} is {baseline / answered:.4g}, and always answering "
        f"the labels' {measure.middle} would be off by {constant / answered:.4g}{_scale(tally)}",
        of_reading=baseline >= FAR * constant,
        open=baseline < FAR * constant,
    )


FAR = 1.2
OTHER_SCALE = 3.0


def _scale(tally: AnswerTally) -> str:
    """Return what the answers' size is beside the labels', where it is another one."""
    labels, answers = tally.sizes
    if not labels or not answers or 1 / OTHER_SCALE < answers / labels < OTHER_SCALE:
        return ""
    return (
        f"; its answers are {answers / labels:.3g} times the size of the labels, which may be "
        "another unit or scale (thousands, a logarithm)"
    )


def _orders_nothing(tally: AnswerTally) -> Doubt | None:
    """Return the doubt in scores that are not shown to order the records: neither by the area under
    their curve, which bins make coarse, nor by pairs of a positive and a negative record.
    """
    area = area_within(tally.positives, tally.negatives, STANDARD_ERRORS)
    pairs = tally.ordered + tally.crossed
    shown = heads_by_chance(pairs, tally.ordered) <= ORDER_CHANCE
    if area is None or area[1] > 0.5 or (pairs and shown):
        return None
    if not pairs:
        text = f"the baseline's AUC of {area[0]:.3f} is not shown to be above a half"
        return Doubt(text, open=area[0] > 0.5)
    return Doubt(
        f"the baseline's scores put {tally.ordered:,} of {pairs:,} pairs of a positive and a "
        "negative record in the right order, which is not shown to be more than half",
        open=tally.ordered > tally.crossed,
    )


def class_chance(
    tally: AnswerTally,
    task: Task,
    decided: Mapping[str, int],
    right: Mapping[str, int],
    copies: int = 1,
) -> tuple[float, bool]:
    """Return how likely chance is as good as a variant at telling any class from the rest, and
    whether it is better than chance at all; of two classes one is enough, of more each counts.
    """
    names = ["1"] if task == "binary" else list(tally.labels)
    least, better = 1.0, False
    for name in names:
        of_class, said, hits = tally.labels.get(name, 0), decided.get(name, 0), right.get(name, 0)
        counts = (n // copies for n in (tally.records, of_class, said, hits))
        least = min(least, hits_by_chance(*counts))
        better = better or hits * tally.records > of_class * said
    return min(1.0, least * max(1, len(names))), better


def constant_seen(tally: AnswerTally, seen: str) -> str:
    """Return what was seen of a variant, beside what the best constant answer would be right on."""
    constant = max(tally.labels.values(), default=0) / tally.records
    return f"{seen} of {tally.records:,} records, always the same answer would be on {constant:.1%}"


def _out_of_proportion(
    tally: AnswerTally, counts: CallCounts, spec: QualityGuardSpec
) -> Doubt | None:
    """Return the doubt in a regression whose canary is off by far more than the baseline on few
    records: a share of right answers and a loss with a learnt cap cannot see how far. A cap that
    the spec names says that farther is no worse.
    """
    margins = (spec.metrics or {}).values()
    if spec.task != "regression" or any(one.cap is not None for one in margins):
        return None
    answered = max(1, counts.used - counts.errors_baseline - counts.errors_canary)
    baseline, canary = (math.sqrt(sum_ / answered) for sum_ in tally.squared)
    if canary <= OUT_OF_PROPORTION * max(baseline, spec.right_within or 0.0):
        return None
    return Doubt(
        f"the root mean squared error is {canary:.4g} for the canary and {baseline:.4g} for the "
        "baseline, which no deciding metric shows in full; name one with a cap of your own"
    )


def _one_class(tally: AnswerTally) -> Doubt | None:
    if len(tally.labels) > 1:
        return None
    return Doubt(f"the {tally.records:,} compared records have one class alone", open=True)


def _foreign(tally: AnswerTally) -> Doubt | None:
    if not tally.complete or not tally.baseline or tally.baseline.keys() & tally.labels.keys():
        return None
    return Doubt(
        f"no label that the baseline predicts occurs among the labels of {tally.records:,} records",
        of_reading=True,
    )


def _upside_down(tally: AnswerTally) -> Doubt | None:
    """Return the doubt in scores that order the records the wrong way round."""
    area = area_within(tally.positives, tally.negatives, STANDARD_ERRORS)
    if area is None or area[2] >= 0.5:
        return None
    return Doubt(
        f"the baseline's AUC is {area[0]:.3f}, at most {area[2]:.3f}: its scores order the records "
        "the wrong way round, so positive_label, classes or score_of may be wrong",
        of_reading=True,
    )
