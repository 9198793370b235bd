"""Answers of several parts: what is read of them is told, what may be elsewhere is named."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.answers.read import read_answers
from canary.labelled.check import check_records
from canary.labelled.meant import check_meant
from canary.labelled.numbers import UnreadableAnswer
from canary.labelled.records import RecordFile
from canary.labelled.tasks.answers import read_answer_of_parts
from tests.unit.labelled.readings import JSON, agree, guard, read_all

AB: dict[str, Any] = {"task": "multilabel", "labels": ("a", "b", "c")}
SPLIT = AB | {"label_separator": ";"}
NER: dict[str, Any] = {"task": "entities", "labels": ("PER", "LOC")}
PINBALL: dict[str, Any] = {"task": "quantiles", "metrics": {"pinball": {"max_worse": 1}}}
EXACT: dict[str, Any] = {"task": "text", "metrics": {"exact": {"max_worse": 0.1}}}
LISTED = [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.4}]


def told(values: Sequence[Any], labels: Sequence[str] = (), **fields: Any) -> str:
    """Return the sentence on answers of these JSON values."""
    bodies = [json.dumps(value) for value in values]
    return agree(guard(**fields), bodies, labels=labels)[0].told


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ("a;b", SPLIT),
        (" a ; b;", SPLIT),
        (["a;b"], SPLIT),
        ('["a", "b"]', SPLIT),
        (["a", "b"], SPLIT),
        ('["a", "b"]', AB),
        ({"a": True, "b": True, "c": False}, AB),
        ('{"a": 0.9, "b": 0.8, "c": 0.1}', AB),
        ({"a": 2.0, "b": 0.1, "c": -3}, AB | {"answer": {"activation": "sigmoid"}}),
        ({"sequence": "s", "labels": ["b", "c", "a"], "scores": [0.9, 0.1, 0.7]}, AB),
        (["A", "b"], AB | {"answer": {"label_map": {"A": "a"}}}),
        ({"A": 0.9, "b": 0.8, "c": 0.1}, AB | {"answer": {"label_map": {"A": "a"}}}),
    ],
)
def test_every_form_of_a_label_set_is_the_same_labels(value: Any, fields: dict[str, Any]) -> None:
    """In a text, a cell, a list, an object."""
    (found,) = read_all([json.dumps(value)], **fields)
    assert found.decision == '["a","b"]'


def test_a_label_that_holds_the_separator_is_one_or_two() -> None:
    """In a list of several no rule says which."""
    with pytest.raises(UnreadableAnswer, match="one label or two"):
        read_answer_of_parts(["a;b", "c"], guard(task="multilabel", label_separator=";"))


@pytest.mark.parametrize(
    ("values", "fields", "words"),
    [
        ([["a"], [], ["b", "c"]], AB, "= the answer: a list of labels ("),
        ([LISTED[:1], []], AB, "= the answer: P of each label, the labels are those above 0.5 ("),
        ([{"labels": ["a"]}, {"labels": []}], AB, "`labels` = the answer: a list of labels ("),
        ([{"labels": []}] * 20, AB, "a list of labels, none in any of the first 20 answers ("),
        ([{"entities": []}] * 3, NER, "start, end and type, none in any of the first 3 answers ("),
        (["a;b"], SPLIT, "labels, a text split at ';'"),
        ([{"a": 0.9, "b": 0.2, "c": 0.1}], AB, "P of each label, the labels are those above 0.5"),
        ([{"a": 0.9, "b": 0.2, "c": 0.1}], AB | {"threshold": 0.3}, "above 0.3 (threshold)"),
        ([[0.9, 0.1]], {"task": "multilabel", "classes": ("a", "b")}, "P of a, b in this order"),
        ([[{"start": 0, "end": 3, "label": "PER"}]], NER, "entities by start, end and type"),
        ([[0.3, 0.9, 0.1]], {"task": "ranking"}, "scores in the label's order, the highest is"),
        ([{"x": 0.3, "y": 2}], {"task": "ranking", "ranked_by": "distances"}, "the lowest is best"),
        ([["x", "y"]], {"task": "ranking"}, "items, the best first (an item that no label"),
        ([[2, 0, 1]], {"task": "ranking", "ranked_by": "order"}, "indexes, the best first"),
        ([[1, 2]], PINBALL | {"quantiles": (0.9, 0.1)}, "quantiles 0.9, 0.1 in this order"),
        ([{"0.1": 1, "0.9": 2}], PINBALL, "values by the quantiles that it names"),
        (["word"], EXACT, "= the answer: a text"),
        (["a (b)"], EXACT | {"answer": {"extract": "\\((.)\\)"}}, "what extract takes out of"),
        ([{"boxes": []}], {"task": "custom", "scorer": "f.py:f"}, "which the scorer is given"),
    ],
)
def test_the_sentence_says_what_is_read(
    values: Sequence[Any], fields: dict[str, Any], words: str
) -> None:
    """Form, threshold, order, direction."""
    assert words in told(values, **fields)


def test_extraction_is_told_of_a_regression_too() -> None:
    """Where the number comes from is part of the reading."""
    spec = guard(task="regression", answer={"score": "price", "extract": "(\\d+)"})
    contract, _ = agree(spec, ['{"price": "EUR 12"}'])
    assert "which extract takes out of the text" in contract.told


@pytest.mark.parametrize(
    ("value", "fields", "keys"),
    [
        ({"tags": ["a", "b"]}, AB, "--answer tags"),
        ({"tags": []}, AB, "--answer tags"),
        ([0, 3], AB | {"labels": ("0", "1", "3")}, r"--answer '\[\]\.to_string\(@\)'"),
        ({"labels": [], "scores": []}, AB, "--answer labels"),
        ({"out": {"entities": []}}, NER, "--answer out.entities"),
        ({"out": {"tags": ["a"]}}, AB, "--answer out.tags"),
        ([{"name": "a"}, {"name": "b"}], AB, r"--answer '\[\]\.name'"),
        ({"tags": "a|b"}, AB, r'--answer tags\) with label_separator "\|"'),
        ("a, b", AB, '--label-separator ","'),
        ([1, 0, 1], AB, "--classes A,B"),
        ({"scores": [0.1, 0.9, 0.3]}, AB, r"--answer scores\) with classes"),
        ({"a": 2.1, "b": -1.0, "c": 80}, AB, "--activation sigmoid"),
        ({"ents": [{"start": 0, "end": 2, "label": "PER"}]}, NER, "--answer ents"),
        (
            {"Entities": [{"BeginOffset": 0, "EndOffset": 4, "Type": "PER", "Score": 0.9}]},
            NER,
            r"--answer 'Entities\[\]\.\{start: BeginOffset, end: EndOffset, type: Type\}'",
        ),
        ({"scores": [0.2, 0.7, 0.4]}, {"task": "ranking"}, "--answer scores"),
        ({"hits": [{"id": "x"}, {"id": "y"}]}, {"task": "ranking"}, r"--answer 'hits\[\]\.id'"),
        (
            {"p10": 1.0, "p50": 2.0, "p90": 4.0},
            PINBALL,
            r"--answer '\[p10, p50, p90\]'\) with quantiles .*--quantiles 0\.1,0\.5,0\.9",
        ),
        ({"f": {"q90": 4.0, "q10": 1.0}}, PINBALL, r"--answer 'f\.\[q10, q90\]'\).*0\.1,0\.9"),
        ([1.0, 2.0, 4.0], PINBALL, "--quantiles Q1,Q2"),
        ({"forecast": [1.0, 2.0]}, PINBALL, r"--answer forecast\) with quantiles"),
        ({"body": {"reply": "yes"}}, EXACT, "--answer body.reply"),
    ],
)
def test_an_answer_somewhere_else_is_refused_with_its_place(
    value: Any, fields: dict[str, Any], keys: str
) -> None:
    """Shape, readings, and the keys that say which."""
    with pytest.raises(Refused) as refused:
        told([value], **fields)
    assert re.search(keys, str(refused.value)), str(refused.value)
    assert "has the shape" in str(refused.value)


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        (['{"predictions": [{"tags": ["a"]}, {"tags": ["b", "c"]}]}'], "tags"),
        (['[{"tags": ["a"]}, {"tags": ["b", "c"]}]'], "tags"),
    ],
)
def test_a_place_in_a_request_of_several_records_is_that_in_each(
    answers: list[str], place: str
) -> None:
    """The remedy that is told reads every record."""
    with pytest.raises(Refused, match=f"--label {place}"):
        read_all(answers, JSON, 2, **AB)
    found = read_all(answers, JSON, 2, **AB, answer={"label": place})
    assert [one.decision for one in found] == ['["a"]', '["b","c"]']


def test_a_place_behind_the_one_that_is_given_is_told_behind_it() -> None:
    """As an expression for the whole answer."""
    with pytest.raises(Refused, match=r"--answer out\.tags"):
        told([{"out": {"tags": ["a"]}}], **AB, answer="out")


def test_what_nothing_makes_readable_keeps_its_shape() -> None:
    """No place, no key: none was read, and one answer's shape is told."""
    said = told([{"busy": 7}, {"busy": 8}], task="entities")
    assert "None of the first answers could be read" in said
    assert "{busy: number}" in said


