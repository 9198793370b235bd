"""Whatever a file holds or a model answers, reading it ends in a value or in a refusal in words."""

# ruff: noqa: PT017 - a refusal is one of two right outcomes

import json
import math
import tempfile
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary.domain.errors import Refused
from canary.domain.labelled.contract import Reading
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import DECIDING_METRICS, QualityGuardSpec, Task
from canary.labelled.answers.inference.contract import Heard, make_contract
from canary.labelled.answers.names import KnownLabels, known_labels
from canary.labelled.answers.read import read_answers
from canary.labelled.check import check_records
from canary.labelled.examples import read_example
from canary.labelled.numbers import UnreadableAnswer
from canary.labelled.records import RecordFile, UnusableRow
from canary.labelled.requests import build_body
from tests.unit.labelled.readings import VARIANTS

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
KEYS = st.sampled_from(
    ["predictions", "score", "label", "probabilities", "predicted_label", "0", "1", "x"]
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
TYPES = st.sampled_from(["text/csv", "application/json", "application/jsonlines", ""])
TASKS = st.sampled_from(get_args(Task))
SCORER_ARN = "arn:aws:lambda:us-east-1:123456789012:function:judge"


def guard(task: str, **fields: Any) -> QualityGuardSpec:
    """Return a guard for a task."""
    deciding = (*DECIDING_METRICS[task], "scorer")[0]  # type: ignore[index]
    metrics = {deciding: {"max_worse": 0.1}}
    return QualityGuardSpec.model_validate(
        {
            "labelled_set": "set.csv",
            "task": task,
            "right_within": 1.0,
            "metrics": metrics,
            "scorer": SCORER_ARN,
            **fields,
        }
    )


PLAIN = {"binary": ["0.25", "0.75"], "multiclass": ["x", "1"], "regression": ["12.5"]}


def read(body: bytes, content_type: str, count: int, task: str) -> None:
    """Read an answer by its own contract, where it has one, and by a plain one; whatever comes out
    is a prediction a metric can take, or says why not.
    """
    known = known_labels(guard(task), ("0", "1", "x"))
    for bodies in ([body], [one.encode() for one in PLAIN.get(task, ["x"])]):
        heard: Any = [Heard(one, content_type, count if one is body else 1) for one in bodies]
        try:
            contract = make_contract(known, {"baseline": heard, "canary": heard}, VARIANTS)
        except Refused as error:
            assert error.field.startswith("guards.quality.answer")
            continue
        assert contract is not None
        check(body, content_type, count, task, contract.canary, known)


def check(
    body: bytes, content_type: str, count: int, task: str, reading: Reading, known: KnownLabels
) -> None:
    """Read an answer by one reading."""
    try:
        found = read_answers(body, content_type, count, reading, known)
    except UnreadableAnswer as error:
        assert str(error)
        return
    assert len(found) == count
    for one in found:
        if isinstance(one, Prediction) and one.score is not None:
            assert math.isfinite(one.score)
            assert task == "regression" or 0 <= one.score <= 1


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, TYPES, st.integers(1, 3), TASKS)
def test_any_json_answer(document: Any, content_type: str, count: int, task: str) -> None:
    """Any JSON is a prediction or an unreadable answer."""
    read(json.dumps(document).encode(), content_type, count, task)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=60)
    | st.text(alphabet='0123456789.,-e[]{}":na \n', max_size=40).map(str.encode),
    TYPES,
    TASKS,
)
def test_any_bytes_as_an_answer(body: bytes, content_type: str, task: str) -> None:
    """Any bytes are a prediction or an unreadable answer."""
    read(body, content_type, 1, task)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=80) | st.text(alphabet='01,."\n\r{}[]:xy ', max_size=60).map(str.encode),
    st.sampled_from(["csv", "jsonl", "json"]),
    TASKS,
)
def test_any_file_as_a_labelled_set(content: bytes, form: str, task: str) -> None:
    """Any file is refused, or every row of it is an example with a body or unusable in words."""
    spec = guard(task, format=form)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set"
        path.write_bytes(content)
        try:
            with RecordFile(path, spec) as records:
                check_records(records, spec, whole=True)
                for index in range(len(records)):
                    try:
                        example = read_example(records.row(index), records.layout, spec)
                    except UnusableRow as error:
                        assert str(error)
                    else:
                        assert build_body((example,), records.layout, spec) is not None
        except Refused as error:
            assert error.field.startswith("guards.quality.")


@pytest.mark.parametrize("field", ["labelled_set", "answer", "positive_label"])
def test_no_field_is_a_format_string(field: str, tmp_path: Path) -> None:
    """Braces and percent signs in a spec's text are text."""
    path = tmp_path / "set.csv"
    path.write_text("1,2\n0,3\n")
    fields = {
        "labelled_set": str(path),
        field: "{0.__class__}%s%(x)s" if field != "labelled_set" else str(path),
    }
    try:
        with RecordFile(path, guard("binary", **fields)) as records:
            check_records(records, guard("binary", **fields), whole=True)
    except Refused as error:
        assert "<class" not in str(error)
