"""The answer contract: one reading that explains all answers, or a refusal that says which there
may be.
"""

import json
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.contract import Reading
from canary.labelled.answers.read import read_answers
from tests.unit.labelled.readings import CSV, JSON, agree, guard


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


def test_an_error_object_is_an_error_of_its_variant() -> None:
    """An object that holds neither a number nor a label is no answer, and no reading of one."""
    contract, known = agree(guard(), ["0.3", "0.6"], ['{"error": "busy"}'])
    (found,) = read_answers(b'{"error": "busy"}', JSON, 1, contract.canary, known)
    assert str(found) == "the model answers with an error object"


def test_answers_of_which_none_can_be_read_say_so() -> None:
    """No reading is told where there is none."""
    contract, _ = agree(guard(), ["<html>busy</html>"], ["<html>busy</html>"])
    assert contract.told == "None of the first answers could be read as a prediction."


def test_a_threshold_that_nothing_is_compared_with_is_told() -> None:
    """A model of bare labels has no score to compare."""
    contract, _ = agree(guard(threshold=0.7, positive_label="yes"), ['"yes"'], labels=("yes", "no"))
    assert "the label decides, the threshold is not used" in contract.told
