"""Who may move the weights: holder, generation, no roll-back, and a recorded advance."""

from collections.abc import Callable

import pytest

from canary.domain.errors import RollBackPending, Superseded
from canary.domain.rollout.phase import ENDS, Phase
from canary.domain.rollout.record import Decision, Outcome, Record
from canary.domain.rollout.transitions import (
    bakes,
    claims,
    closing,
    decisions,
    generations,
    restoring,
)
from tests.rollouts import FOUND, HOLDER, NOON, a_record, after, waiting

OTHER = HOLDER.replace("first", "churn-1-2")
STEP_ONE = a_record().plan.steps[1].target


def advance(step: int, to_step: int | None) -> Decision:
    """Return a recorded advance."""
    return Decision(
        verdict="ADVANCE", step=step, to_step=to_step, reason="enough evidence", at=NOON
    )


def roll_back(step: int = 1) -> Decision:
    """Return a recorded roll-back."""
    return Decision(verdict="ROLL_BACK", step=step, reason="errors", at=NOON)


def baking(step: int = 1, **changes: object) -> Record:
    """Return a rollout baking at a step, its weights reached."""
    record = claims.claim_forward(a_record(), HOLDER, 1, NOON)
    record = bakes.bake(bakes.arrive(record, HOLDER, 1, NOON), HOLDER, 1, "token-0", NOON)
    for index in range(1, step + 1):
        record = claims.claim_forward(
            record.but(decision=advance(index - 1, index)), HOLDER, 1, NOON
        )
        record = bakes.bake(
            bakes.arrive(record, HOLDER, 1, NOON), HOLDER, 1, f"token-{index}", NOON
        )
    return record.but(**changes)


def test_the_first_claim_asks_for_step_zero() -> None:
    """A new rollout begins at the shadow gate: the safe weights."""
    record = claims.claim_forward(a_record(), HOLDER, 1, NOON)
    assert (record.phase, record.step) == (Phase.SHIFTING, 0)
    assert record.asked
    assert record.asked.target == FOUND


def test_a_claim_records_weights_and_time_before_the_call() -> None:
    """A crash between claim and call is seen by the next look."""
    record = claims.claim_forward(baking(1, decision=advance(1, 2)), HOLDER, 1, after(600))
    assert record.asked
    assert record.asked.target == record.plan.steps[2].target
    assert record.asked.before == record.plan.steps[1].target
    assert (record.asked.at, record.asked.reached_at) == (after(600), None)
    assert record.bakes[-1].left_minute is not None


def test_a_claim_passes_twice_for_the_same_holder() -> None:
    """The answer to the first may have been lost; the second changes nothing but the time of the
    call to come.
    """
    once = claims.claim_forward(baking(1, decision=advance(1, 2)), HOLDER, 1, after(600))
    again = claims.claim_forward(once, HOLDER, 1, after(700))
    assert once.asked
    later = once.asked.but(at=after(700))
    assert again == once.but(asked=later, progress_at=after(700))


@pytest.mark.parametrize(
    "change",
    [
        lambda r: restoring.claim_restore(r, HOLDER, 1, "trouble", after(600)),
        lambda r: restoring.ask_safe(r, HOLDER, 1, STEP_ONE, after(600)),
        lambda r: restoring.denied(r, "AccessDenied", after(600)),
    ],
)
def test_a_change_that_meets_its_own_write_changes_nothing(
    change: Callable[[Record], Record],
) -> None:
    """The answer to a write may be lost; the SDK's second attempt then fails, and the change is
    made once more.
    """
    once = change(restoring.claim_restore(baking(1), HOLDER, 1, "trouble", after(500)))
    assert change(once) == once


def test_an_accepted_ask_is_counted_once_however_often_it_is_noted() -> None:
    """Three lost answers to the note of one ask are not three asks that were taken back."""
    record = restoring.claim_restore(baking(1), HOLDER, 1, "trouble", after(500))
    asked = restoring.ask_safe(record, HOLDER, 1, STEP_ONE, after(501))
    assert asked.asked
    noted = restoring.accepted(asked, asked.asked)
    assert noted.restoring
    assert noted.restoring.accepted == 1
    assert restoring.accepted(noted, asked.asked) == noted


