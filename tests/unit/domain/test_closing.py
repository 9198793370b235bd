"""Every end goes through the table, whoever brings it about."""

from typing import Any, Literal

import pytest

from canary.domain.errors import Superseded
from canary.domain.plan.release.staging import Release, Staging
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.kinds.ends import HandedOver, Unproven
from canary.domain.rollout.kinds.release import What
from canary.domain.rollout.messages import Message
from canary.domain.rollout.phase import ACTIVE, ENDS, Phase
from canary.domain.rollout.record import Arrangement, Decision, Outcome, Record
from canary.domain.rollout.transitions import closing
from tests.rollouts import HOLDER, NOON, a_plan, a_record, after


def told(record: Record) -> Message:
    """Return the newest message."""
    message = record.outbox[-1]
    assert isinstance(message, Message)
    return message


@pytest.mark.parametrize("phase", [*ACTIVE, Phase.UNPROVEN])
def test_a_person_may_release_whatever_holds_the_lease(phase: Phase) -> None:
    """On its way or UNPROVEN: it is handed over, told so, and the lease is free."""
    released = closing.let_go_by_hand(a_record(phase=phase, token="waits"), "let go", after(60))
    assert (released.phase, released.ended_at, released.token) == (
        Phase.HANDED_OVER,
        after(60),
        None,
    )
    assert not released.holds_lease
    assert isinstance(told(released).facts, HandedOver)
    assert told(released).phase is Phase.HANDED_OVER


@pytest.mark.parametrize("phase", sorted(ENDS - {Phase.UNPROVEN}))
def test_what_has_ended_is_not_released_again(phase: Phase) -> None:
    """There is nothing left to let go of."""
    record = a_record(phase=phase)
    assert closing.let_go_by_hand(record, "let go", NOON) is record


def test_a_failed_way_back_closes_as_unproven_unless_the_record_says_how() -> None:
    """An outcome that is recorded already is the truth."""
    failed = closing.close_held(a_record(), HOLDER, 1, "access denied", NOON)
    assert isinstance(told(failed).facts, Unproven)
    outcome = Outcome(end=Phase.HANDED_OVER, reason="somebody else")
    closed = closing.close_held(a_record(outcome=outcome), HOLDER, 1, "access denied", NOON)
    assert closed.phase is Phase.HANDED_OVER


def test_an_execution_that_was_replaced_closes_nothing() -> None:
    """The newer generation ends the rollout."""
    with pytest.raises(Superseded):
        closing.close_held(a_record(generation=2), HOLDER, 1, None, NOON)


def test_only_the_generation_that_died_is_given_up() -> None:
    """A newer one may still bring it home."""
    record = a_record(generation=2)
    assert closing.give_up(record, 1, "died", NOON) is record
    assert closing.give_up(record, 2, "died", NOON).phase is Phase.UNPROVEN


def test_an_endpoint_is_lost_only_while_the_step_serves_that_was_looked_at() -> None:
    """A tick that saw an earlier step says nothing of this one."""
    record = a_record(phase=Phase.BAKING, step=2)
    assert closing.lose(record, 1, "foreign") is record
    lost = closing.lose(record, 2, "foreign")
    assert lost.outcome == Outcome(end=Phase.HANDED_OVER, reason="foreign")
    assert closing.lose(lost, 2, "another reason") is lost


@pytest.mark.parametrize(
    ("leaves", "says", "says_not"),
    [
        ("keep", "the configuration config-1 still says the weights of before", "is put in use"),
        ("settle", "The configuration end is put in use, which says what serves", "Not settled"),
        ("retire", "The configuration end is put in use, which holds v2 alone", "Not settled"),
    ],
)
def test_a_promotion_says_what_becomes_of_the_configuration(
    leaves: Literal["keep", "settle", "retire"], says: str, says_not: str
) -> None:
    """Kept: what the next update would undo. Settled or retired: what is made of it."""
    release = Release(found_config="config-1", after=leaves, end_config="end")
    record = a_record(phase=Phase.WATCHING, plan=a_plan().but(release=release))
    outcome = Outcome(end=Phase.PROMOTED, reason="the watch is over")
    body = mail_of(told(closing.close(record.but(outcome=outcome), after(60)))).body
    assert says in body
    assert says_not not in body


BUILT = Staging(
    variant="v2", like="v1", model="canary-r-model", model_package="p", count=1, config="c-stage"
)


