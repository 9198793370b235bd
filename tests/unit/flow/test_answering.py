"""The answer of a waiting bake: given until a claim shows that it was heard."""

from typing import Any

import pytest

from canary.domain.errors import RollBackPending
from canary.domain.rollout.transitions import restoring
from tests.rollouts import HOLDER, after
from tests.unit.flow.decider_stage import ROLLOUT, Stage


def test_an_answer_that_was_accepted_and_lost_is_given_again() -> None:
    """Only a claim shows that the machine goes on, so the token stays until then; what is answered
    is what the record says by then.
    """
    stage = Stage(alarms=("churn-5xx",))
    stage.serve(12)
    quiet: dict[str, Any] = {"churn-5xx": "OK"}
    rings: dict[str, Any] = {"churn-5xx": "ALARM"}
    stage.executions.loses_answers = True
    assert stage.tick(13, **quiet).token == "token"
    stage.executions.loses_answers = False
    stage.tick(14, **rings)
    assert [answer["next"] for _, answer in stage.executions.answers] == ["RESTORE"]
    stage.rollouts.change(ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "", after(850)))
    assert stage.record.token is None


def test_a_bake_that_comes_after_the_way_back_began_is_refused() -> None:
    """Its own failure tells the machine, which an answer from within might not."""
    stage = Stage()
    stage.rollouts.change(
        ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "errors", after(60))
    )
    with pytest.raises(RollBackPending):
        stage.decider.bake(ROLLOUT, HOLDER, 1, "late", after(61))
    assert stage.executions.answers == []
