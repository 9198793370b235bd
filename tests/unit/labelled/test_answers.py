"""Answers in the shapes that models give them, read into predictions or refused in words."""

import json
import re
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.contract import Reading
from canary.domain.plan.quality import QualityMargin
from canary.labelled.answers import read as by_contract
from canary.labelled.answers.bodies.document import read_document
from canary.labelled.answers.names import known_labels
from canary.labelled.answers.places import check_answer_paths
from canary.labelled.answers.read import read_answers
from canary.labelled.numbers import UnreadableAnswer
from tests.unit.labelled.readings import CSV, JSON, JSONL, agree, guard, read

SENTIMENT: dict[str, Any] = {"positive_label": "POSITIVE", "labels": ("POSITIVE", "NEGATIVE")}
CHURN: dict[str, Any] = {"positive_label": "churn", "labels": ("churn", "stay")}
SHAPES: dict[str, tuple[str, str, dict[str, Any], float]] = {
    "xgboost csv": ("0.75", CSV, {}, 0.75),
    "xgboost csv with a line end": ("0.75\n", CSV, {}, 0.75),
    "xgboost json": ('{"predictions": [{"score": 0.75}]}', JSON, {}, 0.75),
    "xgboost json lines": ('{"score": 0.75}\n', JSONL, {}, 0.75),
    "scikit-learn predict_proba": ("[[0.25, 0.75]]", JSON, {}, 0.75),
    "scikit-learn predict_proba as csv": ("0.25,0.75", CSV, {}, 0.75),
    "a list inside quotes in csv": ('"[0.25, 0.75]"', CSV, {}, 0.75),
    "scikit-learn positive column": ("[0.75]", JSON, {}, 0.75),
    "probabilities by name": ('{"probabilities": [0.25, 0.75]}', JSON, {}, 0.75),
    "tensorflow": ('{"predictions": [[0.75]]}', JSON, {}, 0.75),
    "a byte order mark": ("\ufeff0.75", CSV, {}, 0.75),
    "hugging face, all scores": (
        '[[{"label": "NEGATIVE", "score": 0.25}, {"label": "POSITIVE", "score": 0.75}]]',
        JSON,
        SENTIMENT,
        0.75,
    ),
    "torchserve": ('{"churn": 0.75, "stay": 0.25}', JSON, CHURN, 0.75),
    "torchserve batch of one": ('[{"churn": 0.75, "stay": 0.25}]', JSON, CHURN, 0.75),
    "one class with its probability": ('{"stay": 0.25}', JSON, CHURN, 0.75),
    "jmespath": ('{"result": {"p": [0.1, 0.75]}}', JSON, {"answer": "result.p[1]"}, 0.75),
    "classes in another order": (
        "[0.75, 0.25]",
        JSON,
        {"positive_label": "yes", "classes": ("yes", "no")},
        0.75,
    ),
    "the first column where label 0 is positive": (
        "[0.75, 0.25]",
        JSON,
        {"positive_label": "0", "labels": ("0", "1")},
        0.75,
    ),
    "a number as text": ('"0.75"', JSON, {}, 0.75),
    "no content type": ("0.75", "", {}, 0.75),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_binary_scores_in_every_usual_shape(shape: str) -> None:
    """The score of the positive class is found without a setting, or by a JMESPath expression."""
    body, content_type, fields, score = SHAPES[shape]
    (found,) = read(body, content_type, **fields)
    assert found.score == pytest.approx(score)
    assert found.decision == "1"


@pytest.mark.parametrize(
    ("body", "fields", "decision"),
    [
        ("1", {}, "1"),
        ("0.0", {}, "0"),
        ('"true"', {}, "1"),
        ('{"predicted_label": 0}', {}, "0"),
        ('"churn"', CHURN, "1"),
        ('"stay"', CHURN, "0"),
        ("2", {"positive_label": "2", "labels": ("1", "2")}, "1"),
        ('{"predicted_label": "stay", "probability": 0.9}', CHURN, "0"),
        ("0.6", {"threshold": 0.7}, "0"),
        ("0.5", {}, "0"),
    ],
)
def test_binary_labels(body: str, fields: dict[str, Any], decision: str) -> None:
    """A bare label decides as it stands; a score decides by being above the threshold."""
    assert [found.decision for found in read(body, **fields)] == [decision]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("0.1,0.9,0.4", CSV),
        ("0.1\n0.9\n0.4\n", CSV),
        ('{"predictions": [{"score": 0.1}, {"score": 0.9}, {"score": 0.4}]}', JSON),
        ("[0.1, 0.9, 0.4]", JSON),
        ("[[0.9, 0.1], [0.1, 0.9], [0.6, 0.4]]", JSON),
        ('{"score": 0.1}\n{"score": 0.9}\n{"score": 0.4}', JSONL),
        ('{"score": 0.1}\n{"score": 0.9}\n{"score": 0.4}', JSON),
        ("0.9,0.1\n0.1,0.9\n0.6,0.4", CSV),
        ("[[0.1, 0.9, 0.4]]", JSON),
    ],
)
def test_several_records_in_one_answer(body: str, content_type: str) -> None:
    """Three records' scores come out in order, whichever way the model lines them up."""
    assert [found.score for found in read(body, content_type, count=3)] == pytest.approx(
        [0.1, 0.9, 0.4]
    )


