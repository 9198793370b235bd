"""The way back: asked until the safe weights serve, given up only for what is known."""

import pytest

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision
from canary.domain.rollout.transitions import closing, generations, restoring
from canary.flow.shift import Shifter
from tests.rollouts import FOUND, HOLDER, a_view, after, waiting
from tests.unit.flow.shifter_stage import ADVANCE, ROLLOUT, STEP_ONE, Stage, live


def test_a_restore_is_asked_verified_and_settled() -> None:
    """Back to the safe weights, seen serving, ready to close."""
    stage = live()
    assert stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(300)).next == "LOOK"
    assert stage.endpoint.moves[-1] == FOUND
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(315)).next == "CLOSE"
    assert stage.record.outcome
    assert stage.record.outcome.end is Phase.ROLLED_BACK


@pytest.mark.parametrize(("decided", "told"), [(None, "Ten minutes"), (ADVANCE, "States.Timeout")])
def test_only_a_bake_that_nothing_had_ended_was_not_kept_alive(
    decided: Decision | None, told: str
) -> None:
    """A missed heartbeat and a slow task may have one name: after a decision it was the task."""
    stage = live()
    stage.rollouts.change(ROLLOUT, lambda r: r.but(phase=Phase.BAKING, decision=decided))
    shifter = Shifter(stage.rollouts, stage.endpoint, newest_tick=lambda _rollout: None)
    shifter.restore(ROLLOUT, HOLDER, 1, "States.Timeout", after(900), timed_out=True)
    assert stage.record.decision
    assert stage.record.decision.reason.startswith(told)


def test_a_restore_waits_for_an_endpoint_that_is_updating() -> None:
    """No call is refused for nothing; the ask comes when the endpoint has settled."""
    stage = live()
    stage.endpoint.view = a_view(STEP_ONE, status="Updating")
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(300))
    assert stage.endpoint.moves == [STEP_ONE]
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(315)).next == "WAIT"
    stage.endpoint.view = a_view(STEP_ONE)
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(330)).next == "RESTORE"
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(331))
    assert stage.endpoint.moves[-1] == FOUND


def test_a_restore_that_is_taken_back_three_times_is_unproven() -> None:
    """REVERTED is asked again, three times; then a person is paged."""
    stage = live()
    stage.endpoint.arrives = False
    seconds = 300
    for _ in range(3):
        assert stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(seconds)).next == "LOOK"
        result = stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(seconds + 61))
        seconds += 70
    assert result.next == "CLOSE"
    assert len(stage.endpoint.moves) == 4
    assert stage.record.outcome
    assert stage.record.outcome.end is Phase.UNPROVEN


def test_a_denied_restore_is_tried_for_a_quarter_of_an_hour() -> None:
    """A permanent refusal is not given up at once, and not tried for ever."""
    stage = live()
    stage.endpoint.failure = AwsDenied("AccessDenied")
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(300))
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(361)).next == "RESTORE"
    for seconds in range(362, 1200, 61):
        stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(seconds))
    result = stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(1262))
    assert result.next == "CLOSE"
    assert "AccessDenied" in result.reason


def test_asks_that_sagemaker_never_took_are_not_counted() -> None:
    """A quarter of an hour of 5XX is no proof that asking is hopeless: it goes on, and comes
    home.
    """
    stage = live()
    stage.endpoint.failure = AwsUnavailable("5XX")
    for seconds in range(300, 1100, 70):
        assert stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(seconds)).next == "LOOK"
        assert (
            stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(seconds + 61)).next == "RESTORE"
        )
    stage.endpoint.failure = None
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(1140))
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(1155)).next == "CLOSE"


def test_asks_without_an_answer_are_bounded_by_the_hour_and_told_as_they_were() -> None:
    """Nobody knows that SageMaker took one: a minute between two asks, an hour in all, and no
    invented reason.
    """
    stage = live()
    stage.endpoint.failure = AwsUnavailable("read timed out")
    seconds, result = 300, None
    while result is None or result.next != "CLOSE":
        if result is None or result.next == "RESTORE":
            stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(seconds))
        seconds += 15
        result = stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(seconds))
    assert seconds == 300 + 3600 + 15
    assert "within 60 minutes" in result.reason
    assert "accepted 0 of 61 asks" in result.reason
    assert len(stage.endpoint.moves) == 1 + 61


