"""Commands: carried out once each, whatever was lost on the way back."""

from typing import Any

import pytest

from canary.domain.errors import AwsUnavailable, Refused
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Outcome
from canary.domain.rollout.transitions import bakes, claims, closing, restoring
from tests.rollouts import HOLDER, NOON, after
from tests.unit.flow.decider_stage import ROLLOUT, Stage

PROMOTE = {"command": "promote", "endpoint": "churn"}
RETRY = {"command": "retry", "endpoint": "churn"}


def test_a_promote_that_is_tried_again_advances_one_step() -> None:
    """The token was answered and the answer lost: by the time of the retry the machine bakes the
    next step.
    """
    stage = Stage()
    wake = stage.executions.wake

    def lost(token: str, answer: Any) -> bool:
        wake(token, answer)
        raise AwsUnavailable("SendTaskSuccess: no answer")

    stage.executions.wake = lost  # type: ignore[method-assign]
    with pytest.raises(AwsUnavailable):
        stage.commander.obey(PROMOTE, "by-hand", after(60))
    stage.rollouts.change(ROLLOUT, lambda r: claims.claim_forward(r, HOLDER, 1, after(61)))
    stage.rollouts.change(
        ROLLOUT,
        lambda r: bakes.bake(bakes.arrive(r, HOLDER, 1, after(80)), HOLDER, 1, "t2", NOON),
    )
    answer = stage.commander.obey(PROMOTE, "by-hand", after(100))
    assert "carried out already" in answer["answer"]
    assert (stage.record.step, stage.record.decision) == (2, None)


def test_a_second_promote_of_its_own_execution_is_a_second_command() -> None:
    """Only the same execution means the same command."""
    stage = Stage()
    stage.commander.obey(PROMOTE, "first", after(60))
    stage.rollouts.change(ROLLOUT, lambda r: claims.claim_forward(r, HOLDER, 1, after(61)))
    stage.rollouts.change(
        ROLLOUT,
        lambda r: bakes.bake(bakes.arrive(r, HOLDER, 1, after(80)), HOLDER, 1, "t2", NOON),
    )
    stage.commander.obey(PROMOTE, "second", after(100))
    assert stage.record.decision
    assert stage.record.decision.to_step == 3


def test_a_retry_that_is_tried_again_is_not_refused() -> None:
    """It was carried out: the rollout is on its way, and UNPROVEN no more."""
    stage = Stage()
    unproven = Outcome(end=Phase.UNPROVEN, reason="refused")
    stage.rollouts.change(ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "bad", NOON))
    stage.rollouts.change(ROLLOUT, lambda r: closing.close(r.but(outcome=unproven), NOON))
    first = stage.commander.obey(RETRY, "by-hand", after(60))
    assert "restoring" in first["answer"]
    assert "carried out already" in stage.commander.obey(RETRY, "by-hand", after(90))["answer"]
    with pytest.raises(Refused):
        stage.commander.obey(RETRY, "another", after(120))


def test_a_command_cannot_name_its_own_execution() -> None:
    """The field is the state machine's, not the person's."""
    with pytest.raises(Refused, match="execution"):
        Stage().commander.obey({**PROMOTE, "execution": "x"}, "by-hand", after(60))


def test_true_is_no_number_of_minutes() -> None:
    """A pause of `true` minutes would be one minute; the refusal names the field."""
    pause = {"command": "pause", "endpoint": "churn", "minutes": True}
    with pytest.raises(Refused, match=r"minutes.*no numbers"):
        Stage().commander.obey(pause, "by-hand", after(60))


def test_who_ordered_what_and_why_stays_in_the_record_and_is_told() -> None:
    """By their own word; told again after a lost answer it is one order."""
    stage = Stage()
    arn = "arn:aws:sts::111111111111:assumed-role/oncall/ana"
    order = {"command": "rollback", "endpoint": "churn", "by": arn, "reason": "complaints"}
    stage.commander.obey(order, "one", after(60))
    stage.commander.obey(order, "one", after(70))
    stage.commander.obey({"command": "pause", "endpoint": "churn"}, "two", after(80))
    assert [(a.command, a.by, a.reason, a.execution) for a in stage.record.acts] == [
        ("rollback", arn, "complaints", "one"),
        ("pause", "", "", "two"),
    ]
    decision = stage.record.decision
    assert decision is not None
    assert decision.reason == "Rolled back by hand by ana: complaints"
    stage.rollouts.change(ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "", after(90)))
    stage.rollouts.change(ROLLOUT, lambda r: restoring.verify_safe(r, HOLDER, 1, after(95)))
    stage.decider.close(ROLLOUT, HOLDER, 1, {}, after(96))
    body = stage.publisher.published[-1].body
    assert f"Ordered: rollback by {arn} (claimed, not verified): complaints." in body


def test_a_release_tells_who_took_the_endpoint() -> None:
    """It is theirs from then on."""
    stage = Stage()
    order = {"command": "release", "endpoint": "churn", "by": "ana", "reason": "we migrate"}
    stage.commander.obey(order, "one", after(60))
    assert "HANDED OVER: v2 at 5%, released by ana: we migrate" in (
        stage.publisher.published[-1].subject
    )
