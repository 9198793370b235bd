"""Request bodies in the forms that models take."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.examples import Example, read_example
from canary.labelled.layout import Layout
from canary.labelled.records import RecordFile
from canary.labelled.requests import BodyTooLarge, Unsendable, build_body, check_request

LAYOUT = Layout(
    names=("churn", "age", "text"),
    width=3,
    label=0,
    record_id=None,
    slice=None,
    features=(1, 2),
    numbers=frozenset({1}),
)
FIRST = Example(1, "1", 1, None, ("40", "so, good"))
SECOND = Example(2, "2", 0, None, ("30.5", 'a "b"'))


def guard(**fields: Any) -> QualityGuardSpec:
    """Return a guard with these fields."""
    return QualityGuardSpec(labelled_set="set.csv", **fields)


def body(*examples: Example, **fields: Any) -> str:
    """Return the body for the examples."""
    return build_body(examples, LAYOUT, guard(**fields)).decode()


def test_csv_lines() -> None:
    """Values go as they were written, quoted only where CSV needs it, without a line end behind the
    last.
    """
    assert body(FIRST) == '40,"so, good"'
    assert body(FIRST, SECOND) == '40,"so, good"\n30.5,"a ""b"""'


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (None, {"instances": [[40, "so, good"]]}),
        ("$features[]", [[40, "so, good"]]),
        ({"inputs": "${text}"}, {"inputs": "so, good"}),
        ({"inputs": "${text}[]", "top_k": None}, {"inputs": ["so, good"], "top_k": None}),
        ({"dataframe": ["$record"]}, {"dataframe": [{"age": 40, "text": "so, good"}]}),
        ({"data": "$features", "version": 2}, {"data": [40, "so, good"], "version": 2}),
    ],
)
def test_json_documents(request_: Any, expected: Any) -> None:
    """A template says where the record's values go; numbers become numbers, text stays text."""
    assert json.loads(body(FIRST, content_type="application/json", request=request_)) == expected


def test_json_documents_of_several_records() -> None:
    """[] behind a placeholder makes the list over the records of the request."""
    fields: dict[str, Any] = {"content_type": "application/json", "records_per_request": 2}
    assert json.loads(body(FIRST, SECOND, request={"inputs": "${age}[]"}, **fields)) == {
        "inputs": [40, 30.5]
    }
    assert json.loads(body(FIRST, SECOND, **fields)) == {
        "instances": [[40, "so, good"], [30.5, 'a "b"']]
    }


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("Review: ${text}", 'Review: a "b"\n\\'),
        ("${age} years, ${text}", '30.50 years, a "b"\n\\'),
        ("$${text} is ${text}", '${text} is a "b"\n\\'),
        (
            {"messages": [{"content": "Say: ${text}"}]},
            {"messages": [{"content": 'Say: a "b"\n\\'}]},
        ),
        ({"q": "${text}", "cost": "$5"}, {"q": 'a "b"\n\\', "cost": "$5"}),
    ],
)
def test_a_placeholder_inside_longer_text(request_: Any, expected: Any) -> None:
    """It is filled in as it was written, and what JSON needs escaped is escaped."""
    one = Example(1, "1", 1, None, ("30.50", 'a "b"\n\\'))
    assert json.loads(body(one, content_type="application/json", request=request_)) == expected


def test_longer_text_once_a_record() -> None:
    """[] at the end of a text with placeholders makes the list of texts."""
    fields: dict[str, Any] = {"content_type": "application/json", "records_per_request": 2}
    found = body(FIRST, SECOND, request={"inputs": "Is ${age} old?[]"}, **fields)
    assert json.loads(found) == {"inputs": ["Is 40 old?", "Is 30.5 old?"]}


def test_types_are_kept(tmp_path: Path) -> None:
    """Text that looks like a number stays text where its column is text; numbers are numbers."""
    path = tmp_path / "set.csv"
    path.write_text("y,text,zip,n,code,e\n1,404,007,1e5,1,\n0,fine,123,2.50,2,7\n")
    fields = {"label_column": "y", "content_type": "application/json", "request": "$record"}
    first = first_bodies(path, **fields)[0]
    assert first == {"text": "404", "zip": "007", "n": 1e5, "code": 1, "e": ""}
    given = {"column_types": {"code": "text"}, "empty": "null"}
    assert first_bodies(path, **fields, **given)[0] == first | {"code": "1", "e": None}
    lines = tmp_path / "set.jsonl"
    lines.write_text('{"y": 1, "a": "007", "b": "1e5", "c": 7, "d": ""}\n{"y": 0, "a": "8"}\n')
    assert first_bodies(lines, **fields, empty="null") == [
        {"a": "007", "b": "1e5", "c": 7, "d": ""},
        {"a": "8", "b": None, "c": None, "d": None},
    ]


def first_bodies(path: Path, **fields: Any) -> list[Any]:
    """Return the JSON body of every record of a file."""
    spec = QualityGuardSpec(labelled_set=str(path), **fields)
    with RecordFile(path, spec) as records:
        check_request(spec, records.layout)
        every = [read_example(row, records.layout, spec) for row in records.rows()]
        return [json.loads(build_body((one,), records.layout, spec)) for one in every]


ONE = Layout(("y", "x"), 2, 0, None, None, (1,))