@pytest.mark.parametrize(
    ("values", "readings"),
    [
        ([LISTED], "lists are its labels.*above 0.5 are"),
        ([{"a": 0.4, "b": 0.3, "c": 0.3}] * 3, "no label applies.*3 of the 3.*lower threshold"),
    ],
    ids=["cut off by the service", "none above"],
)
def test_scores_that_a_threshold_may_not_be_for_are_refused(
    values: Sequence[Any], readings: str
) -> None:
    """Until one is given, or the place of the labels."""
    with pytest.raises(Refused, match=readings):
        told(values, **AB)
    assert "above 0.5 (threshold)" in told(values, **AB, threshold=0.5)


def test_labels_cut_off_by_the_service_are_read_by_their_place() -> None:
    """The remedy that is told."""
    (found,) = read_all([json.dumps(LISTED)], **AB, answer="[].label")
    assert found.decision == '["a","b"]'


def test_scores_that_say_the_same_either_way_are_read() -> None:
    """Listed labels of which all are above the threshold."""
    (found,) = read_all([json.dumps(LISTED[:1])], **AB)
    assert found.decision == '["a"]'


@pytest.mark.parametrize(
    ("task", "rules", "field"),
    [
        ("ranking", {"label_map": {"x": "y"}}, "label_map"),
        ("text", {"activation": "sigmoid"}, "activation"),
        ("multilabel", {"activation": "softmax"}, "activation"),
        ("entities", {"labels_from": "prefix:B-"}, "labels_from"),
    ],
)
def test_a_rule_means_something_for_its_tasks_alone(
    tmp_path: Path, task: str, rules: dict[str, Any], field: str
) -> None:
    """Who gave it believes that it counts."""
    path = tmp_path / "set.csv"
    path.write_text("1,2\n0,1\n")
    fields = EXACT if task == "text" else {"task": task}
    with (
        RecordFile(path, guard()) as records,
        pytest.raises(Refused, match=f"answer.{field}"),
    ):
        check_meant(guard(**fields, answer=rules), records)


