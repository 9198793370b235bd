"""What a baseline of a number or of several parts must be better than, and what both variants'
answers must have in common, over a whole evaluation.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate
from canary.ports.quality import Reply
from tests.unit.quality.variants import RuleInvoker, SleptClock, World

COUNT = 900
Rule = Callable[[str, int], Any]


def rng(*parts: object) -> random.Random:
    """Return a generator of its own for these parts."""
    return random.Random(" ".join(map(str, parts)))


def evaluated(folder: Path, labels: list[Any], rule: Rule, **keys: Any) -> QualityEvidence:
    """Return the evidence of two variants that answer a record's number by a rule."""
    path = folder / "set.jsonl"
    rows = ({"y": label, "n": n} for n, label in enumerate(labels))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def answer(variant: str, body: str) -> Reply:
        number = json.loads(body)["instances"][0][0]
        said = json.dumps({"predictions": [rule(variant, int(number))]}).encode()
        return Reply(said, "application/json", variant)

    given = {"answer": "predictions[0]", "content_type": "application/json", "label_column": "y"}
    spec = QualityGuardSpec.model_validate(
        {"labelled_set": str(path), "concurrency": 1, "max_requests_per_second": 10_000}
        | given
        | keys
    )
    clock = SleptClock()
    here = World(spec, RuleInvoker(answer, clock), clock)
    return evaluate(here.request(), here.ports())


NUMBERS = [round(rng("label", n).uniform(1, 100), 2) for n in range(COUNT)]


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("thousands", lambda y: y / 1_000),
        ("cents", lambda y: y * 100),
        ("shifted", lambda y: y + 90),
    ],
)
def test_a_baseline_further_off_than_the_middle_is_no_data(
    tmp_path: Path, name: str, scale: Callable[[float], float]
) -> None:
    """In order, and as far off as can be: both look equal, and nothing passes."""

    def rule(variant: str, n: int) -> float:
        return scale(NUMBERS[n] + rng(n, variant).gauss(0, 2 if variant == "old" else 9))

    metrics = {"absolute_error": {"max_worse": 3}}
    found = evaluated(tmp_path, NUMBERS, rule, task="regression", metrics=metrics)
    assert (name, found.label) == (name, "NO_DATA")
    assert "labels' median would be off by" in found.findings[0].reason
    assert ("times the size of the labels" in found.findings[0].reason) == (name != "shifted")


def test_a_canary_that_answers_nothing_now_and_then_does_not_pass_under_a_learnt_cap(
    tmp_path: Path,
) -> None:
    """No answer costs fifty margins, not the baseline's worst error."""

    def rule(variant: str, n: int) -> float | None:
        if variant == "new" and n % 20 == 3:
            return None
        return NUMBERS[n] + rng(n, variant).gauss(0, 2)

    metrics = {"absolute_error": {"max_worse": 1}}
    found = evaluated(tmp_path, NUMBERS, rule, task="regression", metrics=metrics)
    assert found.label in {"FAIL", "INCONCLUSIVE"}


def test_a_canary_far_off_now_and_then_does_not_pass_under_a_learnt_cap(tmp_path: Path) -> None:
    """The mean without the cap is told, and holds a pass back that it contradicts."""

    def rule(variant: str, n: int) -> float:
        far = 60 if variant == "new" and n % 66 == 7 else 0
        return NUMBERS[n] + (1 if n % 2 else -1) + far

    metrics = {"absolute_error": {"max_worse": 0.5}}
    found = evaluated(tmp_path, NUMBERS, rule, task="regression", metrics=metrics)
    assert found.label in {"FAIL", "INCONCLUSIVE"}
    assert "without it" in found.findings[0].reason


GRADES = [[rng("grade", n, k).choice([0, 0, 1, 2, 3]) for k in range(6)] for n in range(COUNT)]


def ordered(variant: str, n: int) -> list[int]:
    """Return item indexes, best first; the canary's order is far worse."""
    noise = {"old": 0.5, "new": 6.0}[variant]
    scores = [grade + rng(n, k, variant).gauss(0, noise) for k, grade in enumerate(GRADES[n])]
    return sorted(range(6), key=lambda item: -scores[item])


RANKINGS: dict[str, Rule] = {
    "ranks from 1": lambda v, n: [ordered(v, n).index(item) + 1 for item in range(6)],
    "ranks from 0": lambda v, n: [ordered(v, n).index(item) for item in range(6)],
    "indexes from 0": ordered,
    "indexes from 1": lambda v, n: [item + 1 for item in ordered(v, n)],
}


@pytest.mark.parametrize("kind", RANKINGS)
def test_whole_numbers_in_a_row_are_refused_until_the_spec_says_what_they_are(
    tmp_path: Path, kind: str
) -> None:
    """With the key the worse canary fails."""
    metrics = {"ndcg": {"max_worse": 0.05}}
    with pytest.raises(Refused, match="ranked_by"):
        evaluated(tmp_path, GRADES, RANKINGS[kind], task="ranking", metrics=metrics)
    said = "ranks" if "ranks" in kind else "order"
    found = evaluated(
        tmp_path, GRADES, RANKINGS[kind], task="ranking", metrics=metrics, ranked_by=said
    )
    assert found.label == "FAIL"