def test_a_refused_ask_leaves_what_was_asked_before() -> None:
    """SageMaker did nothing: our last write is still the forward one, and there is nothing to wait
    for.
    """
    record = restoring.claim_restore(baking(1), HOLDER, 1, "trouble", after(500))
    asked = restoring.ask_safe(record, HOLDER, 1, STEP_ONE, after(501))
    assert asked.asked
    assert restoring.not_accepted(asked, asked.asked, record.asked).asked == record.asked


@pytest.mark.parametrize(("holder", "generation"), [(OTHER, 1), (HOLDER, 2), (OTHER, 2)])
def test_another_holder_or_generation_is_superseded(holder: str, generation: int) -> None:
    """Only the execution that holds the rollout may claim, forward or back."""
    record = baking(1, decision=advance(1, 2))
    with pytest.raises(Superseded):
        claims.claim_forward(record, holder, generation, NOON)
    with pytest.raises(Superseded):
        restoring.claim_restore(record, holder, generation, "", NOON)


@pytest.mark.parametrize("end", sorted(ENDS))
def test_nothing_is_claimed_after_the_end(end: Phase) -> None:
    """An ended rollout moves no weight."""
    record = baking(1, phase=end)
    with pytest.raises(Superseded):
        claims.claim_forward(record, HOLDER, 1, NOON)
    with pytest.raises(Superseded):
        restoring.claim_restore(record, HOLDER, 1, "", NOON)


def test_no_forward_move_after_a_recorded_roll_back() -> None:
    """Whatever else is recorded, the only way is back."""
    with pytest.raises(RollBackPending):
        claims.claim_forward(baking(1, decision=roll_back()), HOLDER, 1, NOON)


def test_no_forward_move_without_an_advance() -> None:
    """A bake is left only by a recorded verdict."""
    with pytest.raises(Superseded):
        claims.claim_forward(baking(1), HOLDER, 1, NOON)


def test_a_roll_back_is_never_overwritten() -> None:
    """An advance that comes later changes nothing, neither does another roll-back."""
    record = baking(1, decision=roll_back())
    assert decisions.decide(record, advance(1, 2)) == record
    assert decisions.decide(record, roll_back().but(reason="another")) == record


def test_an_advance_is_overruled_by_a_roll_back() -> None:
    """ROLL_BACK needs only a rollout that has not ended."""
    record = decisions.decide(baking(1, decision=advance(1, 2)), roll_back())
    assert record.rolling_back


@pytest.mark.parametrize("judged_at", [0, 2])
def test_an_advance_judged_at_another_step_is_ignored(judged_at: int) -> None:
    """A late verdict does not advance a step it did not judge."""
    assert decisions.decide(baking(1), advance(judged_at, judged_at + 1)).decision is None


def test_the_story_of_a_restore_is_kept_unless_a_verdict_gave_one() -> None:
    """On-call reads the first reason, not the last symptom."""
    faulty = restoring.claim_restore(baking(1), HOLDER, 1, "the shifter failed", NOON)
    judged = restoring.claim_restore(
        baking(1, decision=roll_back()), HOLDER, 1, "the shifter failed", NOON
    )
    assert faulty.decision
    assert (faulty.decision.reason, faulty.decision.by) == ("the shifter failed", "fault")
    assert judged.decision
    assert judged.decision.reason == "errors"


def test_a_take_over_may_only_restore() -> None:
    """The next generation finds a recorded roll-back."""
    record = generations.take_over(baking(1, decision=advance(1, 2)), OTHER, "it died", NOON)
    assert (record.generation, record.holder, record.recoveries) == (2, OTHER, 1)
    with pytest.raises(RollBackPending):
        claims.claim_forward(record, OTHER, 2, NOON)
    with pytest.raises(Superseded):
        restoring.claim_restore(record, HOLDER, 1, "", NOON)


def test_a_recovery_looks_twice_a_minute_apart() -> None:
    """A last call of the dead execution may still land after the first look."""
    record = generations.take_over(baking(1), OTHER, "it died", NOON)
    record = restoring.claim_restore(record, OTHER, 2, "it died", NOON)
    first = restoring.verify_safe(record, OTHER, 2, after(10))
    assert first.outcome is None
    assert restoring.verify_safe(first, OTHER, 2, after(69)).outcome is None
    settled = restoring.verify_safe(first, OTHER, 2, after(70)).outcome
    assert settled
    assert settled.end is Phase.ROLLED_BACK


