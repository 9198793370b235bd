"""Each variant is read by its own answers: what the other says settles what they leave open, and
replaces nothing.
"""

import json
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.labelled.answers.read import read_answers
from tests.unit.labelled.readings import CSV, JSON, agree, guard

CATS = ("cat", "dog", "hare")
ELEVEN = tuple(map(str, range(11)))
BY_TEXT = sorted(range(11), key=str)


def row(best: int, order: Any) -> list[float]:
    """Return the probabilities of eleven classes in an order."""
    return [0.8 if one == best else 0.02 for one in order]


def said(role: str, body: Any, agreed: Any, content_type: str = JSON) -> str:
    """Return what one variant's answer decides."""
    contract, known = agreed
    text = body if isinstance(body, str) else json.dumps(body)
    (found,) = read_answers(text.encode(), content_type, 1, contract.of(role), known)
    return getattr(found, "decision", str(found))


def texts(*bodies: Any) -> list[str]:
    """Return documents as they are sent."""
    return [json.dumps(body) for body in bodies]


# kind: (fields, baseline's answers, canary's answers, the last ones' decisions)
APART: dict[str, tuple[dict[str, Any], list[Any], list[Any], tuple[str, str]]] = {
    "the baseline alone tells the order of its classes": (
        {"task": "multiclass", "labels": ELEVEN},
        [{"probabilities": row(n, BY_TEXT), "labels": BY_TEXT} for n in (3, 10)],
        [{"probabilities": row(n, range(11))} for n in (3, 10)],
        ("10", "10"),
    ),
    "the canary alone tells the order of its classes": (
        {},
        [{"probabilities": [0.1, 0.9]}, {"probabilities": [0.9, 0.1]}],
        [{"probabilities": [0.1, 0.9], "labels": [1, 0]}] * 2,
        ("0", "0"),
    ),
    "one says P(1), the other a label and its own probability": (
        {},
        [{"score": 0.9}, {"score": 0.1}],
        [{"label": 1, "score": 0.7}, {"label": 0, "score": 0.8}],
        ("0", "0"),
    ),
    "rows in a known order beside names": (
        {"task": "multiclass", "classes": CATS},
        [{"predictions": [[0.8, 0.1, 0.1]]}, {"predictions": [[0.1, 0.1, 0.8]]}],
        [{"predictions": ["dog"]}, {"predictions": ["cat"]}],
        ("hare", "cat"),
    ),
    "names beside probabilities by class": (
        {"task": "multiclass", "labels": CATS},
        [["dog"], ["cat"]],
        [{"cat": 0.2, "dog": 0.7, "hare": 0.1}, {"cat": 0.1, "dog": 0.1, "hare": 0.8}],
        ("cat", "hare"),
    ),
}


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("kind", APART)
def test_what_a_variant_says_of_itself_stands(kind: str, swapped: bool) -> None:  # noqa: FBT001
    """A certain reading of one's own is not replaced by what fits both answers' common keys."""
    fields, baseline, canary, decisions = APART[kind]
    fields = dict(fields)
    labels = fields.pop("labels", ())
    sides = (canary, baseline) if swapped else (baseline, canary)
    agreed = agree(guard(**fields), texts(*sides[0]), texts(*sides[1]), labels=labels)
    found = (said("baseline", sides[0][-1], agreed), said("canary", sides[1][-1], agreed))
    assert found == (decisions[::-1] if swapped else decisions)


def test_a_variant_open_alone_is_not_settled_by_another_shape() -> None:
    """A regression of two numbers is not read by the one number that the other answers."""
    spec = guard(task="regression")
    baseline = texts({"score": 0.9, "prediction": 31.0}, {"score": 0.6, "prediction": 4.0})
    canary = texts({"score": 30.0}, {"score": 5.0})
    for sides in ((baseline, canary), (canary, baseline)):
        with pytest.raises(Refused, match="`prediction`"):
            agree(spec, *sides)


def test_other_names_are_not_settled_by_the_right_ones() -> None:
    """LABEL_n beside the set's own names, in one shape, is refused as it is alone."""
    right = texts([{"label": "yes", "score": 0.9}], [{"label": "no", "score": 0.9}])
    other = texts([{"label": "LABEL_1", "score": 0.9}], [{"label": "LABEL_0", "score": 0.9}])
    spec = guard(positive_label="yes")
    for sides in ((right, other), (other, right)):
        with pytest.raises(Refused) as refused:
            agree(spec, *sides, labels=("yes", "no"))
        assert "--label-map LABEL_0=label" in refused.value.remedy


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (["spam"] * 10 + ["legit"] * 10, "other names"),
        (["spam", "ham"] * 8 + ["Spam.", "Ham."] * 2, "`Spam.` for `spam`"),
        (["legit"] * 10 + ["junk"] * 10, "other names"),
        (["SPAM", "HAM"] * 10, "`HAM` for `ham`"),
    ],
)
@pytest.mark.parametrize("role", ["baseline", "canary"])
def test_names_that_may_stand_for_labels_are_refused(
    answers: list[str], told: str, role: str
) -> None:
    """More than a tenth of names that may each be a label: refused on either side."""
    right = ["spam", "ham"] * 10
    sides = (answers, right) if role == "baseline" else (right, answers)
    with pytest.raises(Refused) as refused:
        agree(guard(positive_label="spam"), *sides, CSV, labels=("spam", "ham"))
    assert told in str(refused.value)
    assert "--label-map" in refused.value.remedy