@pytest.mark.parametrize(("ranked_by", "label"), [(None, "NO_DATA"), ("distances", "FAIL")])
def test_distances_are_no_scores(tmp_path: Path, ranked_by: str | None, label: str) -> None:
    """An order worse than the same turned round is not believed."""

    def rule(variant: str, n: int) -> list[float]:
        noise = {"old": 0.5, "new": 6.0}[variant]
        return [10 - g + rng(n, k, variant).gauss(0, noise) for k, g in enumerate(GRADES[n])]

    found = evaluated(tmp_path, GRADES, rule, task="ranking", ranked_by=ranked_by)
    assert found.label == label


def test_quantiles_of_two_sets_are_refused_until_some_are_named(tmp_path: Path) -> None:
    """Their means are of different things; those of the shared one are comparable."""

    def rule(variant: str, n: int) -> dict[str, float]:
        middle = NUMBERS[n] + rng(n, variant).gauss(0, 3 if variant == "old" else 30)
        wide = {"0.01": middle - 50, "0.99": middle + 50} if variant == "new" else {}
        return {"0.5": middle, **wide}

    metrics = {"pinball": {"max_worse": 0.5}}
    with pytest.raises(Refused, match=r"--quantiles 0\.5"):
        evaluated(tmp_path, NUMBERS, rule, task="quantiles", metrics=metrics)
    found = evaluated(tmp_path, NUMBERS, rule, task="quantiles", metrics=metrics, quantiles=[0.5])
    assert found.label == "FAIL"


def test_quantiles_that_change_on_the_way_say_nothing(tmp_path: Path) -> None:
    """What the first answers had in common must hold to the end."""

    def rule(variant: str, n: int) -> dict[str, float]:
        middle = NUMBERS[n] + rng(n).gauss(0, 3)
        return {"0.01" if variant == "new" and n % 200 == 5 else "0.5": middle}

    metrics = {"pinball": {"max_worse": 0.5}}
    found = evaluated(tmp_path, NUMBERS, rule, task="quantiles", metrics=metrics)
    assert found.label == "NO_DATA"
    assert "different quantiles" in found.findings[0].reason


SPANS: list[list[Any]] = [
    [] if rng("s", n).random() < 0.45 else [[3, 8, "PER"], [10, 15, "LOC"]] for n in range(COUNT)
]
SETS: list[list[str]] = [
    [] if rng("m", n).random() < 0.45 else rng("x", n).sample("abc", 2) for n in range(COUNT)
]


def test_entities_that_are_never_found_are_no_data(tmp_path: Path) -> None:
    """Records with nothing to find carry no pass."""

    def rule(_: str, n: int) -> list[Any]:
        return [
            {"entity_group": kind, "start": start, "end": end - 1} for start, end, kind in SPANS[n]
        ]

    found = evaluated(tmp_path, SPANS, rule, task="entities")
    assert found.label == "NO_DATA"
    assert "no better than an answer of nothing" in found.findings[0].reason


@pytest.mark.parametrize("told", ["LABEL_9", "A"])
def test_names_that_are_no_labels_of_the_set_are_refused(tmp_path: Path, told: str) -> None:
    """Nothing they say could be right."""
    with pytest.raises(Refused, match="are none of the 3 in the labels"):
        evaluated(tmp_path, SETS, lambda _, n: [told] if SETS[n] else [], task="multilabel")


def test_the_commonest_label_set_alone_is_no_data(tmp_path: Path) -> None:
    """An answer that never looks is not believed, however often it is partly right."""
    found = evaluated(tmp_path, SETS, lambda _, __: ["a"], task="multilabel")
    assert found.label == "NO_DATA"


def test_the_same_text_for_every_record_is_no_data(tmp_path: Path) -> None:
    """Right on two of three, and without looking."""
    labels = ["yes" if n % 3 else "no" for n in range(COUNT)]
    metrics = {"exact": {"max_worse": 0.05}}
    found = evaluated(tmp_path, labels, lambda _, __: "yes", task="text", metrics=metrics)
    assert found.label == "NO_DATA"
    assert "without looking" in found.findings[0].reason


def test_log_loss_of_a_part_of_the_classes_is_refused(tmp_path: Path) -> None:
    """A class that is not told is no certain mistake."""
    labels = ["abc"[rng("c", n).randrange(3)] for n in range(COUNT)]

    def rule(variant: str, n: int) -> list[dict[str, Any]]:
        other = "abc"[("abc".index(labels[n]) + 1) % 3]
        top = [{"label": labels[n], "score": 0.8}, {"label": other, "score": 0.2}]
        third = next(one for one in "abc" if one not in {labels[n], other})
        return top if variant == "old" else [*top, {"label": third, "score": 0.0}]

    metrics = {"log_loss": {"max_worse": 0.1}}
    with pytest.raises(Refused, match="2 of 3 classes"):
        evaluated(tmp_path, labels, rule, task="multiclass", metrics=metrics)
