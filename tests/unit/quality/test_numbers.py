"""Regressions whose labels are mostly 0, or beyond what a double can square."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from canary.domain.errors import Refused
from canary_scoring.regression import RegressionTally
from tests.unit.quality.test_blind_baseline import COUNT, evaluated, rng
from tests.unit.quality.variants import world

RARE = [rng("rare", n).random() < 0.06 for n in range(COUNT)]
SALES = [round(rng("size", n).expovariate(1 / 400), 1) if RARE[n] else 0.0 for n in range(COUNT)]
BOTH = {"absolute_error": {"max_worse": 1.0}, "squared_error": {"max_worse": 2_000.0}}


def near(salt: str, n: int, share: float) -> float:
    """Return an answer that is off by a share of what was sold, and never below 0."""
    return SALES[n] * (1 + share * rng(salt, n).uniform(-1, 1))


@pytest.mark.parametrize(
    ("share", "labels"), [(0.2, {"PASS"}), (2.5, {"FAIL", "NO_DATA"})], ids=["equal", "far off"]
)
@pytest.mark.parametrize("metrics", [["squared_error"], list(BOTH)], ids=" ".join)
def test_labels_that_are_mostly_0_are_decided(
    tmp_path: Path, metrics: list[str], share: float, labels: set[str]
) -> None:
    """The first 50 records tell no loss at all, and the margin is still one that a model which
    answers 0 to everything would fail.
    """
    found = evaluated(
        tmp_path,
        SALES,
        lambda v, n: near(v, n, 0.2 if v == "old" else share),
        task="regression",
        metrics={name: BOTH[name] for name in metrics},
    )
    assert found.label in labels, [one.reason for one in found.findings]


def test_answers_that_fit_the_mean_are_no_blind_ones(tmp_path: Path) -> None:
    """Most labels are 0, so 0 is nearer to them than the best guess of their mean is; by squares
    the baseline is far better than any constant.
    """
    found = evaluated(
        tmp_path,
        SALES,
        lambda _, n: near("v", n, 0.2) + 12,
        task="regression",
        metrics=BOTH,
    )
    assert found.label == "PASS", [one.reason for one in found.findings]


@pytest.mark.parametrize("metric", ["absolute_error", "squared_error"])
def test_a_margin_that_a_constant_answer_passes_is_no_evidence(tmp_path: Path, metric: str) -> None:
    """It is wider than all that is to be lost."""
    found = evaluated(
        tmp_path,
        SALES,
        lambda v, n: near(v, n, 0.2),
        task="regression",
        metrics={metric: {"max_worse": 1e6}},
    )
    assert found.label == "NO_DATA"
    assert "within max_worse 1e+06: narrow it" in found.findings[0].reason


@pytest.mark.parametrize("size", [1e101, 1e154, 1e160, 1e308])
def test_labels_beyond_what_can_be_squared_are_refused(tmp_path: Path, size: float) -> None:
    """No R2 is told that is no number."""
    with pytest.raises(Refused, match=r"beyond 1e\+100"):
        evaluated(
            tmp_path,
            [size * (n + 1) / COUNT for n in range(COUNT)],
            lambda _, n: n,
            task="regression",
            right_within=1.0,
        )


@pytest.mark.parametrize("metric", ["absolute_error", "squared_error", "relative_error"])
def test_one_answer_beyond_all_numbers_is_an_error_of_its_variant(
    tmp_path: Path, metric: str
) -> None:
    """An overflow in a model neither ends the evaluation nor makes any figure infinite."""

    def rule(variant: str, body: str) -> str:
        n = int(body)
        return "1e200" if variant == "new" and n % 20 == 7 else str(n % 2 + n / 1_000)

    here = world(
        tmp_path,
        {},
        rule=rule,
        task="regression",
        metrics={metric: {"max_worse": 0.01, "cap": 1.0}},
    )
    found: Any = evaluate_of(here)
    assert found.findings[0].label == "FAIL"
    assert found.counts.errors_canary >= 5
    assert "beyond 1e+100" in found.findings[0].reason


def evaluate_of(here: Any) -> Any:
    """Return a world's evidence, every number of which JSON can tell."""
    from canary.flow.labelled.evaluate import evaluate  # noqa: PLC0415 - of this test alone

    found = evaluate(here.request(), here.ports())
    json.dumps(json.loads(found.model_dump_json()), allow_nan=False)
    return found


def test_labels_too_small_to_square_have_no_r2() -> None:
    """Their sum of squares is 0 in a double, and they are not all the same."""
    tally = RegressionTally(0.0)
    labels = np.array([1e-200, -3e-200, 2e-200])
    tally.add(labels, labels * 2, labels)
    assert tally.metrics([])["r2"] is None
    assert math.isfinite(tally.metrics([])["rmse"])
