"""Two variants that answer alike pass every metric; swapped variants swap the answer."""

import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import DECIDING_METRICS, QualityGuardSpec, Task
from canary.flow.labelled.evaluate import evaluate
from canary.ports.quality import Reply
from canaryctl.evaluate.scorer_function import FunctionScorer
from tests.unit.quality.variants import RuleInvoker, SleptClock, World

COUNT = 2_400
ARN = "arn:aws:lambda:us-east-1:123456789012:function:judge"
WORDS = ["red", "green", "blue", "black", "white", "pink", "grey", "gold"]
Made = tuple[Any, Any]
"""A record's label, and an answer as the model writes it."""


def blurred(number: int, noise: float) -> random.Random:
    """Return dice that depend on the record and on how bad the model is."""
    return random.Random(f"{number} {noise}")


def binary(n: int, noise: float) -> Made:
    """Return a label and a probability."""
    label = n % 2
    margin = (4 * label - 2) + blurred(n, noise).gauss(0, 0.4 + 3 * noise)
    return label, 1 / (1 + math.exp(-margin))


def multiclass(n: int, noise: float) -> Made:
    """Return a class and a row of probabilities by class."""
    label, sure = WORDS[n % 3], 0.9 if blurred(n, noise).random() > 0.05 + noise / 2 else 0.05
    return label, {name: sure if name == label else (1 - sure) / 2 for name in WORDS[:3]}


def regression(n: int, noise: float) -> Made:
    """Return a number and one that is nearly it."""
    label = 10.0 + n % 17
    return label, label + blurred(n, noise).gauss(0, 1 + 4 * noise)


def text(n: int, noise: float) -> Made:
    """Return a sentence, and as much of it as the model remembers."""
    words = [WORDS[(n + i) % 8] for i in range(5)]
    dice = blurred(n, noise)
    said = [word for word in words if dice.random() > 0.02 + noise / 2]
    return " ".join(words), {"generated_text": " ".join(said)}


def entities(n: int, noise: float) -> Made:
    """Return two spans, and those that the model finds."""
    spans = [[0, 4, "PER"], [10 + n % 5, 20, "LOC"]]
    found = [span for span in spans if blurred(n, noise).random() > 0.05 + noise / 2]
    return spans, [{"start": s, "end": e, "entity_group": kind} for s, e, kind in found]


def multilabel(n: int, noise: float) -> Made:
    """Return labels, and their probabilities."""
    wanted, dice = {WORDS[n % 8], WORDS[(n + 3) % 8]}, blurred(n, noise)
    right = {name: dice.random() > 0.03 + noise / 3 for name in WORDS}
    return sorted(wanted), {name: 0.9 if (name in wanted) == right[name] else 0.1 for name in WORDS}


def ranking(n: int, noise: float) -> Made:
    """Return relevances, and scores near them."""
    wanted, dice = [float((n + i) % 4) for i in range(6)], blurred(n, noise)
    return wanted, [value + dice.gauss(0, 0.5 + 4 * noise) for value in wanted]


def quantiles(n: int, noise: float) -> Made:
    """Return a number, and three quantiles about it."""
    label, dice = 10.0 + n % 13, blurred(n, noise)
    middle = label + dice.gauss(0, 1 + 4 * noise)
    return label, {"0.1": middle - 1.3, "0.5": middle, "0.9": middle + 1.3}


def custom(n: int, noise: float) -> Made:
    """Return whatever a scorer compares."""
    return {"n": n}, {"n": n if blurred(n, noise).random() > 0.03 + noise / 2 else -1}


MAKERS: dict[Task, Callable[[int, float], Made]] = {
    "binary": binary,
    "multiclass": multiclass,
    "regression": regression,
    "text": text,
    "entities": entities,
    "multilabel": multilabel,
    "ranking": ranking,
    "quantiles": quantiles,
    "custom": custom,
}
RIGHT = {"accuracy", "within"}
MARGINS = {
    "log_loss": 0.4,
    "absolute_error": 1.0,
    "squared_error": 2.0,
    "cost": 0.3,
    "pinball": 0.3,
}
KEYS: dict[str, dict[str, Any]] = {
    "cost": {"costs": {"0": {"1": 1.0}, "1": {"0": 5.0}}},
    "multiclass cost": {
        "costs": {one: dict.fromkeys(WORDS[:3], 2.0) | {one: 0.0} for one in WORDS[:3]}
    },
    "roc_auc": {},
}
CASES = [(task, name) for task in get_args(Task) for name in (*DECIDING_METRICS[task], "scorer")]


