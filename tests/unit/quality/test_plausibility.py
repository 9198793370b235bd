"""The plausibility gate: what is not believed, in numbers; and what it must leave alone."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from scipy import stats

from canary.domain.labelled.plausibility.doubts import CHANCE
from canary.flow.labelled.evaluate import evaluate
from canary.stats.chance import area_within, heads_by_chance, hits_by_chance
from canary_scoring.scorer import SklearnScorer
from tests.unit.quality.variants import Answerer, World, world, written_set


def rng(*parts: object) -> random.Random:
    """Return a generator of its own for these parts."""
    return random.Random(" ".join(map(str, parts)))


def rare(folder: Path, share: float, recall: float, count: int, seed: int = 1) -> World:
    """Return two equal models on a set with few positives, of which they find a part."""
    labels = [int(rng(seed, n).random() < share) for n in range(count)]

    def rule(_variant: str, body: str) -> str:
        number = int(body)
        chance = rng(seed, number, "said").random()
        return str(int(chance < (recall if labels[number] else 0.004)))

    metrics = {"accuracy": {"max_worse": 0.02}}
    here = world(folder, {}, count=count, rule=rule, metrics=metrics)
    written_set(folder, list(zip(labels, range(count), strict=True)))
    return here


@pytest.mark.parametrize("seed", range(5))
def test_a_good_model_of_rare_positives_is_believed(tmp_path: Path, seed: int) -> None:
    """At 3% positives a model that finds half of them barely beats the constant, and is no
    constant.
    """
    here = rare(tmp_path, 0.03, 0.5, 1_000, seed)
    assert evaluate(here.request(), here.ports()).label == "PASS"


def test_a_baseline_that_always_says_the_same_is_no_data(tmp_path: Path) -> None:
    """A constant has nothing to be compared with, though it is right on 97%."""
    here = rare(tmp_path, 0.03, 0.0, 1_000)
    here.invoker.rule = lambda _, __: "0"
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == "NO_DATA"
    assert "no better than the best constant answer" in evidence.findings[0].reason
    assert "The baseline answers the same to all" in evidence.findings[0].reason


def test_a_canary_that_always_says_the_same_is_told_and_judged(tmp_path: Path) -> None:
    """The tests call it worse; the reason says why that may be."""
    here = world(
        tmp_path, {}, rule=lambda variant, body: "1" if variant == "new" else str(int(body) % 2)
    )
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == "FAIL"
    assert "The canary answers the same to all" in evidence.findings[0].reason


def test_labels_that_never_occur_are_no_data(tmp_path: Path) -> None:
    """Two models of another set's classes agree on nothing but being wrong."""
    classes = ("a", "b", "c", "d")
    here = world(
        tmp_path,
        {},
        task="multiclass",
        classes=classes,
        rule=lambda _, body: "cd"[int(body) % 2],
    )
    written_set(tmp_path, [("ab"[n % 2], n) for n in range(400)])
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == "NO_DATA"
    assert "as bad as can be on all" in evidence.findings[0].reason
    assert "no label that the baseline predicts occurs" in evidence.findings[0].reason


def test_scores_the_wrong_way_round_are_no_data(tmp_path: Path) -> None:
    """An AUC below a half by its interval is a reading gone wrong, whichever variant is better."""

    def rule(variant: str, body: str) -> str:
        label, noise = int(body) % 2, rng(variant, body).gauss(0, 0.1)
        return f"{min(max((0.3 if label else 0.7) + noise, 0), 1):.4f}"

    here = world(tmp_path, {}, rule=rule)
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == "NO_DATA"
    assert "AUC is 0.0" in evidence.findings[0].reason


@pytest.mark.parametrize(("noise", "label"), [(3.0, "PASS"), (None, "NO_DATA")])
def test_a_regression_that_orders_nothing_is_no_data(
    tmp_path: Path, noise: float | None, label: str
) -> None:
    """Numbers that follow the labels are believed, numbers drawn without looking are not, though
    both are often near enough.
    """

    def rule(_variant: str, body: str) -> str:
        drawn = rng(body, "noise")
        if noise is None:
            return f"{drawn.gauss(100, 10):.3f}"
        return f"{float(rng(body).gauss(100, 10)) + drawn.gauss(0, noise):.3f}"

    here = world(tmp_path, {}, count=1_000, rule=rule, task="regression", right_within=15)
    written_set(tmp_path, [(rng(n).gauss(100, 10), n) for n in range(1_000)])
    assert evaluate(here.request(), here.ports()).label == label


def test_doubt_is_settled_by_more_records(tmp_path: Path) -> None:
    """A weak baseline is believed once it is shown to be better than chance: the evaluation goes on
    until then.
    """

    def rule(_variant: str, body: str) -> str:
        right = rng(body).random() < 0.58
        return str(int(body) % 2 if right else 1 - int(body) % 2)

    here = world(tmp_path, {}, count=3_000, rule=rule)
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == "PASS"
    assert evidence.counts.used > 200


def test_what_cannot_be_believed_stops_in_the_end(tmp_path: Path) -> None:
    """A baseline of pure chance does not cost the whole of a large set."""
    rule: Answerer = lambda _, body: str(rng(body).randrange(2))  # noqa: E731
    here = world(tmp_path, {}, count=6_000, rule=rule)
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.label, evidence.concluded, evidence.exhausted) == ("NO_DATA", True, False)
    assert evidence.counts.used <= 2_050


