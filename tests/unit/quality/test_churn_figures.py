"""The published two-variant churn example, evaluated here: every figure comes out, and so does the honest answer."""

import csv
from pathlib import Path
from typing import Any

import pytest

from canary.domain.quality import QualityGuardSpec
from canary.domain.quality_evidence import QualityEvidence
from canary.flow.evaluate import evaluate
from canary_scoring.scorer import SklearnScorer
from tests.unit.quality.variants import RuleInvoker, SleptClock, World

CHURN = Path(__file__).resolve().parents[4] / "shared" / "data" / "churn"
pytestmark = pytest.mark.skipif(
    not CHURN.is_dir(), reason="the churn example's data lies beside the project, not in it"
)

PUBLISHED = {
    (120, "baseline"): (16, 1, 4, 99, 0.958333, 0.941176, 0.80, 0.864865, 0.8950, 0.8965, 0.189932, 0.043236),
    (120, "canary"): (17, 2, 3, 98, 0.958333, 0.894737, 0.85, 0.871795, 0.9150, 0.9020, 0.197796, 0.046803),
    (334, "baseline"): (37, 3, 11, 283, 0.958084, 0.925, 0.770833, 0.840909, 0.880172, 0.918124, 0.160285, 0.037465),
    (334, "canary"): (36, 4, 12, 282, 0.952096, 0.9, 0.75, 0.818182, 0.868007, 0.926428, 0.163384, 0.039457),
}
NAMES = ("accuracy", "precision", "recall", "f1", "roc_auc_thresholded", "roc_auc", "log_loss", "brier")


def evaluated(folder: Path, last: int, **spec: Any) -> QualityEvidence:
    """Return the evidence of the last so many rows, answered with the published models' exact scores."""
    lines = (CHURN / "test-dataset.csv").read_text().splitlines()[-last:]
    with (CHURN / "scores334.csv").open() as file:
        scores = list(csv.DictReader(file))[-last:]
    by_features = {line.split(",", 1)[1]: score for line, score in zip(lines, scores, strict=True)}
    path = folder / "churn.csv"
    path.write_text("\n".join(lines) + "\n")
    clock = SleptClock()
    invoker = RuleInvoker(lambda variant, body: by_features[body]["v1" if variant == "old" else "v2"], clock)
    guard = QualityGuardSpec(labelled_set=str(path), concurrency=1, max_requests_per_second=1_000.0, **spec)
    here = World(guard, invoker, clock, scorer=SklearnScorer())
    return evaluate(here.request(), here.ports())


@pytest.mark.parametrize("last", [120, 334])
@pytest.mark.parametrize("side", ["baseline", "canary"])
def test_every_published_figure_comes_out(tmp_path: Path, last: int, side: str) -> None:
    """Confusion, accuracy, precision, recall, F1, both AUCs, log loss and Brier agree to the published digits."""
    report: Any = evaluated(tmp_path, last).report
    metrics = report[side]
    *confusion, rest = [*PUBLISHED[last, side][:4], PUBLISHED[last, side][4:]]
    assert [metrics["confusion"][cell] for cell in ("tp", "fp", "fn", "tn")] == confusion
    assert [metrics[name] for name in NAMES] == pytest.approx(list(rest), abs=1e-6)


@pytest.mark.parametrize(("last", "pairs"), [(120, (1, 1)), (334, (4, 2))])
def test_the_honest_answer_is_not_enough_evidence(tmp_path: Path, last: int, pairs: tuple[int, int]) -> None:
    """The published decision rests on two customers of 120; the product says that it cannot tell."""
    evidence = evaluated(tmp_path, last)
    finding = evidence.findings[0]
    assert (evidence.states[0].baseline_only, evidence.states[0].canary_only) == pairs
    assert (evidence.label, finding.answer, evidence.exhausted) == ("INCONCLUSIVE", "not enough evidence", True)
    assert f"{last} records can show" in finding.reason
