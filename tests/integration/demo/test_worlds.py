"""The digits world: what the labelled set shows of each candidate, and what only live traffic
shows.
"""

import csv
import io
import json
import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from canary.stats.paired import START, bet
from demo.worlds import DigitsWorld, candidates, digits_world
from emulator.clock import Clock
from emulator.cloudwatch.publication import IMMEDIATE
from emulator.endpoints import Endpoints, ModelFailure, Timing
from emulator.endpoints.variant import Variant
from emulator.place import Place

SEEDS = range(1, 9)
RATE = 6000


@pytest.fixture(scope="module", params=SEEDS, ids="seed {}".format)
def digits(request: pytest.FixtureRequest) -> DigitsWorld:
    """A world of each seed."""
    return digits_world(request.param)


def right(world: DigitsWorld, model: Any) -> Any:
    """Return which labelled records the model answers rightly, 1 or 0 each."""
    return (model.predict_batch(world.labelled_rows) == world.labelled_labels).astype(int)


def concluded(
    world: DigitsWorld, candidate: Any, max_worse: float
) -> tuple[int | None, int | None]:
    """Return after how many labelled records the candidate passes at 5%, and is stopped at 2.5%;
    None is never.
    """
    drops = right(world, world.baseline) - right(world, candidate)
    state, passes, stops = START, None, None
    for at in range(0, len(drops), 50):
        state = bet(state, [float(drop) for drop in drops[at : at + 50]], max_worse / 2, max_worse)
        passes = passes or (at + 50 if state.log_advance >= math.log(20) else None)
        stops = stops or (at + 50 if state.log_roll_back >= math.log(40) else None)
    return passes, stops


def test_the_good_candidate_passes_the_labelled_set(digits: DigitsWorld) -> None:
    """At a margin of two points the good candidate passes within the set, and is never stopped."""
    passes, stops = concluded(digits, digits.good, 0.02)
    assert passes is not None
    assert passes <= 700
    assert stops is None


def test_the_worse_candidate_is_stopped_by_the_labelled_set(digits: DigitsWorld) -> None:
    """The worse candidate is stopped within the set and never passes."""
    passes, stops = concluded(digits, digits.worse, 0.02)
    assert passes is None
    assert stops is not None
    assert stops <= 700


def test_no_image_has_two_jobs(digits: DigitsWorld) -> None:
    """Labelled and live images are disjoint, and none is repeated: their records are
    independent.
    """
    labelled = {row.tobytes() for row in digits.labelled_rows}
    old_scanner = digits.live_rows[~digits.from_new_scanner]
    assert labelled.isdisjoint(row.tobytes() for row in old_scanner)
    assert len(labelled) == len(digits.labelled_rows) == 900


def test_the_labelled_csv_is_the_labelled_set(digits: DigitsWorld) -> None:
    """Every CSV line is the label and then 64 pixels."""
    lines = list(csv.reader(io.StringIO(digits.labelled_csv.decode())))
    assert [int(line[0]) for line in lines] == digits.labelled_labels.tolist()
    assert np.array_equal(np.array(lines, dtype=float)[:, 1:], digits.labelled_rows)


def test_the_labelled_set_does_not_show_the_live_faults(digits: DigitsWorld) -> None:
    """Failing, slow, late and misreading candidates answer every labelled record as the good model
    does.
    """
    for name in ("failing", "slow", "late", "misread"):
        model = candidates(digits, RATE, seed=0)[name]
        assert np.array_equal(right(digits, model), right(digits, digits.good))


def test_the_baseline_reads_both_scanners(digits: DigitsWorld) -> None:
    """Rows of the new scanner are answered about as well as those of the old one."""
    hits = digits.baseline.predict_batch(digits.live_rows) == digits.live_labels
    assert hits[digits.from_new_scanner].mean() > 0.85
    assert 0.15 < digits.from_new_scanner.mean() < 0.2


def test_the_misreading_candidate_answers_everything_and_oftener_wrongly(
    digits: DigitsWorld,
) -> None:
    """It fails on no live row, and misreads half as much again as the baseline at the least."""
    answers = candidates(digits, RATE, seed=0)["misread"].predict_batch(digits.live_rows)
    assert not any(isinstance(answer, ModelFailure) for answer in answers)
    wrong = np.count_nonzero(answers != digits.live_labels)
    usual = digits.baseline.predict_batch(digits.live_rows) != digits.live_labels
    assert wrong > 1.5 * np.count_nonzero(usual)


def live(name: str, share: float) -> tuple[Any, Any]:
    """Return the tallies of baseline and candidate after ten minutes at this share."""
    world = digits_world(1)
    clock = Clock(datetime(2030, 1, 7, 9, 0, tzinfo=UTC))
    endpoints = Endpoints(clock, Place(), 1, Timing(), IMMEDIATE, emit_zeros=False)
    endpoints.register_model("baseline", world.baseline)
    endpoints.register_model("candidate", candidates(world, RATE, seed=0)[name])
    weights = {"baseline": 1 - share, "candidate": share}
    endpoints.fleet.create(
        "digits", "config", [Variant(v, v, weight, weight, 1, 1) for v, weight in weights.items()]
    )
    clock.run_for(200)
    endpoints.attach_traffic("digits", world.live_rows, RATE, slow_ms=50)
    clock.run_for(600)
    variants = endpoints.ledger("digits").variants
    return variants["baseline"], variants["candidate"]


def test_the_failing_candidate_fails_on_the_new_scanners_rows() -> None:
    """At 5% already, 15 to 20% of its live requests fail; the baseline fails none."""
    baseline, candidate = live("failing", 0.05)
    assert baseline.live_bad == 0
    assert 0.15 < candidate.live_bad / candidate.live < 0.21


def test_the_slow_candidate_is_slow_at_half_of_the_traffic_only() -> None:
    """At a quarter it is as fast as the baseline, at half many of its requests are slow."""
    baseline, candidate = live("slow", 0.25)
    assert candidate.live_slow / candidate.live == pytest.approx(
        baseline.live_slow / baseline.live, abs=0.006
    )
    baseline, candidate = live("slow", 0.5)
    assert candidate.live_slow / candidate.live > 10 * baseline.live_slow / baseline.live


def test_the_late_candidate_breaks_at_all_of_the_traffic_only() -> None:
    """At half it fails nothing, at all of it about a fifth."""
    assert live("late", 0.5)[1].live_bad == 0
    candidate = live("late", 1.0)[1]
    assert candidate.live_bad / candidate.live == pytest.approx(0.2, abs=0.02)


def test_a_picture_that_is_none_is_the_clients_error() -> None:
    """A row of another length is refused with the container's 400."""
    with pytest.raises(ModelFailure) as caught:
        digits_world(1).baseline.predict_batch([[1.0, 2.0, 3.0]])
    assert caught.value.status == 400


def test_a_classifier_can_answer_probabilities() -> None:
    """With probabilities on, an answer is ten numbers that add up to 1."""
    world = digits_world(1)
    answers = type(world.good)(world.good.fitted, probabilities=True).predict_batch(
        world.labelled_rows[:5]
    )
    assert answers.shape == (5, 10)
    assert (
        json.dumps([round(float(row.sum()), 6) for row in answers]) == "[1.0, 1.0, 1.0, 1.0, 1.0]"
    )
