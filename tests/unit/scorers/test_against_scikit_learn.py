"""Each metric, averaged over records, is scikit-learn's to 1e-9 on the same answers."""

import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from canary.domain.labelled.scorers import cost, errors, probabilities, ranking, sets

LABELS = [random.Random(f"label {i}").random() < 0.4 for i in range(400)]
SCORES = [
    random.Random(f"{i}").choice([0.0, 1.0, random.Random(f"score {i}").random()])
    for i in range(400)
]
TRUTHS = [random.Random(f"truth {i}").gauss(3, 5) for i in range(400)]
ANSWERS = [truth + random.Random(f"answer {i}").gauss(0, 2) for i, truth in enumerate(TRUTHS)]
RELEVANCES = st.lists(st.integers(0, 4).map(float), min_size=2, max_size=12)


def mean(values: list[float]) -> float:
    """Return the mean."""
    return math.fsum(values) / len(values)


def test_log_loss_clips_where_scikit_learn_does() -> None:
    """Certainty in the wrong class costs 36.04 nats, as there."""
    found = mean(
        [
            probabilities.log_loss(score if label else 1 - score)
            for label, score in zip(LABELS, SCORES, strict=True)
        ]
    )
    assert found == pytest.approx(metrics.log_loss(LABELS, np.array(SCORES)), abs=1e-9)


def test_brier() -> None:
    """The mean squared distance of probabilities from what happened."""
    found = mean(
        [
            probabilities.brier(score, happened=label)
            for label, score in zip(LABELS, SCORES, strict=True)
        ]
    )
    assert found == pytest.approx(metrics.brier_score_loss(LABELS, SCORES), abs=1e-9)


@pytest.mark.parametrize(
    ("loss", "theirs"),
    [
        (errors.absolute_error, metrics.mean_absolute_error),
        (errors.relative_error, metrics.mean_absolute_percentage_error),
        (errors.squared_error, metrics.mean_squared_error),
    ],
)
def test_errors_of_numbers(
    loss: Callable[[float, float], float], theirs: Callable[[list[float], list[float]], float]
) -> None:
    """Absolute, relative and squared error, a label of 0 included."""
    truths, answers = [0.0, *TRUTHS], [0.0, *ANSWERS]
    found = mean([loss(t, a) for t, a in zip(truths, answers, strict=True)])
    assert found == pytest.approx(theirs(truths, answers), abs=1e-9, rel=1e-12)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_pinball(quantile: float) -> None:
    """The pinball loss of one quantile."""
    found = mean(
        [errors.pinball([t], {quantile: [a]}) for t, a in zip(TRUTHS, ANSWERS, strict=True)]
    )
    theirs = metrics.mean_pinball_loss(TRUTHS, ANSWERS, alpha=quantile)
    assert found == pytest.approx(theirs, abs=1e-9)


@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 4)), st.sets(st.integers(0, 4))), min_size=1, max_size=20
    )
)
def test_f1_of_label_sets(records: list[tuple[set[int], set[int]]]) -> None:
    """F1 by record, both empty counting 1."""
    wanted, told = (
        np.array([[label in record[side] for label in range(5)] for record in records], dtype=int)
        for side in (0, 1)
    )
    theirs = metrics.f1_score(wanted, told, average="samples", zero_division=1)
    found = mean([sets.f1_of_sets(*record) for record in records])
    assert found == pytest.approx(theirs, abs=1e-9)


@given(RELEVANCES, st.data(), st.none() | st.integers(1, 6))
def test_ndcg(relevances: list[float], data: st.DataObject, k: int | None) -> None:
    """NDCG at k with tied scores and with no relevant item."""
    size = len(relevances)
    scores = data.draw(st.lists(st.integers(0, 3).map(float), min_size=size, max_size=size))
    theirs = metrics.ndcg_score([relevances], [scores], k=k)
    assert ranking.ndcg(relevances, scores, k) == pytest.approx(theirs, abs=1e-9)


def test_cost_is_the_confusion_matrix_times_the_costs() -> None:
    """The mean cost over records is the sum over cells."""
    costs = {"no": {"yes": 1.0}, "yes": {"no": 20.0, "yes": 0.5}}
    names, decided = ["no", "yes"], ["yes" if score > 0.5 else "no" for score in SCORES]
    truth = ["yes" if label else "no" for label in LABELS]
    matrix = metrics.confusion_matrix(truth, decided, labels=names)
    expected = (matrix * np.array([[0.0, 1.0], [20.0, 0.5]])).sum() / len(truth)
    found = [cost.cost(costs, t, d) for t, d in zip(truth, decided, strict=True)]
    assert mean([value for value in found if value is not None]) == pytest.approx(expected)
