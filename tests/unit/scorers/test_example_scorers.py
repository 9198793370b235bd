"""The example scorers do what they say, without a language model and without AWS."""

import importlib.util
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from canary.flow.labelled.evaluate import evaluate
from canary.labelled.own_scores import read_scores
from canary.ports.quality import Reply
from canaryctl.evaluate.scorer_function import FunctionScorer
from tests.unit.quality.variants import world

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "scorers"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:judge"


def example(name: str) -> Any:
    """Return an example's module."""
    found = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module: ModuleType = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def overlap_judge(prompt: str) -> str:
    """Return a grade as a judge would write it: by how many words of the good answer are there."""
    good = prompt.split("Good answer: ")[1].split("\n", maxsplit=1)[0].split()
    told = prompt.split("Answer to grade: ")[1].split()
    shared = len(set(good) & set(told)) / len(set(good))
    return f"Let me see.\nGRADE: {1 + round(4 * shared)}"


@pytest.mark.parametrize(("forgets", "label"), [(3, "FAIL"), (0, "PASS")])
def test_a_judge_stops_answers_that_say_less(tmp_path: Path, forgets: int, label: str) -> None:
    """A canary that leaves words out is graded lower and fails; one that rephrases passes."""
    words = ["paris", "is", "the", "capital", "and", "largest", "city", "of", "france"]

    def rule(variant: str, body: str) -> Reply:
        said = list(reversed(words[forgets:])) if variant == "new" else words
        return Reply(
            json.dumps({"generated_text": " ".join(said)}).encode(), "application/json", variant
        )

    here = world(tmp_path, {}, count=400, rule=rule, task="text", scorer=ARN)
    rows = "".join(f"{' '.join(words)},{n}\n" for n in range(400))
    Path(here.spec.labelled_set).write_text(rows)
    judge = FunctionScorer(partial(example("llm_judge").score, ask=overlap_judge), 30.0)
    evidence = evaluate(here.request(), replace(here.ports(), own_scorer=judge))
    assert evidence.label == label


def test_a_reply_without_a_grade_is_told() -> None:
    """A judge that does not answer the question gives no score."""
    item = {"record": {"q": "?"}, "label": ["x"], "answer": "x"}
    answered = example("llm_judge").score({"items": [item]}, ask=lambda _: "I would rather not")
    assert answered == {"error": "1 of 1 replies hold no grade"}


def test_a_lost_customer_costs_more_than_an_offer() -> None:
    """Missing a customer who leaves is dearer than an offer to one who stays."""
    record = {"monthly_charge": "80"}
    items = [
        {"label": label, "answer": answer, "record": record}
        for label in (0, 1)
        for answer in (0, 1)
    ]
    stays, offered, lost, kept = read_scores(example("business_cost").score({"items": items}), 4)
    assert stays == 1
    assert stays > offered > kept > lost


def box(label: str, left: float, *, score: float | None = None) -> dict[str, Any]:
    """Return a 10 by 10 box."""
    found: dict[str, Any] = {"label": label, "box": [left, 0, left + 10, 10]}
    return found if score is None else {**found, "score": score}


@pytest.mark.parametrize(
    ("wanted", "told", "expected"),
    [
        ([box("cat", 0)], [box("cat", 0, score=0.9)], 1.0),
        ([box("cat", 0)], [], 0.0),
        ([], [], 1.0),
        ([], [box("cat", 0, score=0.9)], 0.0),
        # A wrong box that is surer halves the precision at the only hit.
        ([box("cat", 0)], [box("cat", 50, score=0.9), box("cat", 0, score=0.8)], 0.5),
        # Moved by two tenths: an IoU of 2/3, right at four of ten thresholds.
        ([box("cat", 0)], [box("cat", 2, score=0.9)], 0.4),
        # One of two classes.
        ([box("cat", 0), box("dog", 0)], [box("cat", 0, score=0.9)], 0.5),
    ],
)
def test_boxes_are_matched_by_their_overlap(
    wanted: list[dict[str, Any]], told: list[dict[str, Any]], expected: float
) -> None:
    """Average precision on worked pictures."""
    items = [{"label": wanted, "answer": told}]
    assert example("detection").score({"items": items})["scores"] == [pytest.approx(expected)]
