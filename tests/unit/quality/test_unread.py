"""What cannot be read in the baseline's answers is no advantage of the canary."""

import json
import random
from pathlib import Path

import pytest
from scipy import stats

from canary.domain.errors import Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.evaluate import evaluate
from canary.stats.chance import share_by_chance
from tests.unit.quality.variants import Answerer, world, written_set

COUNT = 1_500
NAMES = ("ham", "spam")


def is_one_of(number: int, share: float, seed: int) -> bool:
    """Return whether a record is one of a share of them."""
    return random.Random(number * 31 + seed).random() < share


def right(number: int, accuracy: float, seed: int) -> int:
    """Return a prediction that is right with a probability."""
    return number % 2 ^ (not is_one_of(number, accuracy, seed))


def judged(folder: Path, rule: Answerer, **fields: object) -> QualityEvidence:
    """Return the evidence of two variants that answer by a rule on records of both names."""
    margin = {"metrics": {"accuracy": {"max_worse": 0.05}}, "positive_label": "spam"}
    here = world(folder, {}, count=COUNT, rule=rule, **{**margin, **fields})
    written_set(folder, [(NAMES[number % 2], number) for number in range(COUNT)])
    return evaluate(here.request(), here.ports())


def answers(
    unread: str, share: float, baseline: float, canary: float, variant: str = "old"
) -> Answerer:
    """Return variants right on a share, of which one says a text that is no label on another,
    never among the first answers.
    """
    asked = {"old": 0, "new": 0}

    def rule(who: str, body: str) -> str:
        number = int(body)
        asked[who] += 1
        if who == variant and asked[who] > 20 and is_one_of(number, share, 5):
            return unread
        return NAMES[right(number, baseline if who == "old" else canary, 1 + (who == "new"))]

    return rule


@pytest.mark.parametrize("share", [0.03, 0.14, 0.4])
def test_a_worse_canary_does_not_pass_by_what_is_unread(tmp_path: Path, share: float) -> None:
    """A baseline of which a part cannot be read is no better than it looks: nothing passes."""
    evidence = judged(tmp_path, answers("n/k", share, 0.95, 0.95 - share / 2))
    assert evidence.label == "NO_DATA"
    reason = evidence.findings[0].reason
    assert "cannot be read and count as wrong, more than 1%" in reason
    assert "text of 3 characters is no label of the set" in reason
    assert "label_map (--label-map)" in reason


def test_a_few_unread_answers_of_the_baseline_change_nothing(tmp_path: Path) -> None:
    """Below the bound an equal canary passes."""
    assert judged(tmp_path, answers("n/k", 0.003, 0.95, 0.95)).label == "PASS"


def test_a_canary_that_cannot_be_read_is_worse(tmp_path: Path) -> None:
    """On the canary's side what cannot be read stays an error."""
    assert judged(tmp_path, answers("n/k", 0.3, 0.95, 0.99, "new")).label == "FAIL"


def test_a_canary_worse_beyond_what_is_unread_fails(tmp_path: Path) -> None:
    """Unread answers count against the baseline; a canary worse even so is worse."""
    assert judged(tmp_path, answers("n/k", 0.03, 0.95, 0.6)).label == "FAIL"


def test_error_objects_of_the_baseline_are_its_failures(tmp_path: Path) -> None:
    """A model that says that it failed is heard: a canary without its failures is better."""
    rule = answers('{"error": "out of memory"}', 0.2, 0.95, 0.95)
    evidence = judged(tmp_path, rule)
    assert evidence.label == "PASS"
    causes = {one.cause for one in evidence.failures}
    assert "error answer: the model answers with an error object" in causes


def test_unread_answers_of_the_rare_class_alone_are_no_data(tmp_path: Path) -> None:
    """Few of all answers, and most of those that recall is about."""
    positives = {number for number in range(COUNT) if number % 75 == 0}
    asked = {"old": 0, "new": 0}

    def rule(who: str, body: str) -> str:
        asked[who] += 1
        hit = int(body) in positives
        if who == "old" and hit and asked[who] > 20 and is_one_of(int(body), 0.6, 3):
            return "Spam?"
        return NAMES[hit]

    here = world(
        tmp_path,
        {},
        count=COUNT,
        rule=rule,
        positive_label="spam",
        metrics={"recall": {"max_worse": 0.2}},
    )
    written_set(tmp_path, [(NAMES[n in positives], n) for n in range(COUNT)])
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == "NO_DATA"
    assert "of the baseline's 20 answers" in evidence.findings[0].reason


def test_another_name_for_a_label_is_refused_before_anything_counts(tmp_path: Path) -> None:
    """A baseline that calls ham legit is not half wrong."""
    with pytest.raises(Refused, match="other names"):
        judged(
            tmp_path,
            lambda who, body: (
                "legit" if who == "old" and not int(body) % 2 else NAMES[int(body) % 2]
            ),
        )


def test_a_better_canary_in_a_shape_of_its_own_passes(tmp_path: Path) -> None:
    """P(1) beside a label with its own probability: each is read as what it is."""

    def rule(who: str, body: str) -> str:
        number = int(body)
        if who == "old":
            return json.dumps({"score": 0.8 if right(number, 0.9, 1) else 0.3})
        return json.dumps(
            {"label": NAMES[right(number, 0.97, 2)], "score": 0.6 + number % 39 / 100}
        )

    assert judged(tmp_path, rule).label == "PASS"


@pytest.mark.parametrize(("trials", "hits"), [(50, 2), (200, 29), (1_000, 11), (20, 20), (5, 0)])
def test_the_tail_of_a_share_is_the_binomials(trials: int, hits: int) -> None:
    """The tail is scipy's."""
    right_tail = stats.binom.sf(hits - 1, trials, 0.01)
    found = share_by_chance(trials, hits, 0.01)
    assert found == pytest.approx(right_tail if hits > trials * 0.01 else 1.0, rel=1e-9)
