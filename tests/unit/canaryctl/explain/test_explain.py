"""What an explanation says in every phase and under every kind of hold; the judge, the brakes and
the limits are the real ones.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.plan.quality import QualityGuardSpec, QualityMargin
from canary.domain.rollout.capacity.state import AskedInstances, Capacity, Change, NoInstances
from canary.domain.rollout.phase import ENDS, Phase
from canary.domain.rollout.record import Arrangement, Asked, Decision, Outcome, Record, Restoring
from canaryctl.explain.explain import addressed, explanation, of_nothing
from canaryctl.explain.show import answers
from canaryctl.explain.values import Explanation
from tests.rollouts import NOON, a_plan, a_record, after
from tests.unit.flow.brake_stage import first_held, staged
from tests.unit.flow.decider_stage import ROLLOUT, Stage
from tests.unit.flow.test_time_of_people import order

AT = after(60 * 30)


def told(record: Record, at: datetime = AT) -> Explanation:
    """Return the explanation of a record that nobody judged yet."""
    return explanation(record, None, None, at)


def explained(stage: Stage, minute: float) -> Explanation:
    """Return the explanation of a stage's rollout so many minutes after noon."""
    return of(stage, stage.record, after(60 * minute))


def of(stage: Stage, record: Record, now: datetime) -> Explanation:
    """Return the explanation of a record by what a stage has stored."""
    verdicts = stage.evidence.verdicts(ROLLOUT)
    return explanation(record, verdicts[-1], stage.evidence.tick(ROLLOUT), now)


def kinds(found: Explanation) -> list[str]:
    """Return what holds it."""
    return [hold.kind for hold in found.holds]


def asked(**changes: Any) -> Asked:
    """Return an ask for the first step."""
    plan = a_plan()
    values = {
        "target": plan.steps[1].target,
        "before": plan.found_target,
        "at": NOON,
        "direction": "forward",
    }
    return Asked.model_validate({**values, **changes})


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_is_explained(phase: Phase) -> None:
    """Where it is, what happens if nobody acts, and in whole sentences for a person."""
    changes: dict[str, Any] = {"phase": phase}
    if phase in ENDS:
        changes["ended_at"] = NOON
    if phase in ENDS - {Phase.REFUSED}:
        changes["outcome"] = Outcome.model_validate({"end": phase, "reason": "because"})
    record = a_record(**changes)
    if phase in {Phase.BAKING, Phase.WATCHING}:
        record = Stage().record.but(phase=phase)
    found = told(record)
    assert (found.phase, found.endpoint) == (phase, "churn")
    assert found.doing
    assert found.then
    assert all(answer for _, answer in answers(found))


def test_an_endpoint_without_a_rollout_is_told_so() -> None:
    """Neither refused nor guessed."""
    found = of_nothing("churn", "table")
    assert (found.phase, found.rollout) == (None, None)
    assert "nothing holds it" in found.doing


def test_commands_mean_the_stack_that_was_asked_about() -> None:
    """Typed as they stand, in the list and inside a sentence."""
    found = told(a_record(phase=Phase.UNPROVEN, ended_at=AT))
    there = addressed(found, " --stack other --region eu-west-1")
    assert there.commands == (
        "canaryctl retry churn --stack other --region eu-west-1",
        "canaryctl release churn --stack other --region eu-west-1",
    )
    assert "`canaryctl retry churn --stack other --region eu-west-1` asks" in there.changes[0]
    assert addressed(found, "") == found


def test_what_gathers_says_how_far_each_guard_is_and_when() -> None:
    """Evidence beside its threshold, and minutes at this traffic."""
    stage = staged()
    stage.tick(4)
    found = explained(stage, 4)
    (guard,) = found.guards
    assert kinds(found) == ["evidence"]
    assert guard.log_good_enough < guard.log_good_enough_threshold
    assert found.when is not None
    assert found.when > after(240)
    assert "It goes on to 25% by itself" in found.then
    assert [one.then for one in found.deadlines] == [
        "without an answer a person is told that it is late",
        "it is taken back: it may be held no longer",
    ]
    assert found.deadlines[1].at - found.deadlines[0].at == timedelta(minutes=1440)


