"""The composition of a verdict: what leads to ADVANCE, HOLD and ROLL_BACK, and what never may."""

from collections.abc import Sequence

import pytest

from canary.domain.finding import Finding
from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.windows import Window
from canary.domain.plan.plan import BakeInterval, Plan
from canary.domain.plan.quality import QualityGuardSpec
from tests.unit.judge.worlds import START, bake, errors_guard, plan, slow_guard, steady, window

GOOD = ((3000, 3), (57000, 57))
LIVE = (bake(0, START - 5, START - 3), bake(1))


def look(
    windows: list[Window],
    minutes: int,
    bakes: Sequence[BakeInterval] = LIVE,
    the_plan: Plan | None = None,
    quality_finding: Finding | None = None,
) -> Judgement:
    """Judge after some minutes of the current bake."""
    return judge(the_plan or plan(), bakes, windows, START + minutes, quality_finding)


def test_good_canary_advances_at_the_minimum_bake() -> None:
    """A canary as good as its baseline advances once the minimum bake is over, not before."""
    windows = steady(START, 10, *GOOD)
    assert look(windows, 4).verdict == "HOLD"
    assert look(windows, 5).verdict == "ADVANCE"


def test_bad_canary_is_rolled_back_with_a_readable_reason() -> None:
    """Ten times the errors are taken back, and the sentence names rates, counts and evidence."""
    judgement = look(steady(START, 10, (3000, 30), (57000, 57)), 6)
    assert judgement.verdict == "ROLL_BACK"
    assert judgement.decided_by == "errors"
    assert judgement.findings[0].label == "FAIL"
    for part in ("canary 1%", "baseline 0.1%", "20 needed", "rising"):
        assert part in judgement.reason


def test_roll_back_wins_a_tie() -> None:
    """When one guard would advance and another demands a roll-back, the canary goes."""
    both = plan(guards=(errors_guard(), slow_guard()))
    windows = steady(START, 10, (3000, 3, 900), (57000, 57, 2850))
    assert look(windows, 10, the_plan=both).verdict == "ROLL_BACK"


def test_open_minute_is_never_read() -> None:
    """A disaster in the open minute does not count yet."""
    windows = [*steady(START, 5, *GOOD), window(START + 5, (3000, 3000), (57000, 57))]
    assert look(windows, 5).verdict == "ADVANCE"


def test_warm_up_minutes_are_not_judged() -> None:
    """Errors in the first two minutes after a shift are no evidence (short of the fuse)."""
    windows = [*steady(START, 2, (3000, 900), (57000, 57)), *steady(START + 2, 4, *GOOD)]
    assert look(windows, 6).verdict == "ADVANCE"


@pytest.mark.parametrize(("minutes", "judged"), [(0, 6), (2, 4), (5, 1)])
def test_the_plan_says_how_long_the_warm_up_is(minutes: int, judged: int) -> None:
    """Whole minutes after the move; none may be asked for."""
    the_plan = plan(warm_up_minutes=minutes)
    found = look(steady(START, 6, *GOOD), 6, the_plan=the_plan)
    assert found.evidence.judged_minutes == judged


def test_minutes_overlapping_a_move_are_not_judged() -> None:
    """The minute of arrival and the minute of departure belong to no bake."""
    bakes = (bake(0, START - 20, START - 15), bake(1, START - 11, START - 1), bake(2, START + 1))
    windows = [
        window(START - 1, (3000, 900), (57000, 57)),
        window(START + 1, (3000, 900), (57000, 57)),
    ]
    assert look(windows, 3, bakes).evidence.judged_minutes == 0


def test_silence_never_advances() -> None:
    """A guard without data blocks: missing counts, however many minutes go by."""
    judgement = look(steady(START, 30, None, (57000, 57)), 30)
    assert judgement.verdict == "HOLD"
    assert judgement.findings[0].label == "NO_DATA"


def test_no_requests_is_no_data() -> None:
    """A canary that served nothing is not a canary without errors."""
    judgement = look(steady(START, 30, (0, 0), (57000, 57)), 30)
    assert judgement.findings[0].label == "NO_DATA"


def test_guard_that_falls_silent_blocks_again() -> None:
    """Evidence from before a silence does not advance the canary that serves now."""
    windows = [*steady(START, 4, (100, 0), (1900, 2)), *steady(START + 4, 20, None, None)]
    assert look(windows, 24).findings[0].label == "NO_DATA"


