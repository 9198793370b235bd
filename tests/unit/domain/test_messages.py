"""Messages are facts of their moment; a mail is one way to read them."""

from typing import get_args

import pytest

from canary.domain.rollout.mail import SAYS, mail_of
from canary.domain.rollout.messages import Facts, Message, Reached, WrittenMessage
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Outcome, Record
from canary.domain.rollout.transitions import closing, generations, pauses, restoring
from tests.messages import EVERY_FACT, every_message
from tests.rollouts import HOLDER, NOON, a_message, a_record, after, waiting

KINDS = set(get_args(get_args(Facts)[0]))
STARTED = """\
The canary v2 starts at share 0 and goes 5% -> 100%, each step only on evidence.
Watched: errors, churn-5xx.
If anything is wrong it goes back to v1 3 (100%), v2 0 (0%).
Noted.
Rollout churn-1, revision 1, generation 2, 2026-03-02 12:01:00 UTC."""
UNPROVEN = """\
The safe weights v1 3 (100%), v2 0 (0%) could not be verified. Why: denied
Look: aws sagemaker describe-endpoint --endpoint-name churn
Then start an execution of the state machine with {"command": "retry", "endpoint": "churn"}
to restore again, or with "release" to take the endpoint as it is. Until then no other rollout \
can start.
Rollout churn-1, revision 1, generation 2, 2026-03-02 12:01:00 UTC."""


def test_there_is_a_mail_for_every_kind_of_event() -> None:
    """An event that nobody can read about is no message."""
    assert set(SAYS) == KINDS == {type(facts) for facts in EVERY_FACT}


@pytest.mark.parametrize("message", every_message(), ids=lambda m: m.facts.about)
def test_facts_are_stored_and_read_again(message: Message) -> None:
    """Whatever kind they are; and what they tell is the same afterwards."""
    record = a_record(outbox=(message,))
    read = Record.model_validate_json(record.model_dump_json())
    assert read.outbox == (message,)
    assert waiting(read) == [mail_of(message)]


@pytest.mark.parametrize(("about", "body"), [("started", STARTED), ("unproven", UNPROVEN)])
def test_a_mail_says_what_it_always_said(about: str, body: str) -> None:
    """Word for word."""
    (message,) = [each for each in every_message() if each.facts.about == about]
    assert mail_of(message).body == body


@pytest.mark.parametrize("message", every_message(), ids=lambda m: m.facts.about)
def test_a_subject_names_the_endpoint_and_fits(message: Message) -> None:
    """At most 100 characters, in one line."""
    subject = mail_of(message.but(endpoint="e" * 63)).subject
    assert subject.startswith(f"[canary] {'e' * 63}: ")
    assert len(subject) <= 100


def test_a_message_carries_the_numbers_of_its_moment() -> None:
    """Where the rollout stood, how grave it is, and what can be done then."""
    record = a_record(step=2, phase=Phase.SHIFTING)
    message = a_message(record, Reached(target=record.plan.steps[2].target, bake_minutes=(5, 60)))
    assert (message.phase, message.step, message.share) == (Phase.SHIFTING, 2, 0.25)
    assert (message.severity, message.kind) == ("info", "transition")
    assert "rollback" in message.commands
    assert mail_of(message).subject == "[canary] churn: v2 serves 25%"


@pytest.mark.parametrize(
    ("end", "severity", "commands"),
    [
        (Phase.ROLLED_BACK, "warning", ()),
        (Phase.HANDED_OVER, "warning", ()),
        (Phase.UNPROVEN, "page", ("retry", "release")),
    ],
)
def test_an_end_is_told_as_the_phase_it_leads_to(
    end: Phase, severity: str, commands: tuple[str, ...]
) -> None:
    """The message is of the record as the event left it."""
    outcome = Outcome.model_validate({"end": end, "reason": "so it is"})
    back = restoring.claim_restore(a_record(), HOLDER, 1, "errors", NOON)
    closed = closing.close(back.but(outcome=outcome), after(90))
    message = closed.outbox[-1]
    assert isinstance(message, Message)
    assert (message.phase, message.severity, message.commands) == (end, severity, commands)


def test_a_take_over_is_told_by_the_generation_that_took_over() -> None:
    """It is the one that restores."""
    taken = generations.take_over(a_record(), f"{HOLDER}-2", "It died.", NOON)
    assert isinstance(taken.outbox[-1], Message)
    assert taken.outbox[-1].generation == 2


def test_a_pause_that_is_over_is_told_once() -> None:
    """And lets the rollout advance again."""
    over = pauses.expire(pauses.pause(a_record(), after(60), NOON), after(61))
    assert over.paused_until is None
    assert [mail.subject for mail in waiting(over)] == ["[canary] churn: pause over"]
    assert pauses.expire(over, after(62)) is over


def test_a_message_of_5d17009_is_read_as_it_was_written() -> None:
    """It has no facts: subject and body are all there is."""
    stored = {"id": "m", "kind": "notice", "subject": "s", "body": "b", "at": NOON.isoformat()}
    record = a_record().model_dump(mode="json") | {"outbox": [stored]}
    (message,) = Record.model_validate(record).outbox
    assert isinstance(message, WrittenMessage)
    assert (mail_of(message).subject, mail_of(message).body) == ("s", "b")
