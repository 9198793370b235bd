"""Whole evaluations by kind of answer: swap the variants and the verdict swaps; shuffle one
variant's answers and it never passes.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.evaluate import evaluate
from tests.unit.quality.variants import World, world, written_set

RECORDS = 1_000
Say = Callable[[int, float], str]
"""What a model answers that decided 0 or 1, that certain of it (0.5 to 1)."""


def binary(label: int, certain: float) -> float:
    """Return P(1)."""
    return certain if label else 1 - certain


NAMES = ("no", "yes")
# kind: what is answered, keys of the spec beside task and labels
KINDS: dict[str, tuple[Say, dict[str, Any]]] = {
    "a probability": (lambda label, p: f"{binary(label, p):.4f}", {}),
    "a label": (lambda label, _: str(label), {}),
    "both probabilities": (
        lambda label, p: json.dumps([1 - binary(label, p), binary(label, p)]),
        {},
    ),
    "label and own probability": (
        lambda label, p: json.dumps({"label": NAMES[label], "probability": p}),
        {"positive_label": "yes"},
    ),
    "label and own probability in CSV": (
        lambda label, p: f"{NAMES[label]},{p:.3f}",
        {"positive_label": "yes"},
    ),
    "probabilities by name": (
        lambda label, p: json.dumps({"no": 1 - binary(label, p), "yes": binary(label, p)}),
        {"positive_label": "yes"},
    ),
    "labels and scores side by side": (
        lambda label, p: json.dumps(
            {"labels": [NAMES[label], NAMES[1 - label]], "scores": [p, 1 - p]}
        ),
        {"positive_label": "yes"},
    ),
    "one probability by name": (
        lambda label, p: json.dumps({NAMES[label]: p}),
        {"positive_label": "yes"},
    ),
    "the positive label called 0": (
        lambda label, p: json.dumps([binary(label, p), 1 - binary(label, p)]),
        {"positive_label": "0"},
    ),
    "logits": (
        lambda label, p: f"{(2 * label - 1) * 8 * (p - 0.4):.4f}",
        {"answer": {"activation": "sigmoid"}},
    ),
    "a key of its own": (
        lambda label, p: json.dumps({"churn_probability": binary(label, p)}),
        {"answer": {"score": "churn_probability", "score_of": "positive"}},
    ),
    "names to be mapped": (
        lambda label, p: json.dumps([{"label": f"LABEL_{label}", "score": p}]),
        {"positive_label": "yes", "answer": {"label_map": {"LABEL_0": "no", "LABEL_1": "yes"}}},
    ),
    "words around a label": (
        lambda label, _: json.dumps([{"generated_text": f"I would say {NAMES[label]}."}]),
        {"positive_label": "yes", "answer": {"extract": "(yes|no)"}},
    ),
}


def seeded(*parts: object) -> random.Random:
    """Return a generator of its own for these parts."""
    return random.Random(" ".join(map(str, parts)))


def label_text(label: int, keys: dict[str, Any]) -> str:
    """Return a label as the set writes it, 1 being the positive one."""
    positive = keys.get("positive_label", "1")
    return {"yes": NAMES[label], "0": str(1 - label)}.get(positive, str(label))


def models(
    folder: Path, kind: str, right: dict[str, float], seed: int, shuffled: str | None = None
) -> World:
    """Return a world in which each variant is right that often; a shuffled one answers other
    records' answers.
    """
    say, keys = KINDS[kind]
    labels = [seeded(seed, n).randrange(2) for n in range(RECORDS)]
    order = list(range(RECORDS))
    seeded(seed, "order").shuffle(order)

    def answer(variant: str, body: str) -> str:
        number = int(body)
        if variant == shuffled:
            number = order[number]
        rng = seeded(seed, number, variant)
        own = labels[number] if rng.random() < right[variant] else 1 - labels[number]
        return say(own, round(rng.uniform(0.55, 0.99), 3))

    here = world(folder, {}, count=RECORDS, rule=answer, **keys)
    rows = [(label_text(label, keys), number) for number, label in enumerate(labels)]
    written_set(folder, rows)
    return here


def verdict(here: World) -> QualityEvidence:
    """Return the evaluation's evidence."""
    return evaluate(here.request(), here.ports())


@pytest.mark.parametrize("kind", KINDS)
def test_swap_the_variants_and_the_verdict_swaps(tmp_path: Path, kind: str) -> None:
    """The worse canary fails; with the variants swapped it is the better one, and passes."""
    worse = verdict(models(tmp_path, kind, {"old": 0.95, "new": 0.75}, 1))
    better = verdict(models(tmp_path, kind, {"old": 0.75, "new": 0.95}, 1))
    assert (worse.label, worse.findings[0].answer) == ("FAIL", "worse")
    assert (better.label, better.findings[0].answer) == ("PASS", "better")


@settings(  # one in a hundred thousand shuffles looks like skill: the examples stay the same
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(sorted(KINDS)), st.sampled_from(["old", "new"]), st.integers(0, 10_000))
def test_shuffled_answers_never_pass(tmp_path: Path, kind: str, side: str, seed: int) -> None:
    """A variant whose answers are other records' is no model: whichever it is, nothing passes."""
    found = verdict(models(tmp_path, kind, {"old": 0.9, "new": 0.9}, seed, shuffled=side))
    assert found.label != "PASS"


def test_a_baseline_read_the_wrong_way_round_is_no_data(tmp_path: Path) -> None:
    """P(0) told as P(1): both variants look terrible, and the better one is not told as worse."""
    say: Say = lambda label, p: json.dumps({"p": 1 - binary(label, p)})  # noqa: E731
    KINDS["the wrong way round"] = (say, {"answer": {"score": "p", "score_of": "positive"}})
    try:
        found = verdict(models(tmp_path, "the wrong way round", {"old": 0.9, "new": 0.97}, 3))
    finally:
        del KINDS["the wrong way round"]
    assert found.label == "NO_DATA"
    assert "AUC" in found.findings[0].reason
