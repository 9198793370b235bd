"""A canary that answers the same whatever is asked passes nothing, rare as may be what it lacks."""

from pathlib import Path
from typing import Any

import pytest

from canary.domain.labelled.evidence import CallCounts
from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.plausibility.counts import AnswerTally
from canary.domain.labelled.plausibility.doubts import doubts
from canary.domain.labelled.plausibility.tally import MOST_CLASSES, tallied
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec
from tests.unit.quality.test_blind_baseline import COUNT, evaluated, rng

RARE = [n % 33 == 0 for n in range(COUNT)]
SPANS: list[Any] = [[[n % 7, n % 7 + 4, "PER"]] if rare else [] for n, rare in enumerate(RARE)]
SETS: list[Any] = [["toxic"] if rare else ["fine"] for rare in RARE]
TEXTS = [f"escalate {n % 50}" if rare else "no action" for n, rare in enumerate(RARE)]
NUMBERS = [round(rng("number", n).gauss(50, 10), 1) for n in range(COUNT)]
TASKS: dict[str, tuple[list[Any], Any, dict[str, Any]]] = {
    "entities": (SPANS, [], {"metrics": {"entity_f1": {"max_worse": 0.08}}}),
    "multilabel": (SETS, ["fine"], {"metrics": {"multilabel_f1": {"max_worse": 0.08}}}),
    "text": (TEXTS, "no action", {"metrics": {"exact": {"max_worse": 0.08}}}),
    "regression": (
        NUMBERS,
        50,
        {"metrics": {"accuracy": {"max_worse": 0.08}}, "right_within": 25.0},
    ),
}


@pytest.mark.parametrize("task", TASKS)
def test_a_canary_that_answers_the_same_to_everything_passes_nothing(
    tmp_path: Path, task: str
) -> None:
    """The baseline is right; what the canary lacks is rarer than the margin."""
    labels, constant, keys = TASKS[task]
    found = evaluated(
        tmp_path, labels, lambda v, n: constant if v == "new" else labels[n], task=task, **keys
    )
    assert found.label == "NO_DATA"
    assert "the canary answers the same to all" in found.findings[0].reason


@pytest.mark.parametrize("task", TASKS)
def test_a_canary_that_answers_as_the_baseline_passes(tmp_path: Path, task: str) -> None:
    """The same sets and margins."""
    labels, _, keys = TASKS[task]
    assert evaluated(tmp_path, labels, lambda _, n: labels[n], task=task, **keys).label == "PASS"


def test_a_canary_that_finds_one_entity_is_no_better_than_one_that_finds_none(
    tmp_path: Path,
) -> None:
    """Its answers are not all the same, and it is as good as nothing."""
    labels, _, keys = TASKS["entities"]

    def rule(variant: str, n: int) -> list[Any]:
        right: list[Any] = labels[n]
        return right if variant == "old" or n == 0 else [] if n % 300 else [[0, 1, "PER"]]

    found = evaluated(tmp_path, labels, rule, task="entities", **keys)
    assert found.label == "NO_DATA"
    assert "not shown to be better than an answer of nothing" in found.findings[0].reason


def test_a_canary_as_far_off_as_the_labels_median_passes_nothing(tmp_path: Path) -> None:
    """Its numbers differ, and say nothing of the record."""
    labels, _, keys = TASKS["regression"]

    def rule(variant: str, n: int) -> float:
        noise = rng("noise", n).gauss(0, 2)
        return noise + (50 if variant == "new" else float(labels[n]))

    found = evaluated(tmp_path, labels, rule, task="regression", **keys)
    assert found.label == "NO_DATA"
    assert "the canary is as far off as always answering the labels' median" in (
        found.findings[0].reason
    )


def test_classes_beyond_those_counted_leave_every_part_within_its_whole() -> None:
    """Twice as many classes as are counted, in three rounds: the gate can still be asked."""
    spec = QualityGuardSpec(labelled_set="s", task="multiclass")
    tally, records = AnswerTally(), 0
    for part in range(3):
        names = [str(rng("class", part, n).randrange(2 * MOST_CLASSES)) for n in range(2_000)]
        told = [
            AnswerPair(name, Prediction(name), Prediction(name if n % 3 else "other"))
            for n, name in enumerate(names)
        ]
        tally, records = tallied(tally, told, spec, None), records + len(names)
    assert len(tally.labels) == MOST_CLASSES
    assert not tally.complete
    assert tally.found is not None
    for name, count in (tally.right | tally.found).items():
        assert count <= tally.labels[name] <= tally.baseline[name]
    assert doubts(tally, (), CallCounts(used=records), spec) == ()


ITEMS = [{f"i{k}": rng("gain", n, k).choice([0, 0, 1, 2]) for k in range(4)} for n in range(COUNT)]
POPULAR = [{**gains, "i0": 2} for gains in ITEMS]


@pytest.mark.parametrize(("shuffled", "label"), [(True, "NO_DATA"), (False, "PASS")])
def test_a_ranking_for_another_record_passes_nothing(
    tmp_path: Path, *, shuffled: bool, label: str
) -> None:
    """What everybody likes is nearly as good by NDCG, and tells nothing of the record."""

    def rule(variant: str, n: int) -> list[str]:
        other = rng("other", n).randrange(COUNT) if shuffled and variant == "new" else n
        return sorted(POPULAR[other], key=lambda item: -POPULAR[other][item])

    metrics = {"ndcg": {"max_worse": 0.15}}
    found = evaluated(tmp_path, list(POPULAR), rule, task="ranking", metrics=metrics)
    assert found.label == label, found.findings[0].reason
    assert ("without looking, and the baseline is" in found.findings[0].reason) is shuffled