def test_two_records_with_one_score_each_are_not_one_row_of_probabilities() -> None:
    """[0.3, 0.7] answers two records with two scores, and one record with two probabilities."""
    assert [found.score for found in read("[0.3, 0.7]", count=2)] == [0.3, 0.7]
    assert [found.score for found in read("[0.3, 0.7]", count=1)] == [0.7]


def test_an_expression_reaches_the_list_of_several_records() -> None:
    """With several records a request the expression finds the list of their answers."""
    body = '{"out": [{"p": 0.1}, {"p": 0.9}]}'
    assert [found.score for found in read(body, count=2, answer="out[].p")] == [0.1, 0.9]


@pytest.mark.parametrize(
    ("body", "fields", "decision", "of_two"),
    [
        ("[0.1, 0.2, 0.7]", {"labels": ("0", "1", "2")}, "2", 0.7),
        ("[[0.1, 0.2, 0.7]]", {"labels": ("0", "2")}, "2", 0.7),
        ("[0.1, 0.7, 0.2]", {"classes": ("1", "2", "3")}, "2", 0.7),
        ('[{"label": "2", "score": 0.7}, {"label": "1", "score": 0.3}]', {}, "2", 0.7),
        ('{"1": 0.3, "2": 0.7}', {}, "2", 0.7),
        ("2.0", {}, "2", None),
        ('"2"', {}, "2", None),
        ('{"predictions": [{"predicted_label": 2.0}]}', {}, "2", None),
    ],
)
def test_multiclass(body: str, fields: dict[str, Any], decision: str, of_two: float | None) -> None:
    """The likeliest class decides; the probability given to a class is known where the model gives
    all of them.
    """
    (found,) = read(body, task="multiclass", **fields)
    assert (found.decision, found.score_of("2")) == (decision, of_two)


DIGITS: dict[str, Any] = {"task": "multiclass", "labels": ("0", "1", "2")}


def test_class_probabilities_as_csv() -> None:
    """Built-in XGBoost with softprob answers one line of probabilities a record."""
    body = "0.1,0.2,0.7\n0.8,0.1,0.1"
    assert [found.decision for found in read(body, CSV, 2, **DIGITS)] == ["2", "0"]


@pytest.mark.parametrize(
    "body", ["12.5", "[12.5]", '{"predictions": [{"score": 12.5}]}', '{"predictions": [12.5]}']
)
def test_regression(body: str) -> None:
    """The number itself is the decision and the score."""
    (found,) = read(body, task="regression")
    assert (float(found.decision), found.score) == (12.5, 12.5)


