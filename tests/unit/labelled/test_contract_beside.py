"""Answers that hold a prediction beside its scores, or several records by column: one reading."""

import json
from typing import Any

import pytest

from canary.labelled.numbers import UnreadableAnswer
from tests.unit.labelled.readings import ABC, CSV, JSON, YES, read_all

AUC = {"roc_auc": {"max_worse": 0.1}}

# kind: (content type, answers, fields, decisions)
READ: dict[str, tuple[str, list[Any], dict[str, Any], list[str]]] = {
    "a prediction that is a name, with its probability": (
        JSON,
        ['{"prediction": "yes", "probability": 0.9}', '{"prediction": "no", "probability": 0.8}'],
        YES,
        ["1", "0"],
    ),
    "a prediction that is a name, with a confidence": (
        JSON,
        ['{"prediction": "b", "confidence": 0.5}', '{"prediction": "c", "confidence": 0.9}'],
        ABC,
        ["b", "c"],
    ),
    "a prediction with probabilities by name": (
        JSON,
        [
            '{"prediction": "yes", "probabilities": {"yes": 0.9, "no": 0.1}}',
            '{"prediction": "no", "probabilities": {"yes": 0.3, "no": 0.7}}',
        ],
        YES | {"metrics": AUC},
        ["1", "0"],
    ),
    "a prediction beside a row of probabilities": (
        JSON,
        [
            '{"prediction": [1], "probability": [[0.1, 0.9]]}',
            '{"prediction": [0], "probability": [[0.8, 0.2]]}',
        ],
        {"metrics": AUC},
        ["1", "0"],
    ),
    "classes and their scores side by side": (
        JSON,
        [
            '{"classes": ["no", "yes"], "scores": [0.1, 0.9]}',
            '{"classes": ["no", "yes"], "scores": [0.9, 0.1]}',
        ],
        YES,
        ["1", "0"],
    ),
    "a converted scikit-learn model": (
        JSON,
        [
            '{"output_label": [1], "output_probability": [{"0": 0.1, "1": 0.9}]}',
            '{"output_label": [0], "output_probability": [{"0": 0.6, "1": 0.4}]}',
        ],
        {},
        ["1", "0"],
    ),
    "blazingtext, the best two on plain labels": (
        JSON,
        [
            '[{"label": ["__label__yes", "__label__no"], "prob": [0.9, 0.1]}]',
            '[{"label": ["__label__no", "__label__yes"], "prob": [0.7, 0.3]}]',
        ],
        YES | {"answer": {"labels_from": "prefix:__label__"}, "metrics": AUC},
        ["1", "0"],
    ),
    "a name in brackets": (
        JSON,
        ["[yes]", "[no]"],
        {"task": "multiclass", "labels": ("[yes]", "[no]")},
        ["[yes]", "[no]"],
    ),
    "a number taken out of a text": (
        CSV,
        ["12.5 EUR", "9 EUR"],
        {"task": "regression", "answer": {"extract": "([0-9.]+)"}},
        ["12.5", "9.0"],
    ),
    "a text that is a number": (
        JSON,
        ['{"answer": 42}'],
        {"task": "text", "metrics": {"exact": {"max_worse": 0.1}}},
        ["42"],
    ),
}


@pytest.mark.parametrize("kind", READ)
def test_answers_with_one_reading_are_read(kind: str) -> None:
    """Each kind of model's answer comes to the right decisions."""
    content_type, bodies, fields, decisions = READ[kind]
    found = read_all(bodies, content_type, **fields)
    assert [one.decision for one in found] == decisions


BATCHES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "labels and their scores": ({}, {"labels": [1, 0, 1], "scores": [0.9, 0.8, 0.6]}, list("101")),
    "probabilities in the order of the classes": (
        {},
        {"probabilities": [[0.1, 0.9], [0.8, 0.2], [0.7, 0.3]]},
        list("100"),
    ),
    "rows of scores in an order that the answer names": (
        {"task": "multiclass", "labels": ("a", "b")},
        {"classes": ["b", "a"], "scores": [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]},
        list("bab"),
    ),
    "a prediction beside rows": (
        YES,
        {"prediction": ["yes", "no", "no"], "probability": [[0.1, 0.9], [0.8, 0.2], [0.7, 0.3]]},
        list("100"),
    ),
}


@pytest.mark.parametrize("kind", BATCHES)
def test_lists_of_an_entry_a_record_are_read_by_record(kind: str) -> None:
    """An object of lists as long as the request has records is a table by columns."""
    fields, body, decisions = BATCHES[kind]
    found = read_all([json.dumps(body)], JSON, 3, **fields)
    assert [one.decision for one in found] == decisions


def test_a_list_as_long_as_rows_are_wide_names_classes_or_records() -> None:
    """With as many records as classes a list of names may be either, and is not taken apart."""
    body = {"classes": ["a", "b"], "scores": [[0.9, 0.1], [0.2, 0.8]]}
    with pytest.raises(UnreadableAnswer, match="2 records were sent"):
        read_all([json.dumps(body)], JSON, 2, **ABC | {"labels": ("a", "b")})
