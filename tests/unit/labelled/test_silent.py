"""Whatever is wrong with a set or an answer, what is said of it holds no cell of the one and no
text of the other.

Everything raised here is logged, told and kept in an execution's history: rows, spec columns and
kinds, never values.
"""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from hypothesis import example, given, settings
from hypothesis import strategies as st

from canary.domain.errors import Refused
from canary.domain.labelled.contract import Reading
from canary.domain.plan.quality import DECIDING_METRICS, QualityGuardSpec, Task
from canary.labelled.answers.inference.contract import Heard, make_contract
from canary.labelled.answers.names import KnownLabels, known_labels
from canary.labelled.answers.read import read_answers
from canary.labelled.check import check_records
from canary.labelled.examples import read_example
from canary.labelled.numbers import UnreadableAnswer
from canary.labelled.records import RecordFile, UnusableRow
from canary.labelled.requests import BodyTooLarge, Unsendable, build_body
from tests.unit.labelled.readings import VARIANTS

MARKERS = ("HIV-quux", "52000.53125", "-7.5e301", "qüüx\ud800")
CELLS = st.sampled_from(
    [
        *MARKERS,
        '"HIV-quux"',
        '"HIV-quux"x',
        '"HIV-quux',
        "HIV-quux\\q",
        "[HIV-quux]",
        '{"HIV-quux": 52000.53125}',
        "",
        "1",
    ]
)
VALUES = st.recursive(
    st.sampled_from([*MARKERS, 52000.53125, -7.5e301, None, True, 1, float("nan")]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["score", "label", "predictions", "x", *MARKERS]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
SPECS = st.fixed_dictionaries(
    {"task": st.sampled_from(get_args(Task))},
    optional={
        "header": st.just(False),
        "label_column": st.sampled_from([0, 1, -1, 9, "diagnosis", "x", "HIV"]),
        "id_column": st.sampled_from([0, 7, "patient"]),
        "slice_column": st.sampled_from([1, "city"]),
        "positive_label": st.sampled_from(["1", "ill"]),
        "classes": st.sampled_from([("a", "b"), ("1", "0", "2")]),
        "content_type": st.sampled_from(["text/csv", "application/json", "application/jsonlines"]),
        "answer": st.sampled_from(
            ["sum(@)", "join('', @)", "x", "max_by(@, &x).x", "[0].score", "ceil(@)"]
        ),
    },
)


def guard(fields: dict[str, Any]) -> QualityGuardSpec:
    """Return a guard with these fields."""
    metrics = {(*DECIDING_METRICS[fields["task"]], "scorer")[0]: {"max_worse": 0.1}}
    scorer = "arn:aws:lambda:us-east-1:123456789012:function:judge"
    rest = {"labelled_set": "set", "right_within": 1.0, "metrics": metrics, "scorer": scorer}
    return QualityGuardSpec.model_validate({**rest, **fields})


def chain(error: BaseException) -> Iterator[BaseException]:
    """Return an error and what a log would show beneath it."""
    yield error
    below = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if below is not None:
        yield from chain(below)


def assert_silent(error: BaseException) -> None:
    """Fail where an error, or one it came from, repeats any part of a marker."""
    told = " <- ".join(f"{one} {one.args}" for one in chain(error))
    assert not [
        part for part in ("quux", "HIV-", "52000", "7.5e", "qüü", "\ud800") if part in told
    ], told


def use(path: Path, spec: QualityGuardSpec) -> Iterator[Exception]:
    """Return everything that is raised when a set is checked and every row of it is read and
    sent.
    """
    try:
        with RecordFile(path, spec) as records:
            with collected() as found:
                check_records(records, spec, whole=True)
            yield from found
            for index in range(len(records)):
                with collected() as found:
                    build_body(
                        (read_example(records.row(index), records.layout, spec),),
                        records.layout,
                        spec,
                    )
                yield from found
    except Refused as error:
        yield error


@contextlib.contextmanager
def collected() -> Iterator[list[Exception]]:
    """Keep what is raised on purpose inside."""
    found: list[Exception] = []
    try:
        yield found
    except (Refused, UnusableRow, BodyTooLarge, Unsendable) as error:
        found.append(error)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4), SPECS)
