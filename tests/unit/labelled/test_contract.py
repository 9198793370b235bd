"""The answer contract: one reading that explains all answers, or a refusal that says which there
may be.
"""

import json
import re
import struct
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.contract import Reading
from canary.labelled.answers.read import read_answers
from tests.unit.labelled.readings import CSV, JSON, agree, guard, read_all

YES: dict[str, Any] = {"positive_label": "yes", "labels": ("yes", "no")}
DIGITS: dict[str, Any] = {"task": "multiclass", "labels": tuple("0123456789")}
ABC: dict[str, Any] = {"task": "multiclass", "labels": ("a", "b", "c")}


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


def chat(text: str) -> str:
    """Return a chat completion."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})


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
    "rounding above 1": (CSV, ["1.00004", "0.2"], {}, ["1", "0"]),
    "minus one and one": (CSV, ["1", "-1"], {"labels": ("-1", "1")}, ["1", "0"]),
}


@pytest.mark.parametrize("kind", READ)
def test_answers_with_one_reading_are_read(kind: str) -> None:
    """Each kind of model's answer comes to the right decisions."""
    content_type, bodies, fields, decisions = READ[kind]
    found = read_all(bodies, content_type, **fields)
    assert [one.decision for one in found] == decisions


# kind: (content type, answers, fields, readings, key)
OPEN: dict[str, tuple[str, list[Any], dict[str, Any], str, str]] = {
    "a probability under a key of its own": (
        JSON,
        ['{"churn_probability": 0.8}', '{"churn_probability": 0.1}'],
        {},
        "P\\(label 1\\).*P\\(predicted label\\).*P\\(another label\\)",
        "score_of",
    ),
    "a number beside a score": (
        JSON,
        ['{"score": 0.8, "other": 0.3}', '{"score": 0.1, "other": 0.9}'],
        {},
        "`score` is the answer.*`other` is the answer",
        "label",
    ),
    "a pair that does not sum to 1": (
        CSV,
        ["1,0.87", "0,0.65"],
        {},
        "a label and its own probability.*logits",
        "score_of",
    ),
    "LABEL_n against digits": (
        JSON,
        ['[{"label": "LABEL_3", "score": 0.9}]', '[{"label": "LABEL_7", "score": 0.4}]'],
        DIGITS,
        "other names.*another set",
        "prefix:LABEL_",
    ),
    "names of another set": (JSON, ['"cat"', '"dog"'], ABC, "other names", "label_map"),
    "other names by class": (
        JSON,
        ['{"good": 0.3, "bad": 0.7}', '{"good": 0.9, "bad": 0.1}'],
        YES,
        "good",
        "score",
    ),
    "logits": (CSV, ["2.5", "-1.5"], {}, "logit.*orders", "activation"),
    "a row of logits": (
        JSON,
        ["[2.5, -1.5, 0.0]", "[0.0, 0.5, 3.5]"],
        {"task": "multiclass", "classes": ("a", "b", "c")},
        "softmax",
        "activation",
    ),
    "a row of classes in no known order": (
        JSON,
        ["[0.1, 0.2, 0.7]"],
        ABC,
        "alphabetical.*trained",
        "classes",
    ),
    "classes counted from 1": (
        JSON,
        ["[0.1, 0.2, 0.7]"],
        {"task": "multiclass", "labels": ("1", "2", "3")},
        "alphabetical",
        "classes",
    ),
    "a lone probability where label 0 is positive": (
        CSV,
        ["0.2", "0.9"],
        {"positive_label": "0", "labels": ("0", "1")},
        "P\\(label 0\\).*class 1",
        "score_of",
    ),
    "0 and 1 where label 0 is positive": (
        CSV,
        ["0", "1"],
        {"positive_label": "0", "labels": ("0", "1")},
        "predicted label itself",
        "score_of",
    ),
    "two keys that may be the label": (
        JSON,
        ['{"label": "yes", "predicted_label": "no"}', '{"label": "no", "predicted_label": "no"}'],
        YES,
        "`label` is the answer.*`predicted_label` is the answer",
        "label",
    ),
    "a chat that says more than the label": (
        JSON,
        [chat("The answer is: yes."), chat("It is a clear no!")],
        YES,
        "words around it",
        "extract",
    ),
    "indices of named classes": (CSV, ["2", "0"], ABC, "index of a class", "labels_from"),
    "several numbers of a regression": (
        JSON,
        ['{"mean": 3.5, "p90": 5.0}', '{"mean": 1.5, "p90": 4.0}'],
        {"task": "regression"},
        "`mean` is the answer.*`p90` is the answer",
        "score",
    ),
    "probabilities of their own": (
        JSON,
        ['{"a": 0.9, "b": 0.8, "c": 0.1}'],
        ABC,
        "probabilities of their own",
        "activation",
    ),
}


@pytest.mark.parametrize("kind", OPEN)
def test_answers_with_several_readings_are_refused(kind: str) -> None:
    """What may mean two things is refused with the readings and the key that says which, and with
    no value of the answer.
    """
    content_type, bodies, fields, readings, key = OPEN[kind]
    with pytest.raises(Refused) as refused:
        read_all(bodies, content_type, **fields)
    told = str(refused.value)
    assert refused.value.field == "guards.quality.answer"
    assert "variant V1" in told
    assert re.search(readings, told)
    assert key in refused.value.remedy
    assert not re.search(r"0\.87|0\.8\b|2\.5|clear", told)


