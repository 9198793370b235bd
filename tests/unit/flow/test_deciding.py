"""Verdicts, tokens, take-overs and messages: each entry may be repeated, doubled or lost without
harm.
"""

from typing import Any

import pytest

from canary.domain.errors import AwsUnavailable, Superseded
from canary.domain.rollout.kinds.looks import TakenOver
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Outcome
from canary.domain.rollout.transitions import closing, restoring
from canary.domain.time import minute_of
from canary.flow.telling.channels import mail_channel
from canary.flow.telling.tell import Teller
from tests.ports import (
    MemoryPublisher,
    claims_of,
)
from tests.rollouts import HOLDER, NOON, a_message, a_plan, after
from tests.unit.flow.decider_stage import ROLLOUT, Stage


def test_evidence_of_a_good_canary_wakes_the_machine_to_move() -> None:
    """ADVANCE is recorded, then the token is answered; a second answer is refused and harmless."""
    stage = Stage()
    stage.serve(12)
    record = stage.tick(13)
    assert record.decision
    assert (record.decision.verdict, record.decision.to_step) == ("ADVANCE", 2)
    assert [(token, answer["next"]) for token, answer in stage.executions.answers] == [
        ("token", "MOVE")
    ]
    assert stage.tick(14).generation == 1
    assert len(stage.executions.answers) == 1


def test_a_long_bake_is_judged_from_a_checkpoint_as_from_the_first_window() -> None:
    """Old windows are not read again, and the verdict is the same as without a checkpoint."""
    plan = {"steps": tuple(s.but(bake_min_minutes=200) for s in a_plan().steps)}
    stage, whole = Stage(**plan), Stage(**plan)
    whole.evidence.save_checkpoint = lambda checkpoint: None  # type: ignore[method-assign]
    for one in (stage, whole):
        one.serve(90, requests=2)
        for minutes in (30, 60, 91):
            one.tick(minutes)
    kept = stage.evidence.checkpoint(ROLLOUT)
    assert kept
    assert kept.through_minute > minute_of(NOON) + 60
    assert (
        stage.evidence.verdicts(ROLLOUT)[-1].judgement
        == whole.evidence.verdicts(ROLLOUT)[-1].judgement
    )


def test_evidence_of_a_bad_canary_wakes_the_machine_to_restore() -> None:
    """ROLL_BACK is recorded with its reason, which the machine carries along."""
    stage = Stage()
    stage.serve(6, canary_errors=60)
    stage.tick(7)
    assert stage.executions.answers[0][1]["next"] == "RESTORE"
    assert stage.record.rolling_back
    assert stage.evidence.verdicts(ROLLOUT)[-1].verdict == "ROLL_BACK"


def test_a_hold_is_a_heartbeat_only_when_everything_was_seen() -> None:
    """Blindness is not a reason to live on; a quiet night is."""
    stage = Stage()
    stage.tick(1)
    stage.tick(2, complete=False)
    assert stage.executions.heartbeats == ["token"]


def test_a_pause_holds_back_an_advance_and_keeps_the_heart_beating() -> None:
    """Paused, the rollout lives on where it is; when the pause ends it goes on and says so."""
    stage = Stage()
    stage.serve(30)
    stage.rollouts.change(ROLLOUT, lambda r: r.but(paused_until=after(20 * 60)))
    assert stage.tick(13).decision is None
    assert stage.evidence.verdicts(ROLLOUT)[-1].paused
    assert stage.executions.heartbeats == ["token"]
    assert stage.tick(21).decision is not None
    assert "pause over" in stage.publisher.subjects


def test_a_pause_never_holds_back_a_roll_back() -> None:
    """Pause stops ADVANCE only."""
    stage = Stage()
    stage.serve(6, canary_errors=60)
    stage.rollouts.change(ROLLOUT, lambda r: r.but(paused_until=after(3600)))
    assert stage.tick(7).rolling_back


@pytest.mark.parametrize("state", ["INSUFFICIENT_DATA", "missing"])
def test_an_unclear_alarm_keeps_a_good_canary_where_it_is(state: str) -> None:
    """Only OK lets the share rise; the reason says what to do."""
    stage = Stage(alarms=("churn-5xx",))
    stage.serve(12)
    alarms: dict[str, Any] = {"churn-5xx": state} if state != "missing" else {}
    record = stage.tick(13, **alarms)
    assert record.decision is None
    assert "churn-5xx" in stage.evidence.verdicts(ROLLOUT)[-1].reason


