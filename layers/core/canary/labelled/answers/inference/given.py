"""What is known before an answer is looked at, and the numbers among values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.domain.plan.quality.answer_keys import AnswerRules
from canary.labelled.answers.names import KnownLabels, named
from canary.labelled.numbers import ROUNDING, UnreadableAnswer, number
from canary.labelled.tasks.labels import is_of_parts

NEED_PROBABILITIES = frozenset({"log_loss", "roc_auc", "brier"})
"""Deciding metrics that need probabilities of both variants."""


@dataclass(frozen=True)
class Given:
    """What is known before looking: the labels, and the user's own rules."""

    known: KnownLabels
    rules: AnswerRules

    @property
    def task(self) -> str:
        """The task."""
        return self.known.spec.task

    @property
    def has_parts(self) -> bool:
        """Whether answers of the task have parts."""
        return is_of_parts(self.known.spec.task)

    @property
    def need_probabilities(self) -> list[str]:
        """The metrics that decide by probabilities."""
        return sorted(NEED_PROBABILITIES & self.known.spec.deciding)

    @property
    def base(self) -> Reading:
        """A reading of the rules that name no place."""
        rules = self.rules
        return Reading(
            score_of=None,
            label_map=rules.label_map,
            labels_from=rules.labels_from,
            activation=rules.activation,
            ranks_only=rules.ranks_only,
            extract=rules.extract,
        )

    def label_of(self, value: Any) -> str | None:
        """Return the decision a scalar stands for, by the rules for names; None without one."""
        try:
            return self.known.decision(named(value, self.base, self.known))
        except UnreadableAnswer:
            return None

    @property
    def takes_any_number(self) -> bool:
        """Whether the rules say what a number outside 0 to 1 is."""
        return self.rules.ranks_only or self.rules.activation != "none"


def in_unit(values: Sequence[Any]) -> bool:
    """Return whether all numbers are probabilities, rounding apart; what is no finite number is an
    error and not looked at.
    """
    return all(-ROUNDING <= found <= 1 + ROUNDING for found in finite(values))


def finite(values: Sequence[Any]) -> list[float]:
    """Return the finite numbers among values."""
    found = []
    for value in values:
        try:
            found.append(number(value))
        except UnreadableAnswer:
            continue
    return found


def is_rounded(values: Sequence[Any]) -> bool:
    """Return whether a probability was just outside 0 to 1."""
    return any(not 0 <= found <= 1 for found in finite(values))
