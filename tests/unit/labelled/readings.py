"""Answers read as an evaluation reads them: a contract made of the first ones, then every one by
it.
"""

import json
from collections.abc import Sequence
from typing import Any

from canary.domain.labelled.contract import AnswerContract
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.answers.inference.contract import Heard, make_contract
from canary.labelled.answers.names import KnownLabels, known_labels
from canary.labelled.answers.read import read_answers
from canary.labelled.numbers import UnreadableAnswer

CSV, JSON, JSONL = "text/csv; charset=utf-8", "application/json", "application/jsonlines"
YES: dict[str, Any] = {"positive_label": "yes", "labels": ("yes", "no")}
DIGITS: dict[str, Any] = {"task": "multiclass", "labels": tuple("0123456789")}
ABC: dict[str, Any] = {"task": "multiclass", "labels": ("a", "b", "c")}
VARIANTS: Any = {"baseline": "V1", "canary": "V2"}


def guard(**fields: Any) -> QualityGuardSpec:
    """Return a guard with these fields."""
    if fields.get("task") == "regression":
        fields |= {"right_within": 1.0}
    return QualityGuardSpec(labelled_set="set.csv", **fields)


def as_bytes(bodies: Sequence[str | bytes]) -> list[bytes]:
    """Return texts as UTF-8."""
    return [body if isinstance(body, bytes) else body.encode() for body in bodies]


def agree(
    spec: QualityGuardSpec,
    baseline: Sequence[str | bytes],
    canary: Sequence[str | bytes] | None = None,
    content_type: str = JSON,
    count: int = 1,
    labels: Sequence[str] = (),
) -> tuple[AnswerContract, KnownLabels]:
    """Return the contract on some answers, and the labels it knows."""
    known = known_labels(spec, labels)
    sides = as_bytes(baseline), as_bytes(baseline if canary is None else canary)
    heard: Any = {
        role: [Heard(body, content_type, count) for body in bodies]
        for role, bodies in zip(("baseline", "canary"), sides, strict=True)
    }
    contract = make_contract(known, heard, VARIANTS)
    assert contract is not None
    return contract, known


def read_all(
    bodies: Sequence[str | bytes],
    content_type: str = JSON,
    count: int = 1,
    labels: Sequence[str] = (),
    **fields: Any,
) -> list[Prediction]:
    """Return the predictions in bodies, all of them the probe; raise the first record's problem."""
    contract, known = agree(guard(**fields), bodies, None, content_type, count, labels)
    found = []
    for body in as_bytes(bodies):
        for one in read_answers(body, content_type, count, contract.baseline, known):
            if isinstance(one, UnreadableAnswer):
                raise one
            found.append(one)
    return found


def read(body: str | bytes, content_type: str = JSON, count: int = 1, **more: Any) -> Any:
    """Return the predictions in one body."""
    return read_all([body], content_type, count, **more)


def chat(text: str) -> str:
    """Return a chat completion."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})