def test_missing_slow_counts_block_while_errors_pass() -> None:
    """Every planned guard has to pass; one without a metric holds the step."""
    both = plan(guards=(errors_guard(), slow_guard()))
    judgement = look(steady(START, 20, *GOOD), 20, the_plan=both)
    assert judgement.verdict == "HOLD"
    assert [f.label for f in judgement.findings] == ["PASS", "NO_DATA"]


def test_zero_errors_everywhere_can_advance() -> None:
    """A service without a single error advances when the canary has none either."""
    assert look(steady(START, 20, (6000, 0), (114000, 0)), 20).verdict == "ADVANCE"


def test_inconclusive_never_promotes_itself() -> None:
    """At the longest bake an open question is held, said so, and never advanced."""
    judgement = look(steady(START, 70, (5, 0), (95, 0)), 70)
    assert judgement.verdict == "HOLD"
    assert "longest bake" in judgement.reason
    assert judgement.held
    assert judgement.held.late


def test_inconclusive_rolls_back_when_the_spec_says_so() -> None:
    """on_inconclusive roll_back ends the step at its longest bake."""
    cautious = plan(on_inconclusive="roll_back")
    windows = steady(START, 70, (5, 0), (95, 0))
    assert look(windows, 59, the_plan=cautious).verdict == "HOLD"
    assert look(windows, 60, the_plan=cautious).verdict == "ROLL_BACK"


def test_every_hold_ends() -> None:
    """hold_at_most_minutes after the longest bake the canary is taken back."""
    assert look([], 159).verdict == "HOLD"
    assert look([], 160).verdict == "ROLL_BACK"


def test_fuse_blows_in_warm_up() -> None:
    """Two consecutive minutes of disaster end the bake, in warm-up too."""
    judgement = look(steady(START, 2, (100, 60), (1900, 2)), 2)
    assert judgement.verdict == "ROLL_BACK"
    assert "fuse" in judgement.reason


@pytest.mark.parametrize(
    "windows",
    [
        [window(START, (100, 60), (1900, 2))],
        [window(START, (100, 60), (1900, 2)), window(START + 2, (100, 60), (1900, 2))],
        steady(START, 2, (19, 19), (361, 0)),
        steady(START, 2, (100, 60), (1900, 200)),
    ],
    ids=["one minute", "not in a row", "too few requests", "baseline ill too"],
)
def test_fuse_holds(windows: list[Window]) -> None:
    """One bad minute, a gap, a handful of requests or a baseline in trouble do not blow the
    fuse.
    """
    assert look(windows, 3).verdict == "HOLD"


def test_own_traffic_is_no_evidence_but_may_blow_the_fuse() -> None:
    """Minutes with the evaluator's own calls are not judged; the fuse stays on."""
    minutes = [w.but(own_traffic=True) for w in steady(START + 2, 2, (100, 40), (1900, 2))]
    assert look(minutes, 5).evidence.judged_minutes == 0
    burning = [w.but(own_traffic=True) for w in steady(START + 2, 2, (100, 60), (1900, 2))]
    assert look(burning, 5).verdict == "ROLL_BACK"


def test_wrong_split_holds_and_tells() -> None:
    """Traffic that arrives at another share than planned holds the step, with a notice."""
    judgement = look(steady(START, 10, (12000, 12), (48000, 48)), 10)
    assert judgement.verdict == "HOLD"
    assert "instead of 5%" in judgement.reason
    assert judgement.notices


def test_advance_evidence_is_fresh_at_every_step() -> None:
    """What was shown at 5% does not advance 50%."""
    bakes = (LIVE[0], bake(1, START - 1, START + 60), bake(2, START + 60))
    judgement = look(steady(START, 61, *GOOD), 66, bakes)
    assert judgement.verdict == "HOLD"
    assert judgement.evidence.guards[0].log_advance == 0


def test_roll_back_evidence_goes_on_across_steps() -> None:
    """Evidence against the canary is not forgotten when it moves on."""
    windows = [
        *steady(START, 6, (3000, 7), (57000, 57)),
        *steady(START + 12, 5, (30000, 40), (30000, 30)),
    ]
    bakes = (LIVE[0], bake(1, START - 1, START + 9), bake(2, START + 9))
    carried = look(windows, 17, bakes).evidence
    fresh = look(windows[6:], 17, bakes).evidence
    assert carried.judged_minutes == 4 + 5
    assert carried.log_roll_back > fresh.log_roll_back


