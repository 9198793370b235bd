"""Request bodies in the forms that models take."""

import json
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.examples import Example
from canary.labelled.layout import Layout
from canary.labelled.requests import BodyTooLarge, Unsendable, build_body, check_template

LAYOUT = Layout(
    names=("churn", "age", "text"), width=3, label=0, record_id=None, slice=None, features=(1, 2)
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
        ({"request": {"inputs": "$features"}, "records_per_request": 4}, "room for one record"),
    ],
)
def test_templates_that_are_refused(fields: dict[str, Any], why: str) -> None:
    """A template that cannot carry the records is refused before any call."""
    with pytest.raises(Refused, match=why):
        check_template(guard(content_type="application/json", **fields), LAYOUT)


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