@example([["HIV-quux", "52000.53125"]], {"task": "binary", "label_column": "diagnosis"})
@example([["HIV-quux", "1"], ["HIV-quux", "2"]], {"task": "multiclass"})
@example([["HIV-quux", "1"]], {"task": "regression"})
def test_no_cell_of_a_csv_is_said(rows: list[list[str]], fields: dict[str, Any]) -> None:
    """A CSV of markers, quoted, broken or ragged, read under any spec that does not call its first
    line a header.
    """
    text = "\n".join(",".join(row) for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        for error in use(path, guard({**fields, "format": "csv"})):
            assert_silent(error)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(VALUES, min_size=1, max_size=4),
    SPECS,
    st.sampled_from(["json", "jsonl"]),
    st.integers(0, 20),
)
@example(
    [{"HIV-quux": "52000.53125", "x": "HIV-quux"}],
    {"task": "binary", "label_column": "diagnosis"},
    "jsonl",
    0,
)
@example([{"x": 1}, {"x": "HIV-quux"}], {"task": "multiclass", "label_column": "x"}, "json", 14)
def test_no_value_of_a_json_set_is_said(
    values: list[Any], fields: dict[str, Any], form: str, cut: int
) -> None:
    """JSON and JSON Lines of markers, keys among them, whole or cut off anywhere."""
    text = json.dumps(values) if form == "json" else "\n".join(map(json.dumps, values))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set"
        path.write_bytes(text.encode()[: len(text) - cut])
        for error in use(path, guard({**fields, "format": form})):
            assert_silent(error)


@settings(max_examples=600, deadline=None)
@given(
    VALUES,
    SPECS,
    st.sampled_from(["text/csv", "application/json", "application/jsonlines"]),
    st.integers(1, 2),
)
@example(
    {"predictions": ["HIV-quux"]},
    {"task": "binary", "answer": "sum(predictions)"},
    "application/json",
    1,
)
@example(
    {"a": 0.1, "HIV-quux": 0.9}, {"task": "binary", "positive_label": "ill"}, "application/json", 1
)
@example("HIV-quux,52000.53125", {"task": "binary"}, "text/csv", 1)
@example([{"qüüx\ud800": "52000.53125"}], {"task": "regression"}, "text/csv", 1)
def test_no_text_of_an_answer_is_said(
    answer: Any, fields: dict[str, Any], content_type: str, count: int
) -> None:
    """An answer that quotes the row it could not read, in any shape and through any expression."""
    text = answer if isinstance(answer, str) and content_type == "text/csv" else json.dumps(answer)
    body = text.encode("utf-8", "surrogatepass")
    known = known_labels(guard(fields), ("a", "b"))
    heard: Any = [Heard(body, content_type, count)]
    plain = Reading(at=fields.get("answer"), label="@", score="@", score_of="positive")
    readings = [plain, plain.but(label=None, decides="score"), plain.but(scores="@", score=None)]
    try:
        contract = make_contract(known, {"baseline": heard, "canary": heard}, VARIANTS)
        readings += [contract.canary] if contract is not None else []
    except Refused as error:
        # The keys of an answer's objects are told: they are what a reading is chosen by.
        told = str(error).replace("HIV-quux", "").replace("qüüx", "")
        assert_silent(Refused("", told, ""))
    for reading in readings:
        for found in read_by(body, content_type, count, reading, known):
            assert_silent(found)


def read_by(
    body: bytes, content_type: str, count: int, reading: Reading, known: KnownLabels
) -> list[UnreadableAnswer]:
    """Return everything that cannot be read."""
    try:
        found = read_answers(body, content_type, count, reading, known)
    except UnreadableAnswer as error:
        return [error]
    return [one for one in found if isinstance(one, UnreadableAnswer)]


def test_bytes_that_are_no_text_are_not_said(tmp_path: Path) -> None:
    """A set in another encoding: the decoder's own message would quote the byte."""
    path = tmp_path / "set"
    path.write_bytes('[[1, 2], [0, "HIV-quüx"]]'.encode("latin-1"))
    (error,) = use(path, guard({"task": "binary", "format": "json"}))
    assert_silent(error)
    assert "not UTF-8" in str(error)
    assert "0xfc" not in str(error)


def test_a_header_is_listed_where_the_spec_says_there_is_one(tmp_path: Path) -> None:
    """Then the first line is known to hold names, and they help."""
    path = tmp_path / "set"
    path.write_text("age,churn\n40,1\n30,0\n")
    (error,) = use(
        path, guard({"task": "binary", "format": "csv", "header": True, "label_column": "left"})
    )
    assert "the set has age, churn" in str(error)


def test_a_request_template_names_its_own_placeholder(tmp_path: Path) -> None:
    """The spec's text is the user's own and is quoted; the columns it could have meant are not."""
    path = tmp_path / "set"
    path.write_text("HIV-quux,1\nHIV-quux,0\n")
    fields = {
        "format": "csv",
        "label_column": 1,
        "content_type": "application/json",
        "request": {"in": "${age}"},
    }
    (error, *_) = use(path, guard({"task": "binary", **fields}))
    assert "${age}" in str(error)
    assert_silent(error)
