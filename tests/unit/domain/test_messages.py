"""Messages are facts of their moment; a mail is one way to read them."""

from typing import get_args

import pytest

from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.forms.subject import subject_of
from canary.domain.rollout.kinds.going import Reached
from canary.domain.rollout.messages import Facts, Message, WrittenMessage
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Outcome, Record
from canary.domain.rollout.transitions import closing, generations, pauses, restoring
from tests.golden.__main__ import FOLDER, SCHEMA, golden
from tests.golden.samples import every_message, kinds
from tests.rollouts import HOLDER, NOON, a_message, a_record, after, waiting

KINDS = set(get_args(get_args(Facts)[0]))


def test_every_kind_of_event_has_a_sample() -> None:
    """And with it a golden file in every form: what nobody has read is not sent."""
    assert kinds() == KINDS


def test_every_golden_file_says_what_is_told() -> None:
    """`python -m tests.golden` writes them again; whoever does reads the difference."""
    wanted = dict(golden())
    assert {*FOLDER.iterdir(), SCHEMA} == wanted.keys()
    different = [p.name for p, text in wanted.items() if p.read_text(encoding="utf-8") != text]
    assert different == []


@pytest.mark.parametrize("message", every_message(), ids=lambda m: m.facts.about)
def test_facts_are_stored_and_read_again(message: Message) -> None:
    """Whatever kind they are; and what they tell is the same afterwards."""
    record = a_record(outbox=(message,))
    read = Record.model_validate_json(record.model_dump_json())
    assert read.outbox == (message,)
    assert waiting(read) == [mail_of(message)]


@pytest.mark.parametrize("message", every_message(), ids=lambda m: m.facts.about)
def test_a_subject_names_the_endpoint_and_fits(message: Message) -> None:
    """Less than 100 printable ASCII characters in one line, and the endpoint gives way first."""
    subject = mail_of(message.but(endpoint="e" * 63)).subject
    assert subject.startswith("[canary] eeeee")
    assert len(subject) < 100
    assert subject.isascii()
    assert subject.isprintable()


def test_the_endpoint_is_shortened_before_the_reason() -> None:
    """Its beginning and its end stay; a long reason is cut last."""
    whole = subject_of("churn-prod-of-the-north", "ROLLED BACK", "errors 17.2% vs 0.246%")
    assert whole.endswith("churn-prod-of-the-north: ROLLED BACK: errors 17.2% vs 0.246%")
    short = subject_of("churn-prod-of-the-north" * 2, "ROLLED BACK, v2 at 0%", "r" * 40)
    assert short == f"[canary] churn-prod-o..f-the-north: ROLLED BACK, v2 at 0%: {'r' * 40}"
    longest = subject_of("churn-prod-of-the-north", "UNPROVEN", "r" * 200)
    assert longest.startswith("[canary] churn..north: UNPROVEN: rrr")
    assert longest.endswith("rrr...")


def test_a_subject_is_ascii_whatever_is_said() -> None:
    """SNS refuses line breaks and control characters; accents lose their marks."""
    assert subject_of("churn", "ROLLED BACK", "Jos\u00e9:\r\nSubject: x \u2192 y\x00") == (
        "[canary] churn: ROLLED BACK: Jose: Subject: x ? y "
    )


@pytest.mark.parametrize(
    ("partition", "region", "console"),
    [
        ("aws", "eu-west-1", "https://console.aws.amazon.com/states/home?region=eu-west-1#"),
        ("aws-cn", "cn-north-1", "https://console.amazonaws.cn/states/home?region=cn-north-1#"),
        (
            "aws-us-gov",
            "us-gov-west-1",
            "https://console.amazonaws-us-gov.com/states/home?region=us-gov-west-1#",
        ),
        ("aws-iso", "us-iso-east-1", ""),
    ],
)
def test_links_lead_to_the_console_of_the_partition(
    partition: str, region: str, console: str
) -> None:
    """Where none is known there is none, and the commands name the region all the same."""
    arn = f"arn:{partition}:states:{region}:1:execution:prod-rollout:churn-1"
    (message,) = [m for m in every_message() if m.facts.about == "promoted"]
    body = mail_of(message.but(execution=arn)).body
    assert f"canaryctl rollback --endpoint churn --stack prod --region {region}" in body
    assert (f"{console}/v2/executions/details/{arn}" in body) is bool(console)
    assert ("https://" in body) is bool(console)


def test_a_message_without_an_arn_names_the_command_alone() -> None:
    """Messages of earlier versions carried no execution."""
    (message,) = [m for m in every_message() if m.facts.about == "promoted"]
    assert "canaryctl rollback --endpoint churn\n" in mail_of(message.but(execution="")).body


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
    assert [mail.subject for mail in waiting(over)] == [
        "[canary] churn: pause over: may advance again"
    ]
    assert pauses.expire(over, after(62)) is over


def test_a_message_of_5d17009_is_read_as_it_was_written() -> None:
    """It has no facts: subject and body are all there is."""
    stored = {"id": "m", "kind": "notice", "subject": "s", "body": "b", "at": NOON.isoformat()}
    record = a_record().model_dump(mode="json") | {"outbox": [stored]}
    (message,) = Record.model_validate(record).outbox
    assert isinstance(message, WrittenMessage)
    assert (mail_of(message).subject, mail_of(message).body) == ("s", "b")