def alike(event: dict[str, Any]) -> dict[str, list[float]]:
    """Return 1 where an answer is what the label says, in whatever way."""
    return {"scores": [float(near(item["label"], item["answer"])) for item in event["items"]]}


def near(label: Any, answer: Any) -> bool:
    """Return whether an answer is about right."""
    if isinstance(label, list) and isinstance(answer, str):
        return answer in label
    if isinstance(label, list) and label and isinstance(label[0], float):
        return bool(answer.index(max(answer)) == label.index(max(label)))
    if isinstance(label, int | float) and isinstance(answer, dict):
        return bool(abs(label - answer["0.5"]) < 2)
    if isinstance(label, float) and isinstance(answer, float):
        return abs(label - answer) < 2
    return bool(answer == label)


def evaluated(
    folder: Path,
    task: Task,
    metric: str,
    noise: dict[str, float],
    name: str = "set",
    *,
    shuffled: bool = False,
) -> QualityEvidence:
    """Return the evidence on two variants that are so noisy; `shuffled`: the canary answers other
    records than it is asked about.
    """
    make = MAKERS[task]
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps({"y": make(n, 0)[0], "n": n}) + "\n" for n in range(COUNT)))

    def rule(variant: str, body: str) -> Reply:
        number = json.loads(body)["instances"][0][0]
        if shuffled and variant == "new":
            number = random.Random(number).randrange(COUNT)
        answer = make(number, noise[variant])[1]
        return Reply(json.dumps({"predictions": [answer]}).encode(), "application/json", variant)

    keys = KEYS.get(f"{task} {metric}", KEYS.get(metric, {}))
    spec = QualityGuardSpec.model_validate(
        {
            "labelled_set": str(path),
            "label_column": "y",
            "content_type": "application/json",
            "task": task,
            "metrics": {metric: {"max_worse": MARGINS.get(metric, 0.1)}},
            "right_within": 2.0 if task == "regression" and metric in RIGHT else None,
            "answer": "predictions[0]",
            "concurrency": 1,
            "max_requests_per_second": 10_000,
            **({"scorer": ARN} if metric == "scorer" else {}),
            **keys,
        }
    )
    clock = SleptClock()
    here = World(spec, RuleInvoker(rule, clock), clock)
    return evaluate(here.request(), replace(here.ports(), own_scorer=FunctionScorer(alike, 30.0)))


@pytest.mark.parametrize(("task", "metric"), CASES)
def test_identical_models_pass(tmp_path: Path, task: Task, metric: str) -> None:
    """Enough records of no difference rule a drop of the margin out, whatever the metric."""
    evidence = evaluated(tmp_path, task, metric, {"old": 0.0, "new": 0.0})
    finding = evidence.findings[0]
    assert (finding.label, finding.drop) == ("PASS", 0), finding.reason


@pytest.mark.parametrize(("task", "metric"), CASES)
def test_swapped_models_swap_the_answer(tmp_path: Path, task: Task, metric: str) -> None:
    """A clearly worse canary fails; the same two the other way round pass."""
    worse = evaluated(tmp_path, task, metric, {"old": 0.0, "new": 1.0}).findings[0]
    better = evaluated(tmp_path, task, metric, {"old": 1.0, "new": 0.0}, "other").findings[0]
    assert (worse.label, better.label) == ("FAIL", "PASS"), (worse.reason, better.reason)


@pytest.mark.parametrize(("task", "metric"), CASES)
def test_shuffled_answers_never_pass(tmp_path: Path, task: Task, metric: str) -> None:
    """A canary whose answers belong to other records is worse, or at least never passes."""
    evidence = evaluated(tmp_path, task, metric, {"old": 0.0, "new": 0.0}, shuffled=True)
    assert evidence.label != "PASS", evidence.findings[0].reason
