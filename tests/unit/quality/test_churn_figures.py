"""The published two-variant churn example, evaluated here: every figure comes out, and so does the
honest answer.
"""

from pathlib import Path
from typing import Any

import pytest

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate
from canary_scoring.scorer import SklearnScorer
from tests.unit.quality.churn import CELLS, NAMES, PUBLISHED, last_rows, needs_churn, scores
from tests.unit.quality.variants import RuleInvoker, SleptClock, World

pytestmark = needs_churn


def evaluated(folder: Path, last: int) -> QualityEvidence:
    """Return the evidence of the last so many rows, answered with the published models' exact
    scores.
    """
    known, clock = scores(), SleptClock()
    guard = QualityGuardSpec(
        labelled_set=str(last_rows(folder, last)), concurrency=1, max_requests_per_second=1_000.0
    )
    here = World(
        guard,
        RuleInvoker(lambda variant, body: known[body][variant], clock),
        clock,
        scorer=SklearnScorer(),
    )
    return evaluate(here.request(baseline="Variant1", canary="Variant2"), here.ports())


@pytest.mark.parametrize(("last", "variant"), PUBLISHED)
def test_every_published_figure_comes_out(tmp_path: Path, last: int, variant: str) -> None:
    """Confusion, accuracy, precision, recall, F1, both AUCs, log loss and Brier agree to the
    published digits.
    """
    report: Any = evaluated(tmp_path, last).report
    metrics = report["baseline" if variant == "Variant1" else "canary"]
    expected = PUBLISHED[last, variant]
    assert tuple(metrics["confusion"][cell] for cell in CELLS) == expected[:4]
    assert [metrics[name] for name in NAMES] == pytest.approx(list(expected[4:]), abs=1e-6)


@pytest.mark.parametrize(("last", "pairs"), [(120, (1, 1)), (334, (4, 2))])
def test_the_honest_answer_is_not_enough_evidence(
    tmp_path: Path, last: int, pairs: tuple[int, int]
) -> None:
    """The published decision rests on two customers of 120; the product says that it cannot
    tell.
    """
    evidence = evaluated(tmp_path, last)
    finding = evidence.findings[0]
    assert (evidence.states[0].baseline_only, evidence.states[0].canary_only) == pairs
    assert (evidence.label, finding.answer, evidence.exhausted) == (
        "INCONCLUSIVE",
        "not enough evidence",
        True,
    )
    assert f"{last} records can show" in finding.reason