@pytest.mark.parametrize(
    ("value", "fields", "expected"),
    [
        ("1 3:0.5", {"body": "raw", "content_type": "text/x-libsvm"}, b"1 3:0.5"),
        ("aGk=\n", {"body": "base64", "content_type": "image/png"}, b"hi"),
        (b"\x89PNG", {"body": "raw", "content_type": "image/png"}, b"\x89PNG"),
        ("a.png", {"body": "raw", "body_from": "s3", "content_type": "image/png"}, b"<a.png>"),
    ],
)
def test_bodies_of_any_content_type(value: Any, fields: dict[str, Any], expected: bytes) -> None:
    """The text, the bytes, what base64 encodes, or the object that a column names."""
    one = Example(1, "1", 1, None, (value,))
    found = build_body((one,), ONE, guard(**fields), lambda address: f"<{address}>".encode())
    assert found == expected


def test_lines_of_text_share_a_request() -> None:
    """Raw text of several records is one line each."""
    fields = {"body": "raw", "content_type": "text/x-libsvm", "records_per_request": 2}
    pair = tuple(Example(n, str(n), 1, None, (f"{n}:1",)) for n in (1, 2))
    assert build_body(pair, ONE, guard(**fields)) == b"1:1\n2:1"


def test_an_array_of_the_features() -> None:
    """NumPy reads the body as float64, a row a record."""
    layout = Layout((), 3, 0, None, None, (1, 2), numbers=frozenset({1, 2}))
    pair = tuple(Example(n, str(n), 1, None, (f"{n}.5", "-2")) for n in (1, 2))
    fields = {"body": "npy", "content_type": "application/x-npy", "records_per_request": 2}
    found = np.load(io.BytesIO(build_body(pair, layout, guard(**fields))))
    assert found.dtype == np.float64
    assert found.tolist() == [[1.5, -2.0], [2.5, -2.0]]


@pytest.mark.parametrize(
    ("value", "fields", "why"),
    [
        ("%%", {"body": "base64"}, "no base64"),
        ("", {"body": "raw"}, "neither text nor bytes"),
        (7, {"body": "raw"}, "neither text nor bytes"),
        ("x", {"body": "npy"}, "no number"),
        ("x", {"body": "raw", "body_from": "s3"}, "cannot be read"),
    ],
)
def test_values_that_are_no_body(value: Any, fields: dict[str, Any], why: str) -> None:
    """Said of the record, without its value."""

    def nothing(address: str) -> bytes:
        raise Refused("guards.quality.body_column", f"no {address}", "-")

    spec = guard(content_type="application/octet-stream", **fields)
    with pytest.raises(Unsendable, match=why):
        build_body((Example(1, "1", 1, None, (value,)),), ONE, spec, nothing)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"content_type": "image/png"}, "set body"),
        ({"content_type": "image/png", "body": "raw", "records_per_request": 2}, "several"),
        ({"body": "raw", "request": "$features"}, "JSON template"),
        ({"body_column": "x"}, "need body"),
        ({"content_type": "nonsense"}, "pattern"),
    ],
)
def test_requests_that_contradict_themselves(fields: dict[str, Any], why: str) -> None:
    """Refused where the spec is read."""
    with pytest.raises(ValueError, match=why):
        guard(**fields)


def test_json_lines() -> None:
    """One document a record, by default with its features."""
    assert body(FIRST, SECOND, content_type="application/jsonlines").split("\n") == [
        '{"features":[40,"so, good"]}',
        '{"features":[30.5,"a \\"b\\""]}',
    ]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"request": {"inputs": "${mood}"}}, "unknown placeholder"),
        ({"request": {"inputs": "always the same"}}, "no placeholder"),
        ({"request": {"inputs": "Tell me: ${mood}"}}, "unknown placeholder"),
        ({"request": {"inputs": "$feature"}}, "unknown placeholder"),
        ({"request": {"${text}": 1}}, "where a key belongs"),
        ({"request": {"inputs": "Say ${text}"}, "records_per_request": 4}, "room for one record"),
        ({"request": {"inputs": "$features"}, "records_per_request": 4}, "room for one record"),
    ],
)
def test_templates_that_are_refused(fields: dict[str, Any], why: str) -> None:
    """A template that cannot carry the records is refused before any call."""
    with pytest.raises(Refused, match=why):
        check_request(guard(content_type="application/json", **fields), LAYOUT)


def test_a_template_for_csv_is_refused() -> None:
    """A JSON template and text/csv contradict each other."""
    with pytest.raises(ValueError, match="JSON template"):
        guard(request="$features")


def test_a_body_over_the_limit_is_refused() -> None:
    """More bytes than an endpoint takes are never sent."""
    with pytest.raises(BodyTooLarge, match="over the 6291456"):
        body(Example(1, "1", 1, None, ("x" * 6_291_457, "")))


def test_not_a_number_has_no_json() -> None:
    """A NaN feature cannot be sent as JSON: said in words, never an invalid body."""
    with pytest.raises(Unsendable, match="not finite"):
        body(Example(1, "1", 1, None, (float("nan"), "")), content_type="application/json")


def test_half_a_character_has_no_bytes() -> None:
    """A lone surrogate out of a JSON set has no UTF-8: said without the text it stands in."""
    with pytest.raises(Unsendable, match="not Unicode") as caught:
        body(Example(1, "1", 1, None, ("\ud800", "")))
    assert caught.value.__suppress_context__