@pytest.mark.parametrize(
    ("records", "of_class", "decided", "hits"),
    [(50, 25, 25, 25), (400, 12, 8, 6), (1_000, 500, 480, 300), (200_000, 6_000, 5_000, 400)],
)
def test_hits_by_chance_is_the_hypergeometric_tail(
    records: int, of_class: int, decided: int, hits: int
) -> None:
    """The tail equals SciPy's to 1e-9 of itself."""
    expected = stats.hypergeom.sf(hits - 1, records, of_class, decided)
    assert hits_by_chance(records, of_class, decided, hits) == pytest.approx(expected, rel=1e-8)


def test_heads_by_chance_bounds_the_binomial_tail() -> None:
    """Hoeffding's bound is never below the exact tail."""
    for tosses, heads in ((30, 28), (100, 60), (1_000, 560)):
        assert heads_by_chance(tosses, heads) >= stats.binom.sf(heads - 1, tosses, 0.5)


def test_the_binned_area_is_the_share_of_pairs_in_order() -> None:
    """Counts by bin give the area with ties half; the interval is above it."""
    area = area_within((0, 1, 3), (2, 1, 1), 3.0)
    assert area is not None
    assert area[0] == pytest.approx((1 * 2.5 + 3 * 3.5) / 16)
    assert area[1] < area[0] < area[2]


@pytest.mark.parametrize(("sign", "label"), [(1, "PASS"), (0, "NO_DATA"), (-1, "NO_DATA")])
def test_scores_that_only_order_are_held_to_their_order(
    tmp_path: Path, sign: int, label: str
) -> None:
    """Anomaly scores beyond 1 pass by their order alone; where they order nothing, or the wrong way
    round, nothing passes. No accuracy is shown of them.
    """

    def rule(variant: str, body: str) -> str:
        noise = rng(body).gauss(0, 1) + rng(variant, body).gauss(0, 0.05)
        return f"{4 + noise + sign * 2 * (int(body) % 2):.4f}"

    here = world(
        tmp_path,
        {},
        count=2_000,
        rule=rule,
        answer={"ranks_only": True},
        metrics={"roc_auc": {"max_worse": 0.03}},
    )
    here.scorer = SklearnScorer()
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == label
    assert isinstance(evidence.report, dict)
    assert set(evidence.report["baseline"]) == {"records", "roc_auc", "roc_curve"}  # type: ignore[arg-type]


@pytest.mark.parametrize(("share", "seed"), [(0.5, 1), (0.05, 2)])
def test_pure_chance_is_believed_in_fewer_than_one_of_a_hundred(share: float, seed: int) -> None:
    """However often it is looked at, up to where an evaluation that is not believed stops."""
    drawn, runs, believed = random.Random(seed), 500, 0
    for _ in range(runs):
        records = of_class = decided = hits = 0
        for _look in range(40):
            for _record in range(50):
                label, said = drawn.random() < share, drawn.random() < share
                records, of_class = records + 1, of_class + label
                decided, hits = decided + said, hits + (label and said)
            if hits_by_chance(records, of_class, decided, hits) <= CHANCE:
                believed += 1
                break
    assert believed <= runs / 100


def numbers(folder: Path, far: dict[int, float], **spec: object) -> World:
    """Return two regressors off by at most 1, the canary by much more on the records in `far`."""

    def rule(variant: str, body: str) -> str:
        number = int(body)
        error = far.get(number, 0.0) if variant == "new" else 0.0
        return str(number + error + rng(number, variant).uniform(-1, 1))

    here = world(folder, {}, count=1_000, rule=rule, task="regression", right_within=5, **spec)
    written_set(folder, [(number, number) for number in range(1_000)])
    return here


FAR = {200: 1e6, 500: -1e6, 800: 1e6}


def test_errors_out_of_all_proportion_are_not_passed(tmp_path: Path) -> None:
    """Right within 5 on 99.7% of the records, and off by a million on the rest."""
    here = numbers(tmp_path, FAR)
    evidence = evaluate(here.request(stop_early=False), here.ports())
    assert evidence.label == "NO_DATA"
    assert "the root mean squared error is 5.477e+04 for the canary" in evidence.findings[0].reason


def test_a_cap_of_ones_own_says_that_farther_is_no_worse(tmp_path: Path) -> None:
    """Whoever names the cap has said what a large error may cost at most."""
    metrics = {"absolute_error": {"max_worse": 1, "cap": 10}}
    here = numbers(tmp_path, FAR, metrics=metrics)
    assert evaluate(here.request(stop_early=False), here.ports()).label == "PASS"


def test_equal_regressors_are_believed(tmp_path: Path) -> None:
    """Nothing is far off."""
    here = numbers(tmp_path, {})
    assert evaluate(here.request(stop_early=False), here.ports()).label == "PASS"


@pytest.mark.parametrize(
    "scale",
    [
        lambda score: 30 + 40 * score,
        lambda score: -5_000 + score,
        lambda score: score * 1e-9,
        lambda score: 0.5 + score * 1e-7,
    ],
    ids=["tens", "log-likelihoods", "tiny", "near a half"],
)
@pytest.mark.parametrize(("noise", "label"), [(0.5, "PASS"), (None, "NO_DATA")])
def test_scores_that_only_rank_have_any_scale(
    tmp_path: Path, scale: Callable[[float], float], noise: float | None, label: str
) -> None:
    """They order the records or they do not, however near to each other they lie."""

    def rule(_: str, body: str) -> str:
        n = int(body)
        told = random.Random(n)
        return repr(scale(told.random() if noise is None else n % 2 + noise * told.gauss(0, 1)))

    here = world(
        tmp_path,
        {},
        count=1_200,
        rule=rule,
        answer={"score": "@", "ranks_only": True},
        metrics={"roc_auc": {"max_worse": 0.05}},
    )
    found = evaluate(here.request(), here.ports())
    assert found.label == label, found.findings[0].reason
    assert "answers the same" not in found.findings[0].reason
