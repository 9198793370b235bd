"""Answers with one reading, kind by kind."""

import json
import struct
from typing import Any

import pytest

from tests.unit.labelled.readings import ABC, CSV, DIGITS, JSON, YES, chat, read_all

AUC = {"roc_auc": {"max_worse": 0.1}}
BLAZING = '[{{"label": ["__label__{}"], "prob": [{}]}}]'


def npy(values: list[float], shape: tuple[int, ...], kind: str = "<f4") -> bytes:
    """Return an array as numpy writes it."""
    header = repr({"descr": kind, "fortran_order": False, "shape": shape}).encode()
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    data = struct.pack(f"<{len(values)}{'f' if kind == '<f4' else 'd'}", *values)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def tensors(*outputs: tuple[str, list[int], list[Any]]) -> str:
    """Return an answer of the open inference protocol."""
    named = [
        {"name": name, "shape": shape, "datatype": "FP32", "data": data}
        for name, shape, data in outputs
    ]
    return json.dumps({"model_name": "m", "outputs": named})


# kind: (content type, answers, fields, decisions)
READ: dict[str, tuple[str, list[Any], dict[str, Any], list[str]]] = {
    "a label beside the predicted label's probability": (
        JSON,
        ['{"label": "yes", "probability": 0.9}', '{"label": "no", "probability": 0.8}'],
        YES,
        ["1", "0"],
    ),
    "a label beside the positive label's probability": (
        JSON,
        ['{"predicted_label": 1, "score": 0.9}', '{"predicted_label": 0, "score": 0.2}'],
        {},
        ["1", "0"],
    ),
    "a label's own decision where its score is below a half": (
        JSON,
        ['{"predicted_label": 1, "score": 0.35}', '{"predicted_label": 0, "score": 0.2}'],
        {},
        ["1", "0"],
    ),
    "autopilot": (
        JSON,
        [
            '{"predictions": [{"predicted_label": "b", "probability": "0.7"}]}',
            '{"predictions": [{"predicted_label": "c", "probability": "0.9"}]}',
        ],
        ABC,
        ["b", "c"],
    ),
    "autopilot with all its columns": (
        CSV,
        [
            "yes,0.8,\"['no', 'yes']\",\"[0.2, 0.8]\"",
            "no,0.7,\"['no', 'yes']\",\"[0.7, 0.3]\"",
        ],
        YES | {"answer": {"label": 0, "scores": 3, "labels_from": 2}},
        ["1", "0"],
    ),
    "a label and a number in CSV": (CSV, ["yes,0.9", "no,0.8"], YES, ["1", "0"]),
    "blazingtext": (
        JSON,
        [
            '[{"label": ["__label__a"], "prob": [0.9]}]',
            '[{"label": ["__label__c"], "prob": [0.6]}]',
        ],
        {"task": "multiclass", "labels": ("__label__a", "__label__b", "__label__c")},
        ["__label__a", "__label__c"],
    ),
    "blazingtext on plain labels": (
        JSON,
        [
            '[{"label": ["__label__a"], "prob": [0.9]}]',
            '[{"label": ["__label__c"], "prob": [0.6]}]',
        ],
        ABC | {"answer": {"labels_from": "prefix:__label__"}},
        ["a", "c"],
    ),
    "zero-shot": (
        JSON,
        [
            '{"sequence": "x", "labels": ["b", "a", "c"], "scores": [0.7, 0.2, 0.1]}',
            '{"sequence": "y", "labels": ["c", "a", "b"], "scores": [0.8, 0.1, 0.1]}',
        ],
        ABC,
        ["b", "c"],
    ),
    "hugging face names by a map": (
        JSON,
        ['[{"label": "LABEL_1", "score": 0.9}]', '[{"label": "LABEL_0", "score": 0.9}]'],
        YES | {"answer": {"label_map": {"LABEL_0": "no", "LABEL_1": "yes"}}},
        ["1", "0"],
    ),
    "hugging face names by their prefix": (
        JSON,
        ['[{"label": "LABEL_3", "score": 0.9}]', '[{"label": "LABEL_7", "score": 0.4}]'],
        DIGITS | {"answer": {"labels_from": "prefix:LABEL_"}},
        ["3", "7"],
    ),
    "hugging face names by their number": (
        JSON,
        ['[{"label": "LABEL_2", "score": 0.9}]', '[{"label": "LABEL_0", "score": 0.4}]'],
        {"task": "multiclass", "classes": ("a", "b", "c"), "answer": {"labels_from": "index"}},
        ["c", "a"],
    ),
    "hugging face, the best of many": (
        JSON,
        [
            '[{"label": "a", "score": 0.5}, {"label": "b", "score": 0.2}]',
            '[{"label": "c", "score": 0.6}, {"label": "b", "score": 0.3}]',
        ],
        ABC,
        ["a", "c"],
    ),
    "xgboost multi:softmax": (CSV, ["2.0", "0.0"], DIGITS, ["2", "0"]),
    "probabilities of the positive label 0": (
        JSON,
        ["[[0.9, 0.1]]", "[[0.2, 0.8]]"],
        {"positive_label": "0", "labels": ("0", "1")},
        ["1", "0"],
    ),
    "tensors of one output": (
        JSON,
        [tensors(("p", [1, 3], [0.1, 0.2, 0.7])), tensors(("p", [1, 3], [0.8, 0.1, 0.1]))],
        {"task": "multiclass", "classes": ("a", "b", "c")},
        ["c", "a"],
    ),
    "tensors of a label and its probability": (
        JSON,
        [
            tensors(("label", [1], ["yes"]), ("probability", [1, 1], [0.9])),
            tensors(("label", [1], ["no"]), ("probability", [1, 1], [0.8])),
        ],
        YES,
        ["1", "0"],
    ),
    "npy of probabilities": (
        "application/x-npy",
        [npy([0.25, 0.75], (1, 2)), npy([0.875, 0.125], (1, 2))],
        {},
        ["1", "0"],
    ),
    "npy of one score": (
        "application/x-npy",
        [npy([0.75], (1,), "<f8"), npy([0.25], (1,), "<f8")],
        {},
        ["1", "0"],
    ),
    "logits through sigmoid": (
        CSV,
        ["2.5", "-1.5"],
        {"answer": {"activation": "sigmoid"}},
        ["1", "0"],
    ),
    "logits through softmax": (
        JSON,
        ["[2.5, -1.5, 0.0]", "[0.0, 0.5, 3.5]"],
        {"task": "multiclass", "classes": ("a", "b", "c"), "answer": {"activation": "softmax"}},
        ["a", "c"],
    ),
    "scores that only rank": (
        CSV,
        ["3.4", "0.7"],
        {
            "answer": {"ranks_only": True, "threshold": 2.0},
            "metrics": {"roc_auc": {"max_worse": 0.1}},
        },
        ["1", "0"],
    ),
    "a key of its own, named": (
        JSON,
        ['{"churn_probability": 0.8}', '{"churn_probability": 0.1}'],
        {"answer": {"score": "churn_probability", "score_of": "positive"}},
        ["1", "0"],
    ),
    "a key of its own that holds labels": (
        JSON,
        ['{"species": "a"}', '{"species": "c"}'],
        ABC,
        ["a", "c"],
    ),
    "a place in the whole answer": (
        JSON,
        ['{"out": {"best": {"name": "b"}}}', '{"out": {"best": {"name": "a"}}}'],
        ABC | {"answer": {"label": "out.best.name"}},
        ["b", "a"],
    ),
    "chat completion": (
        JSON,
        [chat("The answer is: yes."), chat("It is a clear no!")],
        YES | {"answer": {"extract": r"\b(yes|no)\b"}},
        ["1", "0"],
    ),
    "a text generation that says the label": (
        JSON,
        ['[{"generated_text": "yes"}]', '[{"generated_text": " no\\n"}]'],
        YES,
        ["1", "0"],
    ),
    "true and false": (JSON, ["true", "false"], {}, ["1", "0"]),
    "true and false as labels": (
        JSON,
        ["true", "false"],
        {"positive_label": "true", "labels": ("true", "false")},
        ["1", "0"],
    ),
    "a number with its unit": (
        JSON,
        ['{"price": "12.5 USD"}', '{"price": "9 USD"}'],
        {"task": "regression", "answer": {"score": "price", "extract": "([0-9.]+)"}},
        ["12.5", "9.0"],
    ),
    "rounding above 1": (CSV, ["1.00004", "0.2"], {}, ["1", "0"]),
    "minus one and one": (CSV, ["1", "-1"], {"labels": ("-1", "1")}, ["1", "0"]),
}


@pytest.mark.parametrize("kind", READ)
def test_answers_with_one_reading_are_read(kind: str) -> None:
    """Each kind of model's answer comes to the right decisions."""
    content_type, bodies, fields, decisions = READ[kind]
    found = read_all(bodies, content_type, **fields)
    assert [one.decision for one in found] == decisions
