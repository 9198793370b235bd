"""Traps other tools fell into when they judged: each has a test named after it, calling the one that holds it where."""

import random
from pathlib import Path

from canary.domain.evidence import Counts, Window
from canary.domain.judge import judge
from tests.unit.judge import test_composition as composition
from tests.unit.judge import test_recompute as recompute
from tests.unit.judge.worlds import START, bake, plan, steady, window
from tests.unit.quality import test_evaluate as evaluation


def test_no_measurement_at_all_counted_as_success() -> None:
    """Argo Rollouts: silence is NO_DATA, and NO_DATA never advances."""
    composition.test_silence_never_advances()
    composition.test_no_requests_is_no_data()


def test_failed_checks_that_only_ever_accumulate() -> None:
    """Flagger: bad minutes of an equal canary never add up to a roll-back, however long the bake."""
    draw = random.Random(5)

    def unlucky(minute: int) -> Window:
        canary, baseline = (sum(draw.random() < 0.02 for _ in range(300)) for _ in range(2))
        return window(minute, (300, canary), (300, baseline))

    windows = [unlucky(START + minute) for minute in range(180)]
    worse_minutes = sum(w.canary.errors > w.baseline.errors for w in windows if w.canary and w.baseline)
    assert worse_minutes > 60
    patient = plan(hold_at_most_minutes=1440)
    verdicts = {
        judge(patient, (bake(1),), windows[:read], START + read, None).verdict for read in range(10, 180, 10)
    }  # fmt: skip
    assert "ROLL_BACK" not in verdicts


def test_a_group_without_data_scored_100() -> None:
    """Kayenta: a guard whose metric is missing blocks, whatever the other guards say."""
    composition.test_missing_slow_counts_block_while_errors_pass()
    composition.test_guard_that_falls_silent_blocks_again()


def test_the_newest_half_filled_point_read_as_truth() -> None:
    """flagger, argo-rollouts#3665: a point is believed once a later read agrees with it, or when it is old."""
    half = Window(minute=10, baseline=Counts(requests=900, errors=0), canary=Counts(requests=50, errors=0), since=11)
    whole = half.model_copy(update={"canary": Counts(requests=100, errors=9), "since": 12})
    assert not half.settled(11)
    assert not half.read_again(whole).settled(12)
    assert half.read_again(whole).read_again(whole.model_copy(update={"since": 13})).settled(13)
    composition.test_open_minute_is_never_read()


def test_late_points_recorded_as_0_for_ever() -> None:
    """mitdbg/brad#230: a missing point is missing, and heals when it arrives."""
    missing = Window(minute=10, baseline=None, canary=None, since=12)
    late = Window(minute=10, baseline=Counts(requests=900, errors=0), canary=Counts(requests=100, errors=0), since=20)
    assert missing.canary is None
    assert missing.read_again(late).canary == late.canary
    recompute.test_late_data_converges_to_the_on_time_verdict()


def test_an_inconclusive_loop_that_promotes_itself() -> None:
    """argo-rollouts#3850: no answer holds or rolls back; it never promotes, and it ends."""
    composition.test_inconclusive_never_promotes_itself()
    composition.test_inconclusive_rolls_back_when_the_spec_says_so()
    composition.test_every_hold_ends()


def test_a_baseline_with_exactly_zero_errors() -> None:
    """kayenta#377, #799; spinnaker#5622: equal zeros pass, real errors fail, one error is no proof."""
    composition.test_zero_errors_everywhere_can_advance()
    failing = steady(START, 30, (300, 15), (300, 0))
    assert judge(plan(), (bake(1),), failing, START + 30, None).verdict == "ROLL_BACK"
    one = [*steady(START, 20, (300, 0), (300, 0)), window(START + 20, (300, 1), (300, 0))]
    assert judge(plan(), (bake(1),), one, START + 21, None).verdict != "ROLL_BACK"


def test_an_evaluation_against_a_deleted_endpoint_read_as_accuracy_0(tmp_path: Path) -> None:
    """Post-mortem of a three-variant gateway: an endpoint that is gone is an error; what was evaluated is kept."""
    evaluation.test_an_endpoint_that_vanishes_half_way_is_an_error_not_accuracy_zero(tmp_path, 1)
