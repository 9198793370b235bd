"""Doubts in what was decided class by class: a baseline that takes one class for another, a canary
that answers without looking.

Rules: pure. Failures are no decisions, and are not counted among them here.
"""

from canary.domain.labelled.plausibility.counts import AnswerTally
from canary.domain.labelled.plausibility.doubts import CHANCE, Doubt, class_chance, constant_seen
from canary.domain.labelled.plausibility.one_answer import CANARY_CHANCE
from canary.domain.plan.quality import Task
from canary.stats.chance import hits_by_chance


def doubts_by_class(
    tally: AnswerTally, task: Task, copies: int = 1, *, worse: bool
) -> tuple[Doubt, ...]:
    """Return what the decisions of a classification, class by class, speak against; a canary that
    is shown to be `worse` needs no doubt.
    """
    found = (
        _taken_for_another(tally),
        None if worse else _canary_without_looking(tally, task, copies),
    )
    return tuple(doubt for doubt in found if doubt is not None)


def _taken_for_another(tally: AnswerTally) -> Doubt | None:
    """Return the doubt in a baseline that decides a class on fewer of its records than dealt
    without looking: a model may be blind to a class, and is not against it.

    Of two classes the order of the scores is looked at instead.
    """
    if len(tally.labels) < 3 or not tally.complete:
        return None
    decided = sum(tally.baseline.values())
    against = {
        name: chance
        for name in tally.labels
        if (chance := _against(tally, name, decided) * len(tally.labels)) <= CHANCE
    }
    if not against:
        return None
    name = min(against, key=lambda one: against[one])
    answered = tally.labels[name] - tally.silent.get(name, 0)
    return Doubt(
        f"the baseline decides one class on {tally.right.get(name, 0):,} of the {answered:,} "
        f"records that have it and on {tally.baseline[name]:,} of all {decided:,}, which is fewer "
        "than without looking: the order in classes, or label_map, may take one class for another",
        of_reading=True,
    )


def _against(tally: AnswerTally, name: str, decided: int) -> float:
    """Return how likely a class is missed so often where decisions are dealt without looking."""
    of_class = tally.labels[name] - tally.silent.get(name, 0)
    others, missed = decided - tally.baseline.get(name, 0), of_class - tally.right.get(name, 0)
    return hits_by_chance(decided, of_class, others, missed)


def _canary_without_looking(tally: AnswerTally, task: Task, copies: int) -> Doubt | None:
    """Return the doubt in a canary not shown to be better than answers given without looking,
    beside a baseline that is: few records of a class, or a wide margin, hide what it lacks.
    """
    if tally.found is None:
        return None
    chance, _ = class_chance(tally, task, tally.baseline, tally.right, copies)
    own, _ = class_chance(tally, task, tally.canary, tally.found, copies)
    if chance > CHANCE or own <= CANARY_CHANCE:
        return None
    right = sum(tally.found.values()) / tally.records
    seen = constant_seen(tally, f"it is right on {right:.1%}")
    return Doubt(
        "the canary is not shown to be better than the best constant answer, and the baseline is: "
        f"{seen}",
        open=True,
    )
