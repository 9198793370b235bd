"""The report by scikit-learn: per variant, by slice, for every task."""

from typing import Any

import pytest

from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.columns import OTHER_SLICES, Columns
from canary_scoring.scorer import SklearnScorer

Answer = tuple[Label, Prediction | None, Prediction | None, str | None]


def report(answers: list[Answer], **fields: Any) -> Any:
    """Return the report on these answers."""
    spec = QualityGuardSpec(labelled_set="set.csv", **fields)
    columns = Columns(spec, SklearnScorer().begin(spec))
    for label, baseline, canary, slice_ in answers:
        columns.add([AnswerPair(label, baseline, canary, slice_)])
    return columns.report()


def binary(score: float) -> Prediction:
    """Return a binary prediction."""
    return Prediction(str(int(score > 0.5)), score)


def test_slices_show_a_segment_that_went_down() -> None:
    """Better on average and worse for one segment is seen."""
    north = [(i % 2, binary(0.9 * (1 - i % 2)), binary(0.9 * (i % 2)), "north") for i in range(10)]
    south = [(i % 2, binary(0.9 * (i % 2)), binary(0.9 * (1 - i % 2)), "south") for i in range(4)]
    found = report([*north, *south], slice_column=1)
    assert found["difference"]["accuracy"] > 0
    by_name = {one["slice"]: one for one in found["slices"]}
    assert (by_name["south"]["difference"]["accuracy"], by_name["south"]["records"]) == (-1, 4)
    assert by_name["south"]["discordant"] == {"baseline_only": 4, "canary_only": 0}


def test_an_empty_slice_name_and_too_many_slices() -> None:
    """An empty value is a slice of its own; beyond a thousand the rest are one."""
    found = report([(1, binary(0.9), binary(0.9), "")], slice_column=1)
    assert [one["slice"] for one in found["slices"]] == ["(empty)"]
    many = report(
        [(1, binary(0.9), binary(0.9), str(number)) for number in range(1_500)], slice_column=1
    )
    assert (many["slices"][0]["slice"], many["slices"][0]["records"]) == (OTHER_SLICES, 500)


def test_one_class_leaves_metrics_undefined_and_never_zero() -> None:
    """With positives alone neither AUC nor false-positive rate exists."""
    found = report([(1, binary(0.9), binary(0.2), None)] * 3)["canary"]
    undefined = ("roc_auc", "roc_auc_thresholded", "false_positive_rate", "precision", "roc_curve")
    assert [found[name] for name in undefined] == [None] * len(undefined)
    assert (found["recall"], found["accuracy"]) == (0, 0)


def test_bare_labels_have_no_score_metrics() -> None:
    """Without scores AUC, log loss and Brier are absent, and the confusion is there."""
    found = report(
        [(1, Prediction("1"), Prediction("0"), None), (0, Prediction("0"), Prediction("0"), None)]
    )
    assert [found["canary"][name] for name in ("roc_auc", "log_loss", "brier")] == [None] * 3
    assert found["canary"]["confusion"] == {"tp": 0, "fp": 0, "fn": 1, "tn": 1}
    assert found["score_shift"] is None


def test_multiclass() -> None:
    """Macro averages, log loss of the true class, and a confusion matrix with class names."""
    shares = {"cat": 0.5, "dog": 0.3, "bird": 0.2}
    right, wrong = Prediction("cat", probabilities=shares), Prediction("dog", probabilities=shares)
    found = report([("cat", right, wrong, None), ("dog", wrong, wrong, None)], task="multiclass")
    assert (found["baseline"]["accuracy"], found["canary"]["accuracy"]) == (1, 0.5)
    assert found["canary"]["log_loss"] == pytest.approx(0.948560, abs=1e-6)
    assert found["canary"]["confusion"] == {"classes": ["cat", "dog"], "matrix": [[0, 1], [0, 1]]}


def test_a_slice_of_one_class() -> None:
    """A segment in which every label and answer is the first class is a report like any other,
    without a warning.
    """
    cat, dog = Prediction("cat"), Prediction("dog")
    found = report(
        [("cat", cat, cat, "north"), ("dog", dog, dog, "south")], task="multiclass", slice_column=1
    )
    assert [one["canary"]["accuracy"] for one in found["slices"]] == [1, 1]
    alone = report([("cat", cat, cat, None)], task="multiclass")["canary"]
    assert alone["confusion"] == {"classes": ["cat"], "matrix": [[1]]}


def test_regression() -> None:
    """MAE, RMSE and R2 of the answers, and the share within the tolerance."""
    answers: list[Answer] = [
        (1.5, Prediction("1.5", 1.5), Prediction("2.5", 2.5), None),
        (3.0, Prediction("3.1", 3.1), Prediction("3.0", 3.0), None),
    ]
    found = report(answers, task="regression", right_within=0.2)
    assert (found["baseline"]["accuracy"], found["canary"]["accuracy"]) == (1, 0.5)
    assert found["canary"]["mae"] == pytest.approx(0.5)
    assert found["canary"]["rmse"] == pytest.approx(0.5**0.5)


def test_errors_are_in_no_metric() -> None:
    """Metrics speak of the records both variants answered."""
    assert (
        report([(1, binary(0.9), None, None), (0, binary(0.1), binary(0.2), None)])["records"] == 1
    )


def test_score_shift() -> None:
    """The distributions' largest gap is told."""
    found = report([(i % 2, binary(0.1 * i), binary(0.1 * i + 0.05), None) for i in range(10)])[
        "score_shift"
    ]
    assert found["largest_gap"] == pytest.approx(0.1)
    assert found["mean_absolute_change"] == pytest.approx(0.05)
