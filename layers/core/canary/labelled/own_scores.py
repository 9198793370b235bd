"""The contract with a scorer of one's own: answers in, scores of 0 to 1 out.

In: {"version": 1, "items": [{"id", "label", "answer", "score", "record"}, ...]}. `id` is the id
column's value or the row number, `label` and `answer` JSON values of the task, `score` the
probability where the answer has one, `record` the features by column. Out: {"scores": [...]}, one
number of 0 to 1 for each item in their order, better is more; or {"error": "words"}.

Rules: an item does not say which variant answered, and the two answers to one record come in an
order of their own, so that the scorer judges blindly. Equal answers are asked about once. Whatever
does not fit is a ScorerFailed whose problem holds no value of the set.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.examples import Example
from canary.labelled.layout import Layout
from canary.labelled.numbers import kind_of
from canary.labelled.tasks.labels import is_of_parts

VERSION = 1
LONGEST_WORDS = 300


class ScorerFailed(Exception):
    """A scorer gave no scores: `problem` for everybody, `words` (its own) for the report alone."""

    def __init__(self, problem: str, words: str = "") -> None:
        """Take both texts; the words are cut."""
        super().__init__(problem)
        self.problem, self.words = problem, words[:LONGEST_WORDS]


def request_of(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what a scorer is given."""
    return {"version": VERSION, "items": list(items)}


def items_of(
    example: Example, predictions: tuple[Prediction, ...], layout: Layout, spec: QualityGuardSpec
) -> list[dict[str, Any]]:
    """Return one item for each of these answers to a record."""
    record = dict(zip(layout.feature_names(), example.features, strict=True))
    return [
        {
            "id": example.record_id,
            "label": _label(example.label, spec),
            "answer": _answer(one, spec),
            "score": one.score,
            "record": record,
        }
        for one in predictions
    ]


def _label(label: Label, spec: QualityGuardSpec) -> Any:
    return json.loads(str(label)) if is_of_parts(spec.task) else label


def _answer(prediction: Prediction, spec: QualityGuardSpec) -> Any:
    if spec.task in {"binary", "regression"}:
        return json.loads(prediction.decision)
    whole = is_of_parts(spec.task) and spec.task != "text"
    return json.loads(prediction.decision) if whole else prediction.decision


def canary_first(record_id: str) -> bool:
    """Return a coin for a record, always the same."""
    return bool(hashlib.blake2b(record_id.encode(), digest_size=1).digest()[0] & 1)


def read_scores(answered: object, count: int) -> list[float]:
    """Return a scorer's scores for so many items; raise ScorerFailed when they are not that."""
    if isinstance(answered, Mapping) and isinstance(answered.get("error"), str):
        raise ScorerFailed("the scorer says that it failed", answered["error"])
    scores = answered.get("scores") if isinstance(answered, Mapping) else None
    if not isinstance(scores, list):
        raise ScorerFailed(
            f'the scorer answered {kind_of(answered)}, not an object with a list "scores"'
        )
    if len(scores) != count:
        raise ScorerFailed(f"the scorer gave {len(scores)} scores for {count} answers")
    return [_score(score, place, count) for place, score in enumerate(scores, start=1)]


def _score(score: object, place: int, count: int) -> float:
    where = f"score {place} of {count} of the scorer"
    if isinstance(score, bool) or not isinstance(score, int | float) or math.isnan(score):
        raise ScorerFailed(f"{where} is no number")
    if not 0 <= score <= 1:
        raise ScorerFailed(f"{where} lies outside 0 to 1")
    return float(score)
