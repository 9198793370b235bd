"""An approval before a share: asked for in good time, awaited, given once, kept."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from tests.rollouts import after
from tests.unit.flow.brake_stage import LONG, approve, decided, first_held, staged, told
from tests.unit.flow.decider_stage import ROLLOUT
from tests.unit.flow.test_time_of_people import move_on, order, reason


def test_an_approval_is_asked_for_in_good_time_and_again_when_only_it_is_missing() -> None:
    """With what is known so far and the command to type; once each."""
    stage = staged(approve_before=[0.25], approve_within_minutes=60)
    for minute in range(1, 5):
        stage.tick(minute)
    assert told(stage) == []
    minute = first_held(stage)
    stage.tick(minute + 1)
    assert told(stage) == ["approval needed before 25%"] * 2
    early, late = (mail.body for mail in stage.publisher.published[1:])
    assert "Known so far: At 5%" in early
    assert "Its evidence still gathers" in early
    command = f"canaryctl approve --endpoint churn --share 0.25 --rollout {ROLLOUT}"
    assert command in early
    assert command in late
    assert "until 2026-03-02 1" in late
    assert reason(stage).startswith("An approval before 25% is awaited since")


def test_an_approval_lets_it_go_and_is_kept() -> None:
    """Who gave it, why, and in which execution; the message says what cannot be known."""
    stage = staged(approve_before=[0.25])
    minute = first_held(stage)
    assert "as the command says" in approve(stage, minute, reason="looks good")
    kept = stage.record.approval(0.25)
    assert (kept.answer, kept.by, kept.reason) == ("approved", "ana", "looks good")
    assert kept.execution == f"approve-{minute}"
    assert "CloudTrail knows who really gave it" in stage.publisher.published[-1].body
    stage.tick(minute + 1)
    assert decided(stage) == "ADVANCE"
    assert stage.record.waits_at(after(60 * (minute + 2))) is None


def test_an_approval_given_before_it_is_asked_for_counts() -> None:
    """And evidence decides as ever: nobody is asked."""
    stage = staged(approve_before=[0.25])
    approve(stage, 1)
    for minute in range(2, 200):
        if stage.tick(minute).decision:
            break
    assert decided(stage) == "ADVANCE"
    assert told(stage) == ["approved before 25%"]


def test_an_approval_is_for_one_share() -> None:
    """The one before 50% is asked for at 25%, whatever was approved before 25%."""
    stage = staged(approve_before=[0.25, 0.5])
    approve(stage, 1)
    for minute in range(2, 200):
        if stage.tick(minute).decision:
            break
    move_on(stage, minute + 1)
    assert stage.record.share == 0.25
    awaited = stage.record.awaited_approval
    assert awaited is not None
    assert (awaited.share, awaited.answer) == (0.5, None)


def test_limits_stand_still_while_an_approval_is_awaited_and_both_times_are_told() -> None:
    """A day's wait within an hour's limit; then the limit runs again, and says both."""
    stage = staged(approve_before=[0.25], approve_within_minutes=1440, hold_at_most_minutes=60)
    minute = first_held(stage)
    stage.tick(minute + 1400)
    assert decided(stage) is None
    stage.tick(minute + 1441)
    assert decided(stage) is None
    assert told(stage)[-1] == "needs a look"
    assert "No approval before 25%" in stage.publisher.published[-1].body
    stage.tick(LONG - 1)
    decision = stage.record.decision
    assert decision is not None
    assert decision.verdict == "ROLL_BACK"
    assert "24 h 0 min more stood still: waiting for an approval" in decision.reason


def test_without_an_approval_in_time_it_is_taken_back_where_the_spec_says_so() -> None:
    """Naming since when it was awaited."""
    stage = staged(approve_before=[0.25], approve_within_minutes=30, on_unapproved="roll_back")
    minute = first_held(stage)
    stage.tick(minute + 29)
    assert decided(stage) is None
    stage.tick(minute + 30)
    assert decided(stage) == "ROLL_BACK"
    assert "awaited from" in reason(stage)


def test_an_approval_that_comes_late_still_counts_while_it_is_held() -> None:
    """on_unapproved: hold keeps the question open."""
    stage = staged(approve_before=[0.25], approve_within_minutes=30)
    minute = first_held(stage)
    stage.tick(minute + 60)
    approve(stage, minute + 61)
    stage.tick(minute + 62)
    assert decided(stage) == "ADVANCE"


def test_a_rejection_takes_the_canary_back() -> None:
    """With who and why as the reason, not again when it comes twice, and no approval undoes it."""
    stage = staged(approve_before=[0.25])
    assert "Rejected before 25% by ana" in approve(stage, 3, "reject", reason="not now")
    decision = stage.record.decision
    assert decision is not None
    assert (decision.verdict, decision.by) == ("ROLL_BACK", "person")
    assert "not now" in decision.reason
    approve(stage, 4, "reject", reason="again")
    assert stage.record.decision == decision
    with pytest.raises(Refused, match="an answer is given once"):
        approve(stage, 5)
    assert stage.record.decision == decision


def test_an_approval_comes_twice_and_the_first_is_kept() -> None:
    """Doubled by its own execution, or given by somebody else; a rejection after it is refused."""
    stage = staged(approve_before=[0.25])
    first = approve(stage, 1)
    assert approve(stage, 1) == first
    assert "Approved before 25% by ana" in approve(stage, 2, by="ben")
    assert stage.record.approval(0.25).by == "ana"
    assert told(stage) == ["approved before 25%"]
    with pytest.raises(Refused, match="an answer is given once"):
        approve(stage, 3, "reject")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"share": None}, "share: an approval is for one share. Say which: 0.25, 1"),
        ({"share": 0.5}, "share: 0.5 needs no approval in churn-1"),
        ({"share": 0.05}, "share: v2 has 5% already"),
        ({"rollout": "churn-0"}, "rollout: churn is held by churn-1, not by churn-0"),
    ],
)
def test_an_answer_that_means_no_open_question_is_refused(
    fields: dict[str, Any], words: str
) -> None:
    """With what it could have meant."""
    stage = staged(approve_before=[0.05, 0.25, 1.0])
    with pytest.raises(Refused) as refused:
        approve(stage, 1, **fields)
    assert words in str(refused.value)


def test_a_promotion_by_hand_stands_for_the_approval_and_says_so() -> None:
    """A person's order is never braked."""
    stage = staged(approve_before=[0.25, 0.5])
    answer = order(stage, "promote", 1, full=True)
    assert "nobody approved 25%, 50%: this order stands for it" in answer
    assert decided(stage) == "ADVANCE"
