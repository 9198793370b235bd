"""Labels beside scores that say something else, classes taken for one another, and a canary that
does not look.
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.plausibility.contradicted import contradictions_in, held_against
from canary.domain.labelled.plausibility.counts import AnswerTally, Contradictions
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality.answer_keys import Role
from canary.flow.labelled.evaluate import evaluate
from tests.unit.quality.variants import Answerer, world, written_set

COUNT = 1_500
FLOWERS = ("daisy", "rose", "tulip")


def drawn(number: int, seed: object) -> float:
    """Return a number from 0 to 1 of a record's own."""
    return random.Random(f"{number} {seed}").random()


def judged(
    folder: Path, labels: Sequence[object], rule: Answerer, **fields: object
) -> QualityEvidence:
    """Return the evidence of two variants that answer JSON by a rule."""
    here = world(folder, {}, count=len(labels), rule=rule, **fields)
    written_set(folder, list(zip(labels, range(len(labels)), strict=True)))
    return evaluate(here.request(), here.ports())


def labels_with_scores(share: float, who: str, *, after: int = 20) -> Answerer:
    """Return variants right on nine in ten, of which one gives a share of its labels, never of the
    first, the score of the other label.
    """
    asked = {"old": 0, "new": 0}

    def rule(variant: str, body: str) -> str:
        number = int(body)
        asked[variant] += 1
        label = number % 2 ^ (drawn(number, "right") > 0.9)
        score = 0.6 + 0.3 * drawn(number, "sure") if label else 0.1 + 0.3 * drawn(number, "sure")
        if variant == who and asked[who] > after and drawn(number, "against") < share:
            score = 1 - score
        return json.dumps({"predicted_label": label, "probability": round(score, 4)})

    return rule


BINARY = {"metrics": {"accuracy": {"max_worse": 0.05}}}


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_canary_contradicted_by_its_own_scores_passes_nothing(
    tmp_path: Path, share: float
) -> None:
    """The labels are as good as the baseline's, and which of the two serves users is not known."""
    labels = [number % 2 for number in range(COUNT)]
    evidence = judged(tmp_path, labels, labels_with_scores(share, "new"), **BINARY)
    assert evidence.label == "NO_DATA"
    assert "of the canary's" in evidence.findings[0].reason
    assert "contradicted by the scores beside them" in evidence.findings[0].reason


def test_a_few_contradictions_are_counted_and_told(tmp_path: Path) -> None:
    """A model may have reasons of its own for some."""
    labels = [number % 2 for number in range(COUNT)]
    evidence = judged(tmp_path, labels, labels_with_scores(0.03, "new"), **BINARY)
    assert evidence.label == "PASS"
    assert "labels are contradicted by the scores beside them" in evidence.findings[0].reason


def test_the_first_answers_refuse_labels_that_no_score_explains(tmp_path: Path) -> None:
    """Both readings of the score contradict the label: the shape, the readings and the keys."""
    labels = [number % 2 for number in range(COUNT)]
    with pytest.raises(Refused) as refused:
        judged(tmp_path, labels, labels_with_scores(0.5, "new", after=0), **BINARY)
    assert "by the score beside it" in str(refused.value)
    assert "--label predicted_label" in str(refused.value)


def test_a_label_that_is_named_alone_counts_alone(tmp_path: Path) -> None:
    """Who says what decides has said that the score does not."""
    labels = [number % 2 for number in range(COUNT)]
    rule = labels_with_scores(0.5, "new", after=0)
    evidence = judged(tmp_path, labels, rule, answer={"label": "predicted_label"}, **BINARY)
    assert evidence.label == "PASS"
    assert "contradicted" not in evidence.findings[0].reason


def test_a_threshold_of_the_models_own_contradicts_nothing(tmp_path: Path) -> None:
    """Labels decided at .2 lie on both sides of one score, as they should."""
    labels = [number % 2 for number in range(COUNT)]

    def rule(_variant: str, body: str) -> str:
        number = int(body)
        right = number % 2 ^ (drawn(number, "right") > 0.9)
        score = 0.2 + 0.7 * drawn(number, "sure") if right else 0.2 * drawn(number, "sure")
        return json.dumps({"predicted_label": right, "probability": round(score, 4)})

    evidence = judged(tmp_path, labels, rule, **BINARY)
    assert evidence.label == "PASS"
    assert "contradicted" not in evidence.findings[0].reason