@pytest.mark.parametrize(
    ("body", "fields", "why"),
    [
        ("", {}, "empty"),
        ("nan", {}, "score is nan"),
        ("NaN", {"task": "regression"}, "score is nan"),
        ("inf", {"task": "regression"}, "score is inf"),
        ("1.7", {}, "outside 0 to 1"),
        ("-0.2", {}, "outside 0 to 1"),
        ("<html>error</html>", {}, "not a number"),
        ('{"a": {"b": 1}}', {}, "is not a number"),
        ("null", {}, "null is not a number"),
        ("[0.1, 0.2, 0.7]", {}, "a list of 3 is not a number"),
        ("twelve", {"task": "regression"}, "text of 6 characters is not a number"),
        ("9" * 400, {}, "not a number that can be read|outside 0 to 1|score is inf"),
        ("[" * 100_000, {}, "not JSON but text of 100000 characters"),
    ],
)
def test_a_value_the_contract_does_not_fit_is_an_error(
    body: str, fields: dict[str, Any], why: str
) -> None:
    """What comes later than the contract and is no prediction by it is named, never guessed."""
    contract, known = agree(guard(**fields), ["0.25", "0.75"])
    try:
        form = JSON if body == "null" else ""
        (found,) = read_answers(body.encode(), form, 1, contract.canary, known)
    except UnreadableAnswer as error:
        found = error
    assert isinstance(found, UnreadableAnswer)
    assert re.search(why, str(found))


@pytest.mark.parametrize(
    ("body", "why"), [("[0.1, 0.9]", "2 scores for 3 classes"), ("[0.1, 0.1, 0.1]", "sum to 1")]
)
def test_a_row_the_contract_does_not_fit_is_an_error(body: str, why: str) -> None:
    """A row of another width, or one that is no distribution, is an error of its record."""
    contract, known = agree(guard(task="multiclass"), ["[0.1, 0.2, 0.7]"], labels=("0", "1", "2"))
    (found,) = read_answers(body.encode(), JSON, 1, contract.canary, known)
    assert why in str(found)


def test_one_bad_record_does_not_spoil_its_neighbours() -> None:
    """In an answer for three, only the NaN's own record is unreadable."""
    contract, known = agree(guard(), ["0.1\n0.2\n0.4"], None, CSV, 3)
    found = read_answers(b"0.1\nnan\n0.4", CSV, 3, contract.canary, known)
    assert [isinstance(one, UnreadableAnswer) for one in found] == [False, True, False]


@pytest.mark.parametrize("keys", [{}, {"activation": "sigmoid"}, {"ranks_only": True}])
def test_a_lone_score_is_read_the_short_way_as_the_long_way(
    monkeypatch: pytest.MonkeyPatch, keys: dict[str, Any]
) -> None:
    """Whatever stands for the score, both ways give the same prediction or the same words."""
    known = known_labels(guard(), ("0", "1"))
    reading = Reading(score="@", score_of="positive", decides="score", **keys)
    values = [0.2, "0.7", [0.9], [[1]], True, 1.00005, 2, -3, "nan", None, "x", [1, 2], {"a": 1}]
    body = json.dumps(values).encode()
    assert by_contract._is_lone_score(reading, known)
    short = list(map(repr, read_answers(body, JSON, len(values), reading, known)))
    monkeypatch.setattr(by_contract, "_is_lone_score", lambda *_: False)
    assert list(map(repr, read_answers(body, JSON, len(values), reading, known))) == short


@pytest.mark.parametrize("body", ["0.1\n0.9", "[0.1, 0.9]", '{"predictions": [0.1]}', "0.5"])
def test_a_wrong_number_of_answers_is_refused_as_a_whole(body: str) -> None:
    """Four records and another number of values: nothing can be matched."""
    contract, known = agree(guard(), ["[0.1, 0.2, 0.3, 0.4]"], count=4)
    with pytest.raises(UnreadableAnswer, match="4 records were sent"):
        read_answers(body.encode(), JSON, 4, contract.canary, known)


def test_bytes_that_are_no_text_are_refused() -> None:
    """A binary answer is named as such."""
    with pytest.raises(UnreadableAnswer, match="UTF-8"):
        read_document(b"\x80\xff", "text/csv")


def test_a_broken_expression_is_refused_with_its_field() -> None:
    """The spec's own mistake is found before any call."""
    with pytest.raises(Refused, match=r"guards\.quality\.answer"):
        check_answer_paths(guard(answer="a["))
    check_answer_paths(guard(answer="a[0].b"))


def test_margins_stay_with_the_metrics_that_may_decide() -> None:
    """F1 is reported and never decides, so naming it is refused."""
    with pytest.raises(ValueError, match="cannot decide"):
        guard(metrics={"f1": QualityMargin(max_worse=0.1)})