def test_an_alarm_seen_by_a_tick_rolls_back_though_its_event_was_lost() -> None:
    """Events are a faster way in, never the only way."""
    stage = Stage(alarms=("churn-5xx",))
    alarms: dict[str, Any] = {"churn-5xx": "ALARM"}
    assert stage.tick(3, **alarms).rolling_back
    assert stage.executions.answers[0][1]["next"] == "RESTORE"


def test_an_alarm_event_mid_shift_is_read_again_first() -> None:
    """An alarm that is OK again by the time it is read takes nothing back."""
    stage = Stage(alarms=("churn-5xx",))
    stage.rollouts.change(ROLLOUT, lambda r: r.but(phase=Phase.SHIFTING, token=None))
    stage.alarms.known["churn-5xx"] = "OK"
    stage.decider.alarm("churn-5xx", after(60))
    assert not stage.record.rolling_back
    stage.alarms.known["churn-5xx"] = "ALARM"
    assert stage.decider.alarm("churn-5xx", after(61)) == [ROLLOUT]
    assert stage.record.rolling_back


def test_an_alarm_nobody_named_changes_nothing() -> None:
    """Only the alarms of the spec are guards."""
    stage = Stage(alarms=("churn-5xx",))
    assert stage.decider.alarm("another", after(60)) == []
    assert not stage.record.rolling_back


def test_a_dead_token_makes_the_same_tick_take_over() -> None:
    """The execution behind it is looked at, found dead and replaced under a numbered name."""
    stage = Stage()
    stage.executions.dead_tokens.add("token")
    stage.executions.statuses[HOLDER] = "ABORTED"
    record = stage.tick(3)
    assert (record.generation, record.rolling_back) == (2, True)
    assert [name for name, _ in stage.executions.started] == ["churn-1-2"]


def test_a_living_execution_is_left_alone() -> None:
    """A stale token alone proves nothing: a newer one may be on its way."""
    stage = Stage()
    stage.executions.dead_tokens.add("token")
    assert stage.tick(3).generation == 1


def test_a_start_that_was_lost_is_made_again_under_the_same_name() -> None:
    """The generation was raised, the execution never began."""
    stage = Stage()
    stage.executions.statuses[HOLDER] = "FAILED"
    stage.executions.start_failure = AwsUnavailable("throttled")
    with pytest.raises(AwsUnavailable):
        stage.decider.execution_ended(HOLDER, after(60))
    stage.executions.start_failure = None
    stage.executions.statuses[stage.record.holder] = "MISSING"
    stage.tick(8)
    assert [name for name, _ in stage.executions.started] == ["churn-1-2"]
    assert stage.record.generation == 2


def test_the_third_dead_recovery_pages_a_person() -> None:
    """Recovering for ever would hide that something is broken."""
    stage = Stage()
    stage.executions.dead_tokens.add("token")
    for minutes in (10, 20, 30, 40):
        stage.executions.statuses[stage.record.holder] = "FAILED"
        stage.tick(minutes)
    assert (stage.record.phase, stage.record.generation) == (Phase.UNPROVEN, 4)
    assert stage.rollouts.holding("churn") == ROLLOUT
    assert stage.publisher.subjects[-1].startswith("UNPROVEN")


def test_sns_being_down_blocks_nothing_and_loses_nothing() -> None:
    """The verdict is carried out; the messages come with a later tick, in order, once."""
    stage = Stage()
    stage.publisher.failure = AwsUnavailable("down")
    stage.serve(6, canary_errors=60)
    stage.tick(7)
    assert stage.executions.answers[0][1]["next"] == "RESTORE"
    assert stage.publisher.subjects == []
    stage.publisher.failure = None
    stage.tick(8)
    stage.tick(9)
    assert stage.publisher.subjects == ["v2 serves 5%"]


def test_a_message_being_published_by_another_tick_is_not_told_twice() -> None:
    """Whoever claims it first tells it."""
    stage = Stage()

    class Slow(MemoryPublisher):
        def publish(self, message: Any, attributes: Any) -> None:
            super().publish(message, attributes)
            stage.decider.tick(ROLLOUT, after(60))

    slow = Slow()
    Teller(stage.rollouts, (mail_channel(slow),), claims_of("slow")).tell(ROLLOUT, after(60))
    assert len(slow.published) + len(stage.publisher.published) == 1