def test_scores_behind_answers_of_no_label_are_never_cut_off_by_a_guess() -> None:
    """Whether a model that lists nothing at first lists what is above a threshold of its own is
    not known: its scores are errors, not labels above 0.5.
    """
    contract, known = agree(guard(task="multilabel"), ["[]"] * 20, labels=("a",))
    scored = json.dumps([{"label": "a", "score": 0.3}]).encode()
    (found,) = read_answers(scored, JSON, 1, contract.canary, known)
    assert "cut off already" in str(found)
    contract, known = agree(guard(task="multilabel", threshold=0.2), ["[]"] * 20, labels=("a",))
    (found,) = read_answers(scored, JSON, 1, contract.canary, known)
    assert isinstance(found, Prediction)
    assert found.decision == '["a"]'


def test_answers_of_nothing_hide_no_form_that_needs_a_key() -> None:
    """An empty list among entities under other keys is read as nothing; the others are not."""
    entity = {"begin": 0, "finish": 3, "label": "PER"}
    with pytest.raises(Refused, match="holds the entities"):
        told([[], [{**entity, "end": 3}], []], **NER)


def test_a_text_of_labels_may_be_empty() -> None:
    """Where a separator says that an answer is one; elsewhere an empty answer is none."""
    split = guard(task="multilabel", label_separator="|")
    contract, known = agree(split, ["a|b", "", "a"], labels=("a", "b"), content_type="text/csv")
    (found,) = read_answers(b"", "text/csv", 1, contract.baseline, known)
    assert isinstance(found, Prediction)
    assert found.decision == "[]"


def test_numbers_of_quantiles_may_be_written_as_text() -> None:
    """As other numbers are."""
    (found,) = read_all(['{"0.1": "1.5", "0.9": ["2", 3]}'], **PINBALL)
    assert json.loads(found.decision) == {"0.1": 1.5, "0.9": [2.0, 3.0]}


@pytest.mark.parametrize(
    ("label", "keys"),
    [("[0, 3]", {"task": "multilabel"}), ("[[0, 3]]", {"task": "entities"})],
)
def test_a_set_most_of_whose_labels_have_other_parts_is_refused(
    tmp_path: Path, label: str, keys: dict[str, Any]
) -> None:
    """What is left would be a few records of a kind."""
    path = tmp_path / "set.jsonl"
    rows = [f'{{"y": {label if n % 3 else "[]"}, "x": {n}}}\n' for n in range(30)]
    path.write_text("".join(rows))
    spec = QualityGuardSpec.model_validate({"labelled_set": str(path), "label_column": "y", **keys})
    with (
        RecordFile(path, spec) as records,
        pytest.raises(Refused, match="20 of 30 labels cannot be used"),
    ):
        check_records(records, spec, whole=True)