def test_gate_without_quality_advances_at_once() -> None:
    """Without a labelled set there is nothing to judge at share 0."""
    assert judge(plan(), (), [], START).verdict == "ADVANCE"


@pytest.mark.parametrize(
    ("label", "policy", "verdict"),
    [
        ("PASS", "hold", "ADVANCE"),
        ("FAIL", "proceed", "ROLL_BACK"),
        ("INCONCLUSIVE", "hold", "HOLD"),
        ("INCONCLUSIVE", "proceed", "ADVANCE"),
        ("INCONCLUSIVE", "roll_back", "ROLL_BACK"),
        ("NO_DATA", "proceed", "HOLD"),
    ],
)
def test_gate_follows_the_labelled_set(label: str, policy: str, verdict: str) -> None:
    """At share 0 the quality finding decides, an open one as the spec says; no data never
    proceeds.
    """
    quality = QualityGuardSpec(labelled_set="s3://bucket/churn.csv", on_inconclusive=policy)
    finding = Finding(guard="quality", label=label, reason="accuracy 80% against 90%")
    judgement = judge(plan(quality=quality), (bake(0),), [], START + 3, finding)
    assert judgement.verdict == verdict


def test_held_gate_ends() -> None:
    """A gate without an answer is given up after the hold limit."""
    quality = QualityGuardSpec(labelled_set="s3://bucket/churn.csv")
    assert judge(plan(quality=quality), (bake(0),), [], START + 160).verdict == "ROLL_BACK"


def test_new_labels_take_a_live_canary_back() -> None:
    """A labelled set that turns against the canary during a bake rolls it back."""
    finding = Finding(guard="quality", label="FAIL", reason="recall 5 points lower")
    assert look(steady(START, 10, *GOOD), 10, quality_finding=finding).verdict == "ROLL_BACK"


class TestWatch:
    """Share 1: no baseline is left."""

    BAKES = (LIVE[0], bake(1, START - 1, START + 6), bake(3, START + 6))
    BEFORE = steady(START, 6, *GOOD)

    def test_quiet_watch_ends_promoted(self) -> None:
        """After watch_minutes without a finding the verdict is ADVANCE."""
        windows = [*self.BEFORE, *steady(START + 7, 12, (60000, 60), None)]
        assert look(windows, 16, self.BAKES).verdict == "HOLD"
        assert look(windows, 17, self.BAKES).verdict == "ADVANCE"

    def test_late_breakage_is_taken_back(self) -> None:
        """Errors well beyond the catastrophe margin of the remembered baseline roll back."""
        windows = [*self.BEFORE, *steady(START + 7, 6, (60000, 3000), None)]
        judgement = look(windows, 13, self.BAKES)
        assert judgement.verdict == "ROLL_BACK"
        assert "last hour" in judgement.reason

    def test_missing_minutes_extend_the_watch(self) -> None:
        """Minutes without data do not count towards the watch, and it ends in a roll-back."""
        assert look(self.BEFORE, 20, self.BAKES).verdict == "HOLD"
        assert look(self.BEFORE, 7 + 110, self.BAKES).verdict == "ROLL_BACK"

    def test_fuse_burns_against_the_remembered_baseline(self) -> None:
        """Disaster in two minutes right after the shift needs no baseline beside it."""
        windows = [*self.BEFORE, *steady(START + 7, 2, (60000, 40000), None)]
        assert look(windows, 9, self.BAKES).verdict == "ROLL_BACK"


def test_evidence_that_healed_late_still_takes_the_canary_back() -> None:
    """Evidence that was complete only after the next move: rolled back, told with the numbers that
    settled it.
    """
    bakes = (LIVE[0], bake(1, START - 1, START + 10), bake(2, START + 11))
    windows = [
        *steady(START, 10, (3000, 60), (57000, 57)),
        *steady(START + 12, 5, (30000, 30), (30000, 30)),
    ]
    judgement = look(windows, 17, bakes)
    assert (judgement.verdict, judgement.step) == ("ROLL_BACK", 2)
    assert "At 5% the canary has more errors" in judgement.reason
    assert "canary 2%" in judgement.reason