def test_closing_tells_after_the_record_says_so() -> None:
    """The end is written, the lease free, and only then told."""
    stage = Stage()
    stage.rollouts.change(
        ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "errors", after(60))
    )
    stage.rollouts.change(ROLLOUT, lambda r: restoring.verify_safe(r, HOLDER, 1, after(90)))
    result = stage.decider.close(ROLLOUT, HOLDER, 1, {}, after(91))
    assert result.next == "ROLLED_BACK"
    assert stage.rollouts.holding("churn") is None
    assert stage.publisher.subjects[-1] == "ROLLED BACK, v2 at 0%"
    assert stage.decider.close(ROLLOUT, HOLDER, 1, {}, after(99)).next == "ROLLED_BACK"
    assert len(stage.publisher.published) == 2
    with pytest.raises(Superseded):
        stage.decider.close(ROLLOUT, HOLDER, 2, {}, after(99))


def test_a_close_that_is_not_due_sends_the_machine_to_restore() -> None:
    """Nothing says how it ended, so the safe weights are proven first."""
    assert Stage().decider.close(ROLLOUT, HOLDER, 1, {"next": "CLOSE"}, after(60)).next == "RESTORE"


def test_a_restore_that_failed_for_good_is_closed_as_unproven() -> None:
    """What Step Functions caught is told to the person who is paged."""
    stage = Stage()
    stage.rollouts.change(
        ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "errors", after(60))
    )
    caught = {"Error": "AwsDenied", "Cause": "DescribeEndpoint: AccessDenied"}
    assert stage.decider.close(ROLLOUT, HOLDER, 1, caught, after(91)).next == "UNPROVEN"
    assert "AccessDenied" in stage.publisher.published[-1].body


def test_what_is_recorded_is_told_though_the_tick_fails() -> None:
    """A page must not wait for the trouble it is about to be over."""
    stage = Stage()
    safe = stage.record.plan.safe_target
    message = a_message(stage.record, TakenOver(safe=safe, cause="It died."))
    stage.rollouts.change(ROLLOUT, lambda r: r.but(outbox=(message,)))

    def broken(*_given: object) -> Any:
        raise AwsUnavailable("GetItem: InternalServerError")

    stage.evidence.tick = broken  # type: ignore[method-assign, assignment]
    with pytest.raises(AwsUnavailable):
        stage.decider.tick(ROLLOUT, after(60))
    assert stage.publisher.subjects == ["execution died, restoring"]


def test_a_pause_that_came_while_it_was_judged_holds_the_advance_back() -> None:
    """Who was told "it will not advance" can rely on it."""
    stage = Stage()
    stage.serve(30)
    save, paused = stage.evidence.save_verdict, {"paused_until": after(20 * 60)}

    def pause_meanwhile(verdict: Any) -> None:
        save(verdict)
        stage.rollouts.change(ROLLOUT, lambda r: r.but(**paused))

    stage.evidence.save_verdict = pause_meanwhile  # type: ignore[method-assign]
    assert stage.tick(13).decision is None


def test_a_stale_execution_of_a_rollout_that_has_ended_answers_how_it_ended() -> None:
    """Superseded is no failure of the restore: closing again changes nothing and says
    HANDED_OVER.
    """
    stage = Stage()
    outcome = Outcome(end=Phase.HANDED_OVER, reason="a person released it")
    stage.rollouts.change(ROLLOUT, lambda r: closing.close(r.but(outcome=outcome), NOON))
    result = stage.decider.close(
        ROLLOUT, HOLDER, 1, {"Error": "Superseded", "Cause": "has ended"}, after(60)
    )
    assert result.next == "HANDED_OVER"


def test_superseded_without_an_end_leads_to_restore_and_not_to_unproven() -> None:
    """A shift that found no advance recorded has nothing to carry out; the safe weights are the way
    home.
    """
    stage = Stage()
    result = stage.decider.close(
        ROLLOUT, HOLDER, 1, {"Error": "Superseded", "Cause": "no advance"}, after(60)
    )
    assert result.next == "RESTORE"