class KilledError(BaseException):
    """The function dies in the middle of a call."""


def test_a_death_between_ask_and_note_counts_as_no_answer() -> None:
    """However often it dies there, nothing says that SageMaker took an ask back."""
    stage = live()
    stage.endpoint.failure = KilledError()
    for seconds in range(300, 800, 61):
        with pytest.raises(KilledError):
            stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(seconds))
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(861)).next == "RESTORE"
    stage.endpoint.failure = None
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(862))
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(877)).next == "CLOSE"


@pytest.mark.parametrize(
    ("failure", "following"),
    [
        (AwsUnavailable("throttled", refused=True), "RESTORE"),
        (AwsDenied("AccessDenied"), "RESTORE"),
        (AwsUnavailable("read timed out"), "WAIT"),
    ],
)
def test_only_a_lost_answer_is_waited_out(failure: Exception, following: str) -> None:
    """A refusal did nothing, so the next look asks again; a lost answer may still become
    visible.
    """
    stage = live()
    stage.endpoint.failure = failure
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(300))
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(315)).next == following
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(361)).next == "RESTORE"


def test_a_recovery_an_hour_after_the_first_roll_back_asks() -> None:
    """The execution died when the roll-back was recorded, and its recovery could not be started for
    an hour.
    """
    stage = live()
    other = HOLDER.replace("first", "churn-1-2")
    stage.rollouts.change(
        ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "alarm", after(300))
    )
    stage.rollouts.change(ROLLOUT, lambda r: generations.take_over(r, other, "it died", after(400)))
    assert stage.shifter.restore(ROLLOUT, other, 2, "it died", after(4000)).next == "LOOK"
    assert stage.endpoint.moves[-1] == FOUND
    assert stage.shifter.look_restored(ROLLOUT, other, 2, after(4015)).arrival == "REACHED"


def test_a_second_look_does_not_make_the_told_time_to_safe_longer() -> None:
    """On-call reads when the safe weights were first seen, and stayed."""
    stage = live()
    other = HOLDER.replace("first", "churn-1-2")
    stage.rollouts.change(ROLLOUT, lambda r: generations.take_over(r, other, "it died", after(300)))
    stage.shifter.restore(ROLLOUT, other, 2, "it died", after(310))
    assert stage.shifter.look_restored(ROLLOUT, other, 2, after(325)).next == "WAIT"
    assert stage.shifter.look_restored(ROLLOUT, other, 2, after(385)).next == "CLOSE"
    assert "safe 25 s later" in waiting(closing.close(stage.record, after(390)))[-1].body


def test_an_ask_is_timed_just_before_its_call() -> None:
    """Reads may be slow: the minute until it must be visible begins at the claim, not at the
    invocation.
    """
    stage = Stage().at_gate()
    shifter = Shifter(stage.rollouts, stage.endpoint, lambda: after(95))
    shifter.move(ROLLOUT, HOLDER, 1, after(60))
    assert stage.record.asked
    assert stage.record.asked.at == after(95)
    stage.shifter.look(ROLLOUT, HOLDER, 1, after(110))
    Shifter(stage.rollouts, stage.endpoint, lambda: after(330)).restore(
        ROLLOUT, HOLDER, 1, "errors", after(300)
    )
    assert stage.record.asked.at == after(330)


def test_a_refusal_is_forgotten_when_sagemaker_takes_a_later_ask() -> None:
    """Denied at first, accepted then, slow to arrive: it is waited for, not called refused."""
    stage = live()
    stage.endpoint.failure, stage.endpoint.arrives = AwsDenied("AccessDenied"), False
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(300))
    stage.endpoint.failure = None
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(370))
    stage.endpoint.view = a_view(STEP_ONE, status="Updating")
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(1300)).next == "WAIT"


def test_a_stuck_endpoint_is_unproven_after_an_hour() -> None:
    """Updating for ever is OVERDUE, told with the lease held."""
    stage = live()
    stage.endpoint.view = a_view(STEP_ONE, status="Updating")
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "errors", after(300))
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(3900)).next == "WAIT"
    result = stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(3901))
    assert (result.next, result.arrival) == ("CLOSE", "OVERDUE")