@pytest.mark.parametrize(
    ("what", "left", "kept"),
    [
        ("stage", ("the variant v2", "c-stage", "canary-r-model", "UpdateEndpoint with c-0"), "-"),
        ("settle", ("c-stage, c-end", "not in use"), "the variant v2"),
    ],
)
def test_what_was_built_is_told_with_a_hand_over(
    what: What, left: tuple[str, ...], kept: str
) -> None:
    """Somebody has to take it off; a winner that serves is not to be taken off."""
    release = Release(found_config="c-0", after="settle", end_config="c-end", staging=BUILT)
    config = "c-stage" if what == "stage" else "c-end"
    record = a_record(
        plan=a_plan().but(release=release),
        phase=Phase.BAKING,
        arranged=Arrangement(what=what, config=config, before=("c-0",), at=NOON),
    )
    body = mail_of(told(closing.let_go_by_hand(record, "let go", after(60)))).body
    assert all(words in body for words in left)
    assert kept == "-" or kept not in body


def test_a_hand_over_of_what_built_nothing_says_nothing_of_it() -> None:
    """Its canary stood there before."""
    body = mail_of(told(closing.let_go_by_hand(a_record(), "let go", after(60)))).body
    assert "Built for this rollout" not in body


def test_a_tidying_that_failed_says_what_is_not_known_of_the_package() -> None:
    """Where evidence showed it worse; a person's order shows nothing."""
    release = Release(found_config="c-0", after="settle", end_config="c-end", staging=BUILT)
    decision = Decision(
        verdict="ROLL_BACK", step=0, reason="worse", at=NOON, guard="errors", by="judge"
    )
    record = a_record(
        plan=a_plan().but(release=release),
        phase=Phase.TAKING_OFF,
        decision=decision,
        arranged=Arrangement(what="take_off", config="c-0", before=("c-stage",), at=NOON),
    )
    left = closing.leave(record, "AWS did not answer", after(60))
    assert "the package p is Rejected in the registry is not confirmed" in mail_of(told(left)).body
    by_hand = record.but(decision=decision.but(guard=None, by="person"))
    left = closing.leave(by_hand, "AWS did not answer", after(60))
    assert "The package p stays Approved in the registry" in mail_of(told(left)).body
    assert f"({REJECT})" in mail_of(told(left)).body
    promoted = by_hand.but(
        phase=Phase.SETTLING,
        decision=decision.but(verdict="ADVANCE", guard=None),
        arranged=Arrangement(what="settle", config="c-end", before=("c-stage",), at=NOON),
    )
    left = closing.leave(promoted, "AWS did not answer", after(60))
    assert "registry" not in mail_of(told(left)).body


REJECT = "aws sagemaker update-model-package --model-package-arn p --model-approval-status Rejected"


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        ("errors", "The package p of a model that was shown worse is left Approved"),
        (None, "The package p is left Approved in the registry, and its model was not shown"),
    ],
)
@pytest.mark.parametrize("end", [Phase.ROLLED_BACK, Phase.HANDED_OVER, Phase.UNPROVEN])
def test_an_end_that_leaves_a_package_approved_says_so(
    end: Any, guard: str | None, said: str
) -> None:
    """Which one, what it is, and the command; of a canary that is kept, handed over or unproven."""
    kept = Release(found_config="c-0", after="keep", end_config="c-end", staging=BUILT)
    by: Any = "judge" if guard else "person"
    record = a_record(
        plan=a_plan().but(release=kept),
        phase=Phase.ROLLING_BACK,
        decision=Decision(verdict="ROLL_BACK", step=0, reason="x", at=NOON, guard=guard, by=by),
        arranged=Arrangement(
            what="stage", config="c-stage", before=("c-0",), at=NOON, reached_at=NOON
        ),
        outcome=Outcome(end=end, reason="x"),
    )
    body = mail_of(told(closing.close(record, after(60)))).body
    assert said in body
    assert f"({REJECT})" in body


def test_a_package_that_was_promoted_is_not_spoken_of() -> None:
    """Somebody took the endpoint over while the promotion was settled."""
    release = Release(found_config="c-0", after="settle", end_config="c-end", staging=BUILT)
    record = a_record(
        plan=a_plan().but(release=release),
        phase=Phase.SETTLING,
        arranged=Arrangement(what="settle", config="c-end", before=("c-stage",), at=NOON),
        outcome=Outcome(end=Phase.HANDED_OVER, reason="another configuration"),
    )
    assert "registry" not in mail_of(told(closing.close(record, after(60)))).body
