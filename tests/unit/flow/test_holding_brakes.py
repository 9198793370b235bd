"""Hours, freezes and advice hold a step up, say until when, and never hold a way back."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.rollout import brakes
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import FreezeList, Surroundings
from canary.domain.rollout.tick import Tick
from canary.domain.rollout.transitions import decisions
from canary.domain.time import minute_of
from tests.rollouts import NOON, a_plan, a_record, a_view, after
from tests.unit.flow.brake_stage import LONG, decided, first_held, staged, told
from tests.unit.flow.decider_stage import ROLLOUT, Stage, baking
from tests.unit.flow.test_time_of_people import order, reason


def test_outside_its_hours_a_step_waits_and_says_when_it_may_go_on() -> None:
    """Limits stand still until then; at the opening it goes."""
    hours = {"zone": "UTC", "times": ["09:00-12:00"]}
    stage = staged(hours=hours, hold_at_most_minutes=60)
    minute = first_held(stage)
    assert told(stage) == ["waits before 25%"]
    assert "It may go on at 2026-03-03 09:00:00 UTC" in stage.publisher.published[-1].body
    assert "Outside its hours" in reason(stage)
    assert minute < 200
    stage.tick(21 * 60 - 1)
    assert decided(stage) is None
    stage.tick(21 * 60)
    assert decided(stage) == "ADVANCE"


def test_outside_its_hours_it_is_still_taken_back() -> None:
    """No brake is asked about the way back."""
    stage = Stage(
        brakes=BrakeKeys.model_validate(
            {"hours": {"zone": "UTC", "times": ["09:00-10:00"]}, "approve_before": [0.25]}
        )
    )
    stage.serve(30, canary_errors=100)
    stage.tick(20)
    assert decided(stage) == "ROLL_BACK"


def test_a_freeze_for_everybody_holds_and_one_that_nobody_can_read_too() -> None:
    """Told as what it is; the limit goes on where nobody knows."""
    record = baking(a_record(plan=a_plan()))
    tick = Tick(
        rollout=ROLLOUT,
        minute=minute_of(after(600)),
        complete=True,
        alarms={},
        endpoint=a_view(record.expected_target),
    )
    keys = {"begins": "2026-03-01", "ends": "2026-03-05", "reason": "audit", "zone": "UTC"}
    org = BrakeKeys.model_validate({"freezes": [keys]}).freezes
    frozen = Surroundings(tick, after(600), FreezeList(org))
    found = brakes.held(brakes.Situation(record, frozen, "enough"))
    assert found is not None
    assert found.still is not None
    assert found.reason.startswith("Frozen for everybody since 2026-03-01 00:00:00 UTC (audit)")
    unread = Surroundings(tick, after(600), FreezeList(problem="Nobody can read the freezes"))
    found = brakes.held(brakes.Situation(record, unread, "enough"))
    assert found is not None
    assert (found.by, found.told, found.still) == ("judge", True, None)


def test_advice_is_told_and_a_person_takes_the_step() -> None:
    """By promote; limits stand still meanwhile."""
    stage = staged(mode="advise", hold_at_most_minutes=60)
    first_held(stage)
    assert told(stage) == ["advice to go to 25%"]
    body = stage.publisher.published[-1].body
    assert "it would go to 25% now, and a person takes it there: At 5% every guard" in body
    assert "canaryctl promote --endpoint churn" in body
    stage.tick(LONG - 1)
    assert decided(stage) is None
    order(stage, "promote", LONG)
    assert decided(stage) == "ADVANCE"


def hand(stage: Stage, minute: float, weights: dict[str, float]) -> Record:
    """Let a person set these weights and a tick see them."""
    now = after(60 * minute)
    view = a_view(weights)
    seen = Tick(rollout=ROLLOUT, minute=minute_of(now), complete=True, alarms={}, endpoint=view)
    stage.evidence.save_tick(seen)
    return stage.decider.tick(ROLLOUT, now)


@pytest.mark.parametrize("weights", [{"v1": 3.0, "v2": 3.0}, {"v1": 50.0, "v2": 50.0}])
def test_the_weights_of_a_step_set_by_hand_are_gone_along_with(weights: dict[str, float]) -> None:
    """A rollout that only advises goes to the step that serves, even past another, in any scale."""
    stage = staged(mode="advise")
    decision = hand(stage, 3, weights).decision
    assert decision is not None
    assert (decision.verdict, decision.to_step, decision.by) == ("ADVANCE", 3, "person")
    assert "somebody set the weights of 50%" in decision.reason


def test_the_safe_weights_set_by_hand_are_a_way_back() -> None:
    """Verified and told as one."""
    stage = staged(mode="advise")
    decision = hand(stage, 3, stage.record.plan.safe_target.weights).decision
    assert decision is not None
    assert (decision.verdict, decision.by) == ("ROLL_BACK", "person")


def test_other_weights_are_foreign_and_the_message_says_which_would_not_have_been() -> None:
    """Nothing is refused silently."""
    stage = staged(mode="advise")
    outcome = hand(stage, 3, {"v1": 2.0, "v2": 1.0}).outcome
    assert outcome is not None
    assert outcome.end == "HANDED_OVER"
    assert "it only advises, and would have gone along with v1 3 (100%)" in outcome.reason


def test_a_rollout_that_moves_by_itself_takes_no_weights_as_a_step() -> None:
    """There, the weights of a later step are a foreign change as ever."""
    stage = staged()
    outcome = hand(stage, 3, stage.record.plan.steps[3].target.weights).outcome
    assert outcome is not None
    assert outcome.end == "HANDED_OVER"


KEYS = st.fixed_dictionaries(
    {
        "approve_before": st.sampled_from([[], [0.25], [0.25, 1.0]]),
        "mode": st.sampled_from(["automatic", "advise"]),
        "hours": st.sampled_from([None, {"zone": "UTC", "times": ["00:00-12:05"]}]),
        "on_unapproved": st.sampled_from(["hold", "roll_back"]),
    }
)


@given(
    keys=KEYS,
    paused=st.booleans(),
    problem=st.sampled_from(["", "unreadable"]),
    minutes=st.integers(1, 3000),
)
def test_no_brake_stops_a_way_back_and_their_order_changes_nothing_but_the_reason(
    *, keys: dict[str, Any], paused: bool, problem: str, minutes: int
) -> None:
    """Whatever is on: ROLL_BACK is recorded, and ADVANCE goes in every order or in none."""
    record = baking(a_record(plan=a_plan(brakes=BrakeKeys.model_validate(keys))))
    now = after(60 * minutes)
    if paused:
        record = record.but(paused_until=after(60 * minutes + 60))
    tick = Tick(
        rollout=ROLLOUT,
        minute=minute_of(now),
        complete=True,
        alarms={},
        endpoint=a_view(record.expected_target),
    )
    seen = Surroundings(tick, now, FreezeList(problem=problem))
    worse = decisions.Weighed(step=1, verdict="ROLL_BACK", reason="worse", by="judge")
    decision = decisions.judged(record, worse, seen).decision
    assert decision is not None
    assert decision.verdict == "ROLL_BACK"
    situation = brakes.Situation(record, seen, "enough")
    answers = [brake(situation) for brake in brakes.BRAKES]
    for some in itertools.islice(itertools.permutations(answers), 50):
        first = next((one for one in some if one), None)
        assert (first is None) is (brakes.held(situation) is None)
    advance = decisions.Weighed(step=1, verdict="ADVANCE", reason="enough", by="judge")
    went = decisions.judged(record, advance, seen).decision is not None
    assert went is not any(answers)


def test_a_record_of_before_reads_without_brakes() -> None:
    """A plan that was stored without the key holds nothing."""
    plain = a_record().model_dump(mode="json")
    del plain["plan"]["brakes"]
    del plain["approvals"]
    read = Record.model_validate(plain)
    assert read.plan.brakes == BrakeKeys()
    assert read.latest_standstill > NOON