def test_the_time_it_says_is_the_time_it_goes() -> None:
    """With minutes as they were, it goes on at the minute that was told, give or take one."""
    stage = staged()
    stage.tick(4)
    promised = explained(stage, 4).when
    went = next(m for m in range(5, 200) if stage.tick(m).decision is not None)
    assert promised is not None
    assert abs((after(60 * went) - promised).total_seconds()) <= 180


def test_a_pause_is_told_with_its_end_and_how_to_end_it() -> None:
    """Who, until when, and the command."""
    stage = staged()
    stage.tick(3)
    order(stage, "pause", 3.5, minutes=45, by="ana", reason="lunch")
    stage.tick(4)
    found = explained(stage, 4)
    pause = next(hold for hold in found.holds if hold.kind == "pause")
    assert "ana" in pause.said
    assert "lunch" in pause.said
    assert pause.until == after(60 * 48.5)
    assert any("canaryctl resume churn" in change for change in found.changes)
    assert "canaryctl resume churn" in found.commands
    assert found.when is not None
    assert found.when >= pause.until


def test_an_approval_is_told_with_its_command() -> None:
    """Before which share, and what is typed."""
    stage = staged(approve_before=[0.25])
    minute = first_held(stage)
    found = explained(stage, minute)
    assert "approval" in kinds(found)
    assert "canaryctl approve churn --share 0.25" in found.commands
    assert found.when is None
    assert "does not go on to 25% without an approval" in found.then
    assert any("without an approval it is held" in one.then for one in found.deadlines)


def test_advice_never_says_that_it_goes_on_by_itself() -> None:
    """A person takes every step."""
    stage = staged(mode="advise")
    minute = first_held(stage)
    found = explained(stage, minute)
    assert "advice" in kinds(found)
    assert "until a person takes the step" in found.then
    assert "by itself when" not in found.then


def test_hours_are_told_with_the_time_they_open() -> None:
    """The wait has an end."""
    stage = staged(hours={"days": ["tue"], "times": ["09:00-17:00"], "zone": "UTC"})
    minute = first_held(stage)
    found = explained(stage, minute)
    waits = next(hold for hold in found.holds if hold.kind == "hours")
    assert waits.until is not None
    assert found.when is not None
    assert found.when >= waits.until


def test_an_alarm_that_is_not_ok_holds() -> None:
    """By its name, and without a time."""
    stage = Stage(alarms=("churn-5xx",))
    stage.serve(30)
    states: dict[str, Any] = {"churn-5xx": "INSUFFICIENT_DATA"}
    stage.tick(3, **states)
    found = explained(stage, 3)
    alarm = next(hold for hold in found.holds if hold.kind == "alarm")
    assert "churn-5xx is INSUFFICIENT_DATA" in alarm.said
    assert found.when is None


def test_blindness_ends_in_a_way_back_and_says_when() -> None:
    """Ten minutes after the last look that saw everything."""
    stage = staged()
    stage.tick(3)
    stage.tick(4, complete=False)
    found = explained(stage, 4)
    assert "blind" in kinds(found)
    assert found.deadlines[0].at == after(60 * 4) + timedelta(minutes=10)
    assert "taken back" in found.deadlines[0].then
    assert "by itself when" not in found.then


def test_ticks_that_stopped_are_told() -> None:
    """Nobody looks: the newest verdict says nothing of now."""
    stage = staged()
    stage.tick(3)
    found = explained(stage, 8)
    assert "blind" in kinds(found)
    assert found.deadlines[0].at == after(60 * 3) + timedelta(minutes=10)


def test_missing_instances_are_told_with_the_next_try() -> None:
    """When it is tried again."""
    stage = staged()
    stage.tick(3)
    missing = NoInstances(step=2, reason="limit reached", at=NOON, tries=1, again_at=after(3600))
    record = stage.record.but(capacity=Capacity(missing=missing))
    found = of(stage, record, after(180))
    hold = next(hold for hold in found.holds if hold.kind == "instances")
    assert (hold.until, "limit reached" in hold.said) == (after(3600), True)


