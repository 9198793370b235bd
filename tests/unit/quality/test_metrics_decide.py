"""Recall, log loss and AUC as deciding metrics, end to end on variants with known faults."""

import math
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.evidence import QualityFinding
from canary.domain.labelled.metrics import known_cap, scorer_of
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec, QualityMargin
from canary.flow.labelled.evaluate import evaluate
from tests.unit.quality.variants import Answerer, world

GUARD = QualityGuardSpec(labelled_set="set.csv")


def scored(noise: dict[str, float], seed: int = 1) -> Answerer:
    """Return variants whose scores are the label blurred by so much noise."""

    def rule(variant: str, body: str) -> str:
        rng = random.Random(f"{seed} {body}")
        shared, own = rng.gauss(0, 1), random.Random(f"{seed} {body} {variant}").gauss(0, 1)
        margin = (2 * (int(body) % 2) - 1) * 1.5 + 0.8 * shared + noise.get(variant, 0.1) * own
        return f"{1 / (1 + math.exp(-margin)):.6f}"

    return rule


def finding_of(
    folder: Path, metric: str, margin: float, rule: Answerer, count: int = 3_000
) -> QualityFinding:
    """Return the finding of one deciding metric."""
    here = world(folder, {}, count=count, rule=rule, metrics={metric: {"max_worse": margin}})
    return evaluate(here.request(), here.ports()).findings[0]


@pytest.mark.parametrize(
    ("metric", "margin"),
    [("accuracy", 0.03), ("recall", 0.06), ("log_loss", 0.1), ("roc_auc", 0.02)],
)
def test_a_noisier_canary_is_worse(tmp_path: Path, metric: str, margin: float) -> None:
    """Every deciding metric stops a canary whose scores are clearly blurred."""
    found = finding_of(tmp_path, metric, margin, scored({"new": 3.0}))
    assert (found.label, found.answer) == ("FAIL", "worse")
    assert found.drop is not None
    assert found.drop > margin / 2


@pytest.mark.parametrize(
    ("metric", "margin"),
    [("accuracy", 0.03), ("recall", 0.06), ("log_loss", 0.1), ("roc_auc", 0.02)],
)
def test_an_equal_canary_passes(tmp_path: Path, metric: str, margin: float) -> None:
    """Every deciding metric passes a canary that is as good."""
    found = finding_of(tmp_path, metric, margin, scored({}))
    assert found.label == "PASS"


def test_recall_counts_positives_alone(tmp_path: Path) -> None:
    """Errors on negatives cost no recall."""

    def rule(variant: str, body: str) -> str:
        number = int(body)
        return "1" if variant == "new" and number % 4 == 0 else str(number % 2)

    found = finding_of(tmp_path, "recall", 0.05, rule)
    assert (found.label, found.drop) == ("PASS", 0)


@pytest.mark.parametrize("metric", ["log_loss", "roc_auc"])
def test_labels_without_scores_are_refused(tmp_path: Path, metric: str) -> None:
    """A metric of scores says nothing on bare labels: told before any record counts."""
    rule: Answerer = lambda _, body: "true" if int(body) % 2 else "false"  # noqa: E731
    with pytest.raises(Refused, match=f"{metric} needs probabilities"):
        finding_of(tmp_path, metric, 0.05, rule, count=700)


def test_auc_below_its_floor_says_so(tmp_path: Path) -> None:
    """The approximation does not speak of small sets, however clear they look."""
    found = finding_of(tmp_path, "roc_auc", 0.02, scored({"new": 5.0}), count=300)
    assert (found.label, found.records) == ("INCONCLUSIVE", 300)
    assert "500 records" in found.reason


def test_every_metric_must_pass(tmp_path: Path) -> None:
    """Two metrics pass together or not at all; each needs twice the evidence to stop the canary."""
    metrics = {"accuracy": {"max_worse": 0.03}, "recall": {"max_worse": 0.06}}
    here = world(tmp_path, {}, count=2_000, metrics=metrics)
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == "PASS"
    assert [f.log_roll_back_threshold for f in evidence.findings] == pytest.approx(
        [math.log(80)] * 2
    )


@pytest.mark.parametrize(
    ("metric", "label", "prediction", "expected"),
    [
        ("accuracy", 1, Prediction("1", 0.9), 1),
        ("accuracy", 1, Prediction("0", 0.1), 0),
        ("accuracy", 1, None, 0),
        ("recall", 0, Prediction("0", 0.1), None),
        ("recall", 1, None, 0),
        ("log_loss", 1, Prediction("1", 1.0), 1),
        ("log_loss", 0, Prediction("1", 1.0), 0),
        ("log_loss", 1, Prediction("1", 0.5), 1 - math.log(2) / -math.log(sys.float_info.epsilon)),
        ("log_loss", 1, Prediction("1", None), None),
        ("log_loss", 1, None, 0),
    ],
)
def test_scores(
    metric: str, label: Any, prediction: Prediction | None, expected: float | None
) -> None:
    """A prediction's score is 0 to 1, an error's 0, and None where the metric does not speak of
    the record.
    """
    cap = known_cap(metric, QualityMargin(max_worse=0.1), GUARD)
    assert cap is not None
    found = scorer_of(metric, GUARD, cap)(label, prediction)
    assert found == (expected if expected is None else pytest.approx(expected))