def test_each_variant_may_answer_in_a_shape_of_its_own() -> None:
    """A baseline of labels beside a canary of probabilities: two readings, both told."""
    contract, known = agree(
        guard(positive_label="yes"), ['"yes"', '"no"'], ["0.8", "0.3"], labels=("yes", "no")
    )
    assert contract.told == (
        "V1's answers are read as: the answer itself = predicted label; the label decides; V2's "
        "answers are read as: the answer itself = P(label yes); label yes is decided above 0.5 "
        "(inferred from the first 2 answers of each variant)."
    )
    (baseline,) = read_answers(b'"no"', JSON, 1, contract.baseline, known)
    (canary,) = read_answers(b"0.3", JSON, 1, contract.canary, known)
    assert (getattr(baseline, "decision", 0), getattr(canary, "decision", 0)) == ("0", "0")


def test_one_open_variant_is_settled_by_the_other() -> None:
    """A canary that answers one label alone says not whose its score is; the baseline does."""
    baseline = ['{"label": "yes", "score": 0.8}', '{"label": "no", "score": 0.9}']
    contract, _ = agree(
        guard(positive_label="yes"),
        baseline,
        ['{"label": "no", "score": 0.7}'],
        labels=("yes", "no"),
    )
    assert contract.canary == contract.baseline
    assert contract.canary.score_of == "predicted"


@pytest.mark.parametrize(
    ("scores", "whose"),
    [
        ([("1", 0.8), ("0", 0.9)], "predicted"),
        ([("1", 0.9), ("0", 0.2)], "positive"),
        ([("1", 0.9), ("1", 0.7)], None),
        ([("1", 0.9), ("0", 0.8)], None),
        ([("1", 0.3), ("0", 0.4)], None),
    ],
)
def test_a_score_beside_a_label_is_read_where_the_answers_settle_whose_it_is(
    scores: list[tuple[str, float]], whose: str | None
) -> None:
    """The predicted label's probability is never below a half, the positive label's parts the two
    labels; where both or neither may be, the label alone is read.
    """
    bodies = [json.dumps({"label": label, "score": score}) for label, score in scores]
    contract, _ = agree(guard(), bodies)
    assert (contract.canary.label, contract.canary.score_of) == ("label", whose)


def test_a_metric_of_scores_is_refused_where_whose_they_are_is_open() -> None:
    """Log loss of a score that may be either label's would be a guess."""
    spec = guard(metrics={"log_loss": {"max_worse": 0.1}})
    with pytest.raises(Refused, match="log_loss needs probabilities") as refused:
        agree(spec, ['{"label": 1, "score": 0.9}', '{"label": 1, "score": 0.8}'])
    assert "score_of" in refused.value.remedy


def test_text_that_is_no_label_is_that_variants_error() -> None:
    """An error page with status 200 is read by the other variant's reading, and is no label."""
    contract, known = agree(
        guard(positive_label="fraud"),
        ["ok", "fraud"],
        ["Internal Server Error"],
        CSV,
        labels=("ok", "fraud"),
    )
    (found,) = read_answers(b"Internal Server Error", CSV, 1, contract.canary, known)
    assert str(found) == "text of 21 characters is no label of the set"


@pytest.mark.parametrize("classes", [("yes", "no"), ("yes", "no", "maybe")])
def test_classes_bind(classes: tuple[str, ...]) -> None:
    """A name that is none of `classes` is an error, in a binary task too."""
    contract, known = agree(guard(positive_label="yes", classes=classes), ['"yes"', '"no"'])
    (found,) = read_answers(b'"never"', JSON, 1, contract.canary, known)
    assert str(found) == "text of 5 characters is no label of the set"


def test_nothing_heard_is_no_contract() -> None:
    """Two variants that never answered agree on nothing."""
    with pytest.raises(AssertionError):
        agree(guard(), [], [])


def test_an_inferred_reading_is_what_its_keys_say() -> None:
    """The keys of an inferred reading, written into a spec, read the same."""
    bodies = ['{"label": "yes", "score": 0.8}', '{"label": "no", "score": 0.9}']
    first, _ = agree(guard(positive_label="yes"), bodies, labels=("yes", "no"))
    rules = first.canary.model_dump(include={"label", "score", "score_of"})
    fixed, _ = agree(guard(positive_label="yes", answer=rules), bodies, labels=("yes", "no"))
    assert fixed.canary == first.canary.but(within="answer")
    assert fixed.told.endswith("(as the spec says).")


@pytest.mark.parametrize("threshold", [0.7, {"baseline": 0.5, "canary": 0.7}])
def test_a_threshold_decides_where_one_is_given(threshold: Any) -> None:
    """With a threshold the score decides beside a label, for each variant by its own."""
    bodies = ['{"label": 1, "score": 0.6}', '{"label": 0, "score": 0.2}']
    contract, known = agree(guard(answer={"threshold": threshold}), bodies)
    (found,) = read_answers(bodies[0].encode(), JSON, 1, contract.canary, known)
    assert (getattr(found, "decision", ""), contract.canary.decides) == ("0", "score")


def test_an_old_reading_is_read_back() -> None:
    """A stored reading comes back as it was."""
    contract, _ = agree(guard(), ["0.25", "0.75"])
    assert Reading.model_validate_json(contract.canary.model_dump_json()) == contract.canary