def test_a_take_over_begins_its_patience_anew_and_keeps_when_the_way_back_began() -> None:
    """On-call is told since when; the recovery has its own hour, from its first claim on."""
    first = restoring.claim_restore(baking(1), HOLDER, 1, "trouble", after(500))
    record = generations.take_over(first, OTHER, "it died", after(4000))
    record = restoring.claim_restore(record, OTHER, 2, "it died", after(8000))
    assert record.restoring
    assert (record.restoring.began_at, record.restoring.patient_from) == (after(500), after(8000))
    again = restoring.claim_restore(record, OTHER, 2, "it died", after(8100)).restoring
    assert again == record.restoring


def test_a_forward_ask_that_was_never_seen_is_looked_for_twice() -> None:
    """It may still land after safe weights were seen, though nobody died."""
    unseen = claims.claim_forward(baking(1, decision=advance(1, 2)), HOLDER, 1, after(600))
    record = restoring.claim_restore(unseen, HOLDER, 1, "no answer", after(605))
    record = restoring.ask_safe(record, HOLDER, 1, STEP_ONE, after(606))
    first = restoring.verify_safe(record, HOLDER, 1, after(640))
    assert first.outcome is None
    assert restoring.verify_safe(first, HOLDER, 1, after(700)).outcome is not None


def test_a_forward_ask_that_was_seen_serving_is_safe_at_the_first_look() -> None:
    """An alarm in the middle of a step that then arrives costs no second look."""
    moving = claims.claim_forward(baking(1, decision=advance(1, 2)), HOLDER, 1, after(600))
    record = restoring.claim_restore(moving, HOLDER, 1, "alarm", after(605))
    record = restoring.ask_safe(record, HOLDER, 1, record.plan.steps[2].target, after(640))
    assert restoring.verify_safe(record, HOLDER, 1, after(670)).outcome is not None


def test_a_record_written_before_answers_were_noted_is_read() -> None:
    """A deployment in the middle of a roll-back finds what the version before it wrote."""
    record = restoring.claim_restore(baking(1), HOLDER, 1, "trouble", after(500))
    stored = restoring.ask_safe(record, HOLDER, 1, STEP_ONE, after(501)).model_dump(mode="json")
    for name in ("patient_from", "forward_unseen", "accepted"):
        del stored["restoring"][name]
    del stored["asked"]["accepted"]
    read = Record.model_validate(stored)
    assert read.restoring
    assert (read.restoring.asks, read.restoring.accepted) == (1, 0)
    assert restoring.why_unproven(read, "OVERDUE", after(8000))


def test_asking_again_starts_the_second_look_over() -> None:
    """Safe weights seen before another ask prove nothing about after it."""
    record = generations.take_over(baking(1), OTHER, "it died", NOON)
    record = restoring.claim_restore(record, OTHER, 2, "it died", NOON)
    seen = restoring.verify_safe(record, OTHER, 2, after(10))
    asked = restoring.ask_safe(seen, OTHER, 2, seen.plan.steps[1].target, after(20))
    assert asked.restoring
    assert asked.restoring.verified_at is None


def test_promotion_needs_a_finished_watch() -> None:
    """Only an ADVANCE at share 1 that leads to no further step closes as promoted."""
    with pytest.raises(RollBackPending):
        closing.close(baking(2, decision=advance(2, None)), NOON)
    watching = baking(4)
    assert watching.phase is Phase.WATCHING
    with pytest.raises(RollBackPending):
        closing.close(watching, NOON)
    with pytest.raises(RollBackPending):
        closing.close(watching.but(decision=roll_back(4)), NOON)
    assert closing.close(watching.but(decision=advance(4, None)), NOON).phase is Phase.PROMOTED


def test_closing_twice_tells_once() -> None:
    """A second close changes nothing."""
    closed = closing.close(baking(4, decision=advance(4, None)), NOON)
    assert closing.close(closed, after(60)) == closed
    assert waiting(closed)[-1].subject == "[canary] churn: PROMOTED: v2 at 100% after 0 s"


def test_an_unproven_end_keeps_the_lease() -> None:
    """No later rollout may take half-way weights for its truth."""
    outcome = Outcome(end=Phase.UNPROVEN, reason="denied")
    closed = closing.close(
        restoring.claim_restore(baking(1, outcome=outcome), HOLDER, 1, "", NOON), NOON
    )
    assert closed.phase is Phase.UNPROVEN
    assert closed.holds_lease
