"""Answers that may mean several things: refused before anything is decided, with all of them."""

import re
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.labelled.answers.read import read_answers
from canary.labelled.numbers import UnreadableAnswer
from tests.unit.labelled.readings import ABC, CSV, DIGITS, JSON, YES, agree, chat, guard, read_all

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
    "percentages": (CSV, ["97.5", "3.1"], {}, "logit.*a percentage, of which", "activation"),
    "labels counted from 1": (CSV, ["1", "2"], {}, "under another number", "label_map"),
    "scores by class in another case": (
        JSON,
        ['{"A": 0.7, "B": 0.2, "C": 0.1}'],
        ABC,
        "`A` for `a`",
        "label_map",
    ),
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
    "0 and 1 where probabilities decide": (
        CSV,
        ["0", "1", "1.0"],
        {"metrics": {"brier": {"max_worse": 0.1}}, "labels": ("0", "1")},
        "predicted label itself.*no probability for brier.*P\\(label 1\\), certain",
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


@pytest.mark.parametrize(("baseline", "canary"), [(0, 1), (1, 0)])
def test_labels_beside_the_other_variants_probabilities_are_refused_where_these_decide(
    baseline: int, canary: int
) -> None:
    """One that answers 0 and 1 would lose by log loss to probabilities of a worse model."""
    sides = (["0", "1", "1"], ["0.31", "0.84", "0.12"])
    spec = guard(metrics={"log_loss": {"max_worse": 0.1}})
    with pytest.raises(Refused, match="tells no probability for log_loss"):
        agree(spec, sides[baseline], sides[canary], CSV, labels=("0", "1"))
    by_accuracy, _ = agree(guard(), sides[baseline], sides[canary], CSV, labels=("0", "1"))
    assert by_accuracy.canary.tells_scores


@pytest.mark.parametrize("answer", ["-1", "2.5", "3", "1e0x"])
def test_an_index_is_a_whole_number_of_a_class(answer: str) -> None:
    """The digit at the end of another number is none."""
    keys = {"task": "multiclass", "classes": ("a", "b", "c"), "answer": {"labels_from": "index"}}
    contract, known = agree(guard(**keys), ["0", "1", "2"] * 5, content_type=CSV)
    (found,) = read_answers(answer.encode(), CSV, 1, contract.baseline, known)
    assert isinstance(found, UnreadableAnswer)
