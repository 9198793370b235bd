"""The report in bounded memory: chunks add up to what scikit-learn says of all records at once."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from canary.domain.plan.quality import QualityGuardSpec
from canary.ports.quality import NO_SLICE, ScoredPairs
from canary_scoring.sample import Rows, Sample
from canary_scoring.scorer import SklearnScorer

RANDOM = np.random.default_rng(11)


def reported(spec: QualityGuardSpec, chunks: list[ScoredPairs]) -> Any:
    """Return the report on chunks of pairs."""
    scoring = SklearnScorer().begin(spec)
    for chunk in chunks:
        scoring.add(chunk)
    return scoring.report()


def cut(pairs: ScoredPairs, at: tuple[int, ...]) -> list[ScoredPairs]:
    """Return the pairs in chunks; one of them is empty."""
    ends = (0, *at, len(pairs.labels))

    def side(one: tuple[Any, Any], start: int, end: int) -> tuple[Any, Any]:
        return one[0][start:end], one[1][start:end]

    return [
        ScoredPairs(
            pairs.classes,
            pairs.labels[start:end],
            pairs.slice_names,
            pairs.slices[start:end],
            side(pairs.baseline, start, end),
            side(pairs.canary, start, end),
        )
        for start, end in pairwise(ends)
    ]


def binary_pairs(count: int) -> ScoredPairs:
    """Return scored pairs of a binary task in two slices."""
    labels = RANDOM.integers(0, 2, count)
    sides = [np.clip(0.3 + 0.4 * labels + RANDOM.normal(0, 0.25, count), 0, 1) for _ in range(2)]
    slices = RANDOM.integers(NO_SLICE, 2, count)
    scored = [((scores > 0.5).astype(int).tolist(), scores.tolist()) for scores in sides]
    return ScoredPairs(
        [], labels.tolist(), ["north", "south"], slices.tolist(), scored[0], scored[1]
    )


def approx(expected: Any) -> Any:
    """Return nested numbers as approximations: sums in another order differ in their last bits."""
    if isinstance(expected, dict):
        return {key: approx(value) for key, value in expected.items()}
    if isinstance(expected, list):
        return [approx(value) for value in expected]
    return pytest.approx(expected, rel=1e-9, abs=1e-12) if isinstance(expected, float) else expected


def test_binary_chunks_add_up() -> None:
    """Cut anywhere, the report is that of one chunk; and that is what scikit-learn says."""
    spec, pairs = QualityGuardSpec(labelled_set="set.csv", slice_column=1), binary_pairs(1_000)
    whole = reported(spec, [pairs])
    assert reported(spec, cut(pairs, (1, 1, 300, 777))) == approx(whole)
    labels, (decisions, scores) = pairs.labels, pairs.canary
    expected = {
        "accuracy": metrics.accuracy_score(labels, decisions),
        "precision": metrics.precision_score(labels, decisions),
        "recall": metrics.recall_score(labels, decisions),
        "f1": metrics.f1_score(labels, decisions),
        "roc_auc_thresholded": metrics.roc_auc_score(labels, decisions),
        "roc_auc": metrics.roc_auc_score(labels, scores),
        "log_loss": metrics.log_loss(labels, scores),
        "brier": metrics.brier_score_loss(labels, scores),
    }
    assert {name: whole["canary"][name] for name in expected} == approx(expected)
    assert "sample" not in whole


def test_multiclass_chunks_add_up() -> None:
    """Classes that appear late change nothing about the averages; the confusion is in the order of
    the names.
    """
    names = ["dog", "cat", "bird", "ape"]
    labels = np.sort(RANDOM.integers(0, 4, 400))
    sides = [
        np.where(RANDOM.random(400) < 0.8, labels, RANDOM.integers(0, 4, 400)) for _ in range(2)
    ]
    scored = [(side.tolist(), RANDOM.random(400).tolist()) for side in sides]
    pairs = ScoredPairs(names, labels.tolist(), [], [NO_SLICE] * 400, scored[0], scored[1])
    spec = QualityGuardSpec(labelled_set="set.csv", task="multiclass")
    whole = reported(spec, [pairs])
    assert reported(spec, cut(pairs, (50, 200))) == approx(whole)
    expected = metrics.precision_recall_fscore_support(
        labels, sides[1], average="macro", zero_division=0
    )[:3]
    found = whole["canary"]
    assert [found["precision_macro"], found["recall_macro"], found["f1_macro"]] == approx(
        [float(v) for v in expected]
    )
    told, true = [names[code] for code in sides[1]], [names[code] for code in labels]
    matrix = metrics.confusion_matrix(true, told, labels=sorted(names)).tolist()
    assert found["confusion"] == {"classes": sorted(names), "matrix": matrix}
    assert found["log_loss"] == pytest.approx(-np.log(scored[1][1]).mean())


def test_regression_chunks_add_up() -> None:
    """Errors and R2 of the whole, the labels' spread included."""
    labels = RANDOM.normal(1e6, 3, 500)
    sides = [labels + RANDOM.normal(0, 1, 500) for _ in range(2)]
    scored = [([0] * 500, side.tolist()) for side in sides]
    pairs = ScoredPairs([], labels.tolist(), [], [NO_SLICE] * 500, scored[0], scored[1])
    spec = QualityGuardSpec(labelled_set="set.csv", task="regression", right_within=0.5)
    found = reported(spec, cut(pairs, (1, 100, 499)))["canary"]
    expected = {
        "mae": metrics.mean_absolute_error(labels, sides[1]),
        "rmse": metrics.root_mean_squared_error(labels, sides[1]),
        "r2": metrics.r2_score(labels, sides[1]),
    }
    assert {name: found[name] for name in expected} == {
        k: pytest.approx(v, rel=1e-6) for k, v in expected.items()
    }


def test_beyond_the_sample_ranks_speak_of_a_part_and_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sums stay exact; AUC and curve are the sample's, near those of all records, and the report
    names them.
    """
    monkeypatch.setattr(Sample.__init__, "__defaults__", (2_000,))
    spec, pairs = QualityGuardSpec(labelled_set="set.csv", slice_column=1), binary_pairs(6_000)
    found = reported(spec, cut(pairs, (2_500, 5_000)))
    assert found["sample"] == {
        "metrics": ["roc_auc", "roc_curve", "score_shift"],
        "records": 2_000,
        "of": 6_000,
    }
    assert found["canary"]["records"] == 6_000
    assert found["canary"]["accuracy"] == metrics.accuracy_score(pairs.labels, pairs.canary[0])
    exact = metrics.roc_auc_score(pairs.labels, pairs.canary[1])
    assert found["canary"]["roc_auc"] == pytest.approx(exact, abs=0.03)
    assert found["canary"]["roc_auc"] != exact


def test_the_sample_is_uniform_and_repeatable() -> None:
    """Every record is as likely to stay, whichever chunk it came in."""
    kept = []
    for _ in range(2):
        some = Sample(1_000)
        for start in range(0, 10_000, 2_500):
            column = np.arange(start, start + 2_500, dtype=float)
            some.add(Rows(column, np.zeros(2_500, dtype=int), column, column))
        kept.append(some.rows.labels)
    assert np.array_equal(kept[0], kept[1])
    share = np.histogram(kept[0], bins=4, range=(0, 10_000))[0]
    assert (share.sum(), bool((abs(share - 250) < 60).all())) == (
        1_000,
        True,
    )  # four standard errors