def test_a_text_beside_all_labels_is_an_error_and_told() -> None:
    """A variant that says every label means nothing else by an error's text."""
    answers = ["spam", "ham"] * 8 + ["try again later"] * 4
    contract, _ = agree(
        guard(positive_label="spam"), ["spam", "ham"] * 10, answers, CSV, labels=("spam", "ham")
    )
    assert contract.told.endswith(
        " Of V2's first 20 answers 4 cannot be read so and count as its errors: "
        "4 text of 15 characters."
    )


@pytest.mark.parametrize("error", ['{"error": "busy"}', '{"code": 500, "message": "busy"}'])
def test_an_error_object_says_nothing_of_the_shape(error: str) -> None:
    """One error with status 200 among the first answers leaves the others readable."""
    answers = texts(*[{"label": n % 2, "score": 0.9} for n in range(19)])
    agreed = agree(guard(), [*answers, error])
    assert said("baseline", answers[1], agreed) == "1"
    assert said("canary", error, agreed) == "the model answers with an error object"
    assert "Of V1's first 20 answers 1 cannot be read so" in agreed[0].told


def test_objects_of_two_shapes_are_refused_with_both() -> None:
    """Answers that have no key in common are not dropped in silence."""
    answers = texts({"label": 1}, {"result_code": 0}, {"label": 0}, {"result_code": 1})
    with pytest.raises(Refused, match=r"2 of 4 have the shape \{label"):
        agree(guard(), answers)


def test_labels_beside_rows_of_one_variant_are_refused() -> None:
    """Names in some answers and probabilities in others are two readings."""
    spec = guard(task="multiclass", classes=CATS)
    with pytest.raises(Refused, match="2 of 3 are each row"):
        agree(spec, ["[0.8, 0.1, 0.1]", '"dog"', "[0.1, 0.8, 0.1]"])


@pytest.mark.parametrize("answers", [["0,0.994", "0,0.998"], ["0.994,0", "0.996,0"], ["0,1.0"] * 2])
def test_a_label_beside_a_sure_score_is_no_row(answers: list[str]) -> None:
    """Two numbers that sum to 1 because the model is sure of label 0 may be label and score."""
    with pytest.raises(Refused, match=r"probabilities of all classes.*its own probability"):
        agree(guard(), answers, content_type=CSV)


@pytest.mark.parametrize("answers", [["1.0,0.0", "0.0,1.0"], ["1.0,0.0"] * 2, ["0.3,0.7"] * 2])
def test_rows_that_cannot_be_a_label_and_its_score_are_read(answers: list[str]) -> None:
    """A label of probability 0 is no prediction; a half label is none."""
    contract, _ = agree(guard(), answers, content_type=CSV)
    assert contract.canary.scores == "@"


def test_a_label_before_the_scores_of_all_classes_is_no_class() -> None:
    """[label, P(0), P(1)] is not read as the probabilities of three classes."""
    with pytest.raises(Refused):
        agree(guard(), ["0,0.7,0.3", "0,0.6,0.4"], content_type=CSV)


@pytest.mark.parametrize(
    "answers",
    [
        [{"label": 1, "prediction": 0}, {"label": 0, "prediction": 0}],
        [{"label": 1, "truth": 0}, {"label": 0, "truth": 1}],
    ],
)
def test_two_keys_that_may_be_the_label_are_refused(answers: list[Any]) -> None:
    """Either may be the prediction; the other may be an echo of the right answer."""
    with pytest.raises(Refused, match=r"`label` is the answer.*is the answer"):
        agree(guard(), texts(*answers))


def test_a_constant_beside_the_label_is_no_label() -> None:
    """A version number is not taken for a second prediction."""
    answers = texts({"label": 1, "version": 1}, {"label": 0, "version": 1})
    contract, _ = agree(guard(), answers)
    assert contract.canary.label == "label"


def test_a_score_that_is_left_unread_is_told() -> None:
    """A score that is neither label's probability is not passed over in silence."""
    answers = texts({"label": 1, "score": 0.3}, {"label": 0, "score": 0.4})
    contract, _ = agree(guard(), answers)
    assert "`score` is not read, for whose it is stays open" in contract.told


@pytest.mark.parametrize("label", ["größer", "kleiner für"])
def test_two_unicode_forms_of_one_name_are_one(label: str) -> None:
    """A name with its accents written apart is the same label."""
    apart = label.replace("ö", "o\u0308").replace("ü", "u\u0308")
    agreed = agree(
        guard(positive_label="größer"), [f'"{label}"'] * 2, labels=("größer", "kleiner für")
    )
    assert said("canary", f'"{apart}"', agreed) == str(int(label == "größer"))


@pytest.mark.parametrize("names", [("True", "False"), ("true", "false"), ("TRUE", "FALSE")])
@pytest.mark.parametrize("body", ["true", "True", '{"label": true}'])
def test_true_is_true_in_every_spelling(names: tuple[str, str], body: str) -> None:
    """A truth value of JSON, of Python or of a table is the set's."""
    content_type = JSON if body == "true" or body[0] == "{" else CSV
    other = body.replace("rue", "alse").replace("T", "F").replace("tal", "fal")
    agreed = agree(guard(positive_label=names[0]), [body, other], None, content_type, labels=names)
    assert said("canary", body, agreed, content_type) == "1"
