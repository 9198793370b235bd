"""Compared records taken into the counts."""

import math
from collections import Counter
from collections.abc import Sequence

from canary.domain.labelled.contract import AnswerContract
from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.plausibility.blind import beside_constant, changed_round
from canary.domain.labelled.plausibility.contradicted import held_against
from canary.domain.labelled.plausibility.counts import MOST_ERROR, AnswerTally
from canary.domain.labelled.plausibility.one_answer import with_sameness
from canary.domain.labelled.plausibility.parts import with_parts
from canary.domain.labelled.plausibility.scored import with_scores
from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.plan.quality import QualityGuardSpec

MOST_CLASSES = 300
BINS = 64


def tallied(
    before: AnswerTally,
    outcomes: Sequence[AnswerPair],
    spec: QualityGuardSpec,
    contract: AnswerContract | None,
) -> AnswerTally:
    """Return the counts after more compared records, read by the contract."""
    before = with_sameness(before, outcomes, spec)
    if spec.scorer is not None:
        before = with_scores(before, outcomes)
    if contract is None:
        return _counted(before, outcomes, spec, ranks=False)
    after = _counted(before, outcomes, spec, ranks=contract.baseline.ranks_only)
    after = with_parts(after, outcomes, spec, contract.labels)
    return held_against(after, outcomes, contract.labels_beside_scores)


def _counted(
    before: AnswerTally, outcomes: Sequence[AnswerPair], spec: QualityGuardSpec, *, ranks: bool
) -> AnswerTally:
    """Return the counts of the task; `ranks` where scores only order."""
    task = spec.task
    after = before.but(records=before.records + len(outcomes))
    if task == "regression":
        return beside_constant(_squared(_ordered(after, outcomes), outcomes), outcomes)
    if task not in {"binary", "multiclass"}:
        return changed_round(after, outcomes, spec)
    counted = _by_class(after, outcomes)
    return counted if task == "multiclass" else _scored(counted, outcomes, ranks=ranks)


_OF_LABELS = ("labels", "right", "found", "silent")
_OF_DECISIONS = ("baseline", "canary")


def _by_class(before: AnswerTally, outcomes: Sequence[AnswerPair]) -> AnswerTally:
    """Return the counts by class, of the first classes that labels have: those are counted from
    their first record on, so that no part is larger than its whole.
    """
    together = Counter(
        [(str(one.label), _decision(one.baseline), _decision(one.canary)) for one in outcomes]
    )
    known = dict.fromkeys(before.labels)
    for label, *_ in together:
        if len(known) < MOST_CLASSES:
            known[label] = None
    complete = before.complete and all(label in known for label, *_ in together)
    uncounted = {"found"} if before.found is None and before.labels else set()
    added: dict[str, dict[str, int]] = {}
    for name in (*_OF_LABELS, *_OF_DECISIONS):
        if name in uncounted:
            continue
        counts = Counter(getattr(before, name) or {})
        for (label, baseline, canary), records in together.items():
            seen = {
                "labels": label,
                "baseline": baseline,
                "canary": canary,
                "right": label if label == baseline else None,
                "found": label if label == canary else None,
                "silent": label if baseline is None else None,
            }[name]
            if seen is None:
                continue
            foreign = name in _OF_DECISIONS and (seen in counts or len(counts) < MOST_CLASSES)
            if seen in known or foreign:
                counts[seen] += records
            else:
                complete = False
        added[name] = dict(counts)
    return before.but(complete=complete, **added)


def _decision(prediction: Prediction | None) -> str | None:
    return None if prediction is None else prediction.decision


def _scored(before: AnswerTally, outcomes: Sequence[AnswerPair], *, ranks: bool) -> AnswerTally:
    counts = {
        True: list(before.positives or (0,) * BINS),
        False: list(before.negatives or (0,) * BINS),
    }
    for one in outcomes:
        score = None if one.baseline is None else one.baseline.score
        if score is not None:
            counts[one.label == 1][_bin(score, ranks=ranks)] += 1
    after = before.but(positives=tuple(counts[True]), negatives=tuple(counts[False]))
    return _ranked(after, outcomes) if ranks else after


def _ranked(before: AnswerTally, outcomes: Sequence[AnswerPair]) -> AnswerTally:
    """Return the counts of pairs of a positive and a negative record in the order of their scores:
    scores that only rank have any scale, and bins would not tell one of them from another.
    """
    waiting, ordered, crossed = before.waiting, before.ordered, before.crossed
    for one in outcomes:
        score = None if one.baseline is None else one.baseline.score
        if score is None:
            continue
        here = (float(one.label), score)
        if waiting is None or waiting[0] == here[0]:
            waiting = here
            continue
        turn = (here[0] - waiting[0]) * (here[1] - waiting[1])
        ordered, crossed, waiting = ordered + (turn > 0), crossed + (turn < 0), None
    return before.but(waiting=waiting, ordered=ordered, crossed=crossed)


def _bin(score: float, *, ranks: bool) -> int:
    """Return the bin of a score, finer towards 0 and 1, where rare classes have theirs."""
    if not ranks:
        inside = min(max(score, 1e-9), 1 - 1e-9)
        score = math.log(inside / (1 - inside))
    return min(int((math.atan(score) / math.pi + 0.5) * BINS), BINS - 1)


def _ordered(before: AnswerTally, outcomes: Sequence[AnswerPair]) -> AnswerTally:
    waiting, ordered, crossed = before.waiting, before.ordered, before.crossed
    for one in outcomes:
        if one.baseline is None:
            continue
        here = (float(one.label), float(one.baseline.decision))
        if waiting is None:
            waiting = here
            continue
        turn = (here[0] - waiting[0]) * (here[1] - waiting[1])
        ordered, crossed, waiting = ordered + (turn > 0), crossed + (turn < 0), None
    return before.but(waiting=waiting, ordered=ordered, crossed=crossed)


def _squared(before: AnswerTally, outcomes: Sequence[AnswerPair]) -> AnswerTally:
    baseline, canary = before.squared
    for one in outcomes:
        if one.baseline is not None and one.canary is not None:
            baseline += _error(one.label, one.baseline) ** 2
            canary += _error(one.label, one.canary) ** 2
    return before.but(squared=(baseline, canary))


def _error(label: Label, prediction: Prediction) -> float:
    return min(abs(float(prediction.decision) - float(label)), MOST_ERROR)
