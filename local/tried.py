"""What a model answers to a few of its own records, tried before anything stands: a model that
cannot read them is told at once, not as a rollout's errors an hour later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np

from emulator.endpoints import Model, ModelFailure
from emulator.endpoints.serving.models import Load, predict
from local.mistake import Mistake
from local.rows import Rows

RECORDS, LONGEST_SHOWN = 20, 70
LABEL_REMEDY = "name the label's column with --label-column, so that the model does not get it"


@dataclass(frozen=True)
class Tried:
    """How a model did on records spread over the file. `failed` names them by line, from 1, with
    the record and what came instead of an answer; `example` is one that was answered.
    """

    given: str
    asked: int
    failed: tuple[tuple[int, Any, str], ...] = ()
    example: tuple[Any, Any] | None = None

    @property
    def words(self) -> str:
        """Return it for a person."""
        if not self.failed:
            record, answer = self.example or ((), ())
            return (
                f"{self.given} answers the {self.asked} tried, {_shown(record)}: {_shown(answer)}"
            )
        some = f"{len(self.failed)} of the {self.asked}" if self.example else f"all {self.asked}"
        return f"{self.given} FAILS {some} tried, {self.first}"

    @property
    def first(self) -> str:
        """Return the first record that failed, and how."""
        number, record, why = self.failed[0]
        return f"record {number}, {_shown(record)}: {why}"


def tried(given: str, model: Model, rows: Rows) -> Tried:
    """Return how a model does on a few records, asked as the traffic asks it."""
    among = len(rows.records)
    chosen = np.unique(np.linspace(0, among - 1, min(RECORDS, among)).astype(int))
    answers = predict(model, rows.records[chosen], Load())
    good = [not isinstance(answer, ModelFailure) for answer in answers]
    return Tried(
        given,
        len(chosen),
        tuple(
            (int(at) + 1, rows.records[at], f"{answer.status} {answer.message}")
            for at, answer in zip(chosen, answers, strict=True)
            if isinstance(answer, ModelFailure)
        ),
        next(compress(zip(rows.records[chosen], answers, strict=True), good), None),
    )


def refuse_mute(found: Sequence[tuple[str, Tried]], *, labelled: bool) -> None:
    """Raise Mistake where what serves, or both, answer none of their records: no rollout could be
    judged there. A canary that fails them all is for the rollout to find.
    """
    option, serving = found[0]
    if serving.example is not None:
        return
    both = all(one.example is None for _, one in found)
    label = "" if labelled else f"; where a column of them is the label, {LABEL_REMEDY}"
    raise Mistake(
        " and ".join(name for name, _ in found) if both else option,
        f"no record of the {serving.asked} tried is answered, {serving.first}",
        f"Mend the model, or give records that it can read{label}",
    )


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
