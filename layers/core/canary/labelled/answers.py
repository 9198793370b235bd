"""Answers of endpoints read into predictions: a bare number, CSV, JSON, JSON Lines, in the shapes
models answer in.

Recognised without any setting: numbers and rows of probabilities (built-in XGBoost, scikit-learn
containers), objects with predictions/outputs/instances lists and score, predicted_label,
probabilities (built-in algorithms, TensorFlow), [{"label", "score"}] (Hugging Face text
classification) and {class: probability} (TorchServe). Anything else is reached by the spec's
JMESPath expression.
"""

import json
from functools import lru_cache
from typing import Any

import jmespath
import jmespath.exceptions
from jmespath.parser import ParsedResult

from canary.domain.errors import Refused
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.decisions import read_value
from canary.labelled.numbers import UnreadableAnswer, is_number, kind_of

_LISTS = ("predictions", "outputs", "instances", "results")


def read_answers(
    body: bytes, content_type: str, count: int, spec: QualityGuardSpec
) -> list[Prediction | UnreadableAnswer]:
    """Return one prediction for each of the `count` records asked about, in order.

    A record whose own value cannot be read gives its UnreadableAnswer; raise UnreadableAnswer when
    the body as a whole cannot be split into `count` values.
    """
    values = _split(_document(body, content_type), count, spec)
    return [_read(value, spec) for value in values]


def check_answer_expression(spec: QualityGuardSpec) -> None:
    """Return when `answer` is a JMESPath expression or absent; raise Refused otherwise."""
    if spec.answer is None:
        return
    try:
        _compiled(spec.answer)
    except jmespath.exceptions.JMESPathError as error:
        first = str(error).splitlines()[0]
        raise Refused(
            "guards.quality.answer", f"not a JMESPath expression: {first}", "See jmespath.org"
        ) from None


@lru_cache(maxsize=64)
def _compiled(expression: str) -> ParsedResult:
    return jmespath.compile(expression)


def _read(value: Any, spec: QualityGuardSpec) -> Prediction | UnreadableAnswer:
    try:
        return read_value(value, spec)
    except UnreadableAnswer as error:
        return error
    except (OverflowError, RecursionError):
        return UnreadableAnswer(f"{kind_of(value)} is too large or nested too deeply")


def _document(body: bytes, content_type: str) -> Any:
    """Return the body as JSON values; CSV becomes a list of rows, JSON Lines a list of
    documents.
    """
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UnreadableAnswer("the answer is not UTF-8 text") from None
    if not text:
        raise UnreadableAnswer("the answer is empty")
    if "jsonlines" in content_type or "json-seq" in content_type:
        return [_json(line) for line in text.splitlines() if line.strip()]
    if "json" in content_type or text[0] in "[{":
        return (
            _json(text)
            if "\n" not in text or _is_json(text)
            else [_json(line) for line in text.splitlines()]
        )
    rows = [
        [cell.strip().strip('"') for cell in line.split(",")]
        for line in text.splitlines()
        if line.strip()
    ]
    return rows if len(rows) > 1 else rows[0]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableAnswer(f"the answer is not JSON but {kind_of(text)}") from None


def _split(document: Any, count: int, spec: QualityGuardSpec) -> list[Any]:
    if spec.answer is not None:
        found = _search(spec.answer, document)
        if found is None:
            raise UnreadableAnswer(
                f"the expression {spec.answer!r} finds nothing in {kind_of(document)}"
            )
        return _exactly(found, count) if count > 1 else [found]
    if isinstance(document, dict):
        named = [document[key] for key in _LISTS if isinstance(document.get(key), list)]
        if len(named) == 1:
            return _exactly(named[0], count)
    return [document] if count == 1 else _exactly(document, count)


def _search(expression: str, document: Any) -> Any:
    try:
        return _compiled(expression).search(document)
    except Exception as error:  # noqa: BLE001 - its functions quote, and fail in ways of their own on, what they are given
        name = type(error).__name__
        raise UnreadableAnswer(
            f"the expression {expression!r} fails on {kind_of(document)} ({name})"
        ) from None


def _exactly(values: Any, count: int) -> list[Any]:
    """Return the list of `count` values; a single row of numbers is taken apart, a nested single
    list unwrapped.
    """
    if isinstance(values, list) and len(values) == 1 != count and isinstance(values[0], list):
        return _exactly(values[0], count)
    if not isinstance(values, list) or len(values) != count:
        if count == 1 and isinstance(values, list) and all(map(is_number, values)):
            return [values]
        size = f"{len(values)} values" if isinstance(values, list) else "one value"
        raise UnreadableAnswer(f"{count} records were sent and the answer holds {size}")
    return values