def flower(number: int, accuracy: float = 0.9) -> str:
    """Return what a model takes a record for."""
    wrong = drawn(number, "right") > accuracy
    return FLOWERS[(number + (1 + (drawn(number, "which") > 0.5)) * wrong) % 3]


def rows(order: tuple[str, ...]) -> Answerer:
    """Return variants that tell a label, and the probabilities in this order of the classes."""

    def rule(_variant: str, body: str) -> str:
        said = flower(int(body))
        row = [0.8 if name == said else 0.1 for name in order]
        return json.dumps({"label": said, "probabilities": row})

    return rule


MULTICLASS = {
    "task": "multiclass",
    "classes": list(FLOWERS),
    "metrics": {"accuracy": {"max_worse": 0.05}},
}


@pytest.mark.parametrize(
    ("order", "label"), [(FLOWERS, "PASS"), (("daisy", "tulip", "rose"), "NO_DATA")]
)
def test_a_label_beside_the_row_of_another_order_is_noticed(
    tmp_path: Path, order: tuple[str, ...], label: str
) -> None:
    """The likeliest class of the row is another one than the label."""
    labels = [FLOWERS[number % 3] for number in range(COUNT)]
    evidence = judged(tmp_path, labels, rows(order), **MULTICLASS)
    assert evidence.label == label


@pytest.mark.parametrize(
    ("order", "label"), [(FLOWERS, "PASS"), (("daisy", "tulip", "rose"), "NO_DATA")]
)
def test_two_classes_taken_for_one_another_are_noticed(
    tmp_path: Path, order: tuple[str, ...], label: str
) -> None:
    """One class read rightly does not vouch for two that changed places in both variants."""

    def rule(_variant: str, body: str) -> str:
        said = flower(int(body))
        return json.dumps([0.8 if name == said else 0.1 for name in order])

    labels = [FLOWERS[number % 3] for number in range(COUNT)]
    evidence = judged(tmp_path, labels, rule, **MULTICLASS)
    assert evidence.label == label
    assert ("fewer than without looking" in evidence.findings[0].reason) == (label == "NO_DATA")


def test_a_class_that_the_baseline_never_finds_is_no_doubt(tmp_path: Path) -> None:
    """Blind to one class of three, and to the same one with the canary."""

    def rule(_variant: str, body: str) -> str:
        said = flower(int(body))
        return json.dumps({"label": "daisy" if said == "tulip" else said})

    labels = [FLOWERS[number % 3] for number in range(COUNT)]
    assert judged(tmp_path, labels, rule, **MULTICLASS).label == "PASS"


@pytest.mark.parametrize("one_in", [0, 50])
def test_a_canary_that_does_not_look_passes_on_no_margin(tmp_path: Path, one_in: int) -> None:
    """On 4% positives it is as accurate as a baseline that finds them all, saying always the same
    or now and then another thing.
    """
    count = 3_000
    labels: list[object] = [int(drawn(number, "label") < 0.04) for number in range(count)]

    def rule(variant: str, body: str) -> str:
        number = int(body)
        if variant == "new":
            return str(int(bool(one_in) and number % one_in == 0))
        return str(1 - int(str(labels[number])) if drawn(number, "r") < 0.04 else labels[number])

    margin = {"metrics": {"accuracy": {"max_worse": 0.04}}}
    evidence = judged(tmp_path, labels, rule, **margin)
    assert evidence.label == "NO_DATA"
    assert "the canary is not shown to be better" in evidence.findings[0].reason


def test_counts_of_an_early_version_raise_no_doubt_in_the_canary() -> None:
    """What was not counted from the beginning is not counted at all."""
    before = AnswerTally.model_validate({"records": 5, "labels": {"0": 5}, "right": {"0": 5}})
    assert before.found is None
    assert before.contradictions == {}


def test_no_threshold_explains_what_is_counted() -> None:
    """Of three labels out of order two are left at the best threshold."""
    told = [("0", 0.1), ("0", 0.9), ("0", 0.8), ("1", 0.7), ("1", 0.95), ("1", 0.97), ("1", 0.6)]
    pairs = [AnswerPair(0, Prediction(label, score), None) for label, score in told]
    role: Role = "baseline"
    counts = held_against(AnswerTally(), pairs, [role]).contradictions[role]
    assert (counts.looked, contradictions_in(counts)) == (7, 2)
    assert contradictions_in(Contradictions()) == 0