def test_a_decision_on_its_way_waits_for_its_instances() -> None:
    """Decided is not done."""
    stage = staged()
    ready = Decision(verdict="ADVANCE", step=1, to_step=2, reason="fine", at=NOON)
    change = Change(variant="v2", way="count", instances=4)
    waiting = Capacity(asked=AskedInstances(change=change, at=NOON))
    found = told(stage.record.but(decision=ready, capacity=waiting))
    assert kinds(found) == ["instances"]
    assert "4 instances for v2" in found.holds[0].said


def test_an_undecided_gate_waits_for_labels_or_a_person() -> None:
    """At share 0 the labelled set is what holds."""
    quality = QualityGuardSpec(
        labelled_set="s3://b/k.csv", metrics={"accuracy": QualityMargin(max_worse=0.05)}
    )
    plan = a_plan()
    found = told(a_record(phase=Phase.EVALUATING, plan=plan))
    assert kinds(found) == ["labelled set"]
    assert quality.on_inconclusive == "hold"
    assert "waits for more labelled records or a person" in found.then


@pytest.mark.parametrize(
    ("phase", "what"),
    [(Phase.STAGING, "stage"), (Phase.SETTLING, "settle"), (Phase.TAKING_OFF, "take_off")],
)
def test_what_is_arranged_is_given_up_at_a_time(phase: Phase, what: Any) -> None:
    """Ninety minutes after it was asked for."""
    arranged = Arrangement(what=what, config="canary-1", before=("config-1",), at=NOON)
    found = told(a_record(phase=phase, arranged=arranged))
    assert found.deadlines[0].at == NOON + timedelta(minutes=90)
    assert "canary-1" in found.holds[0].said


def test_a_move_that_does_not_arrive_is_taken_back_at_a_time() -> None:
    """The plan's own limit."""
    found = told(a_record(phase=Phase.SHIFTING, step=1, asked=asked()))
    assert found.deadlines[0].at == NOON + timedelta(minutes=a_plan().overdue_minutes)
    assert kinds(found) == ["aws"]


def test_a_refused_way_back_says_what_is_refused_and_when_it_pages() -> None:
    """Fifteen minutes of refusals end it, not the hour."""
    restoring = Restoring(began_at=NOON, asks=3, denied_since=after(120), denial="AccessDenied")
    found = told(a_record(phase=Phase.ROLLING_BACK, restoring=restoring))
    assert any("AccessDenied" in hold.said for hold in found.holds)
    assert found.deadlines[0].at == after(120) + timedelta(minutes=15)
    assert "UNPROVEN" in found.then


def test_a_verified_way_back_is_not_called_unsafe() -> None:
    """The safe weights serve: only tidying is left."""
    restoring = Restoring(began_at=NOON, asks=1, accepted=1, verified_at=after(60))
    found = told(a_record(phase=Phase.ROLLING_BACK, restoring=restoring))
    assert "They serve" in found.doing
    assert found.deadlines == ()


def test_unproven_waits_for_a_person_alone() -> None:
    """No time ends it, and both commands are told."""
    end = Outcome(end=Phase.UNPROVEN, reason="SageMaker refuses the change")
    found = told(a_record(phase=Phase.UNPROVEN, outcome=end, ended_at=NOON))
    assert found.commands == ("canaryctl retry churn", "canaryctl release churn")
    assert "until a person acts" in found.then
    assert found.holds[0].said == "SageMaker refuses the change"
    assert (found.when, found.deadlines) == (None, ())


def test_brakes_are_told_while_evidence_still_gathers() -> None:
    """Whoever plans the evening sees the approval coming."""
    stage = Stage(brakes=BrakeKeys.model_validate({"approve_before": [0.25]}))
    stage.serve(30)
    stage.tick(3)
    found = explained(stage, 3)
    assert {"evidence", "approval"} <= set(kinds(found))
    approval = next(hold for hold in found.holds if hold.kind == "approval")
    assert (approval.until, "once nothing else holds it" in approval.said) == (None, True)
    assert "by itself when" not in found.then
