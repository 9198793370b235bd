"""What happens to the messages behind one that cannot be published."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.rollout.forms.event import StateChange
from canary.domain.rollout.forms.mail import Mail
from canary.domain.rollout.kinds.looks import NeedsLook
from canary.domain.rollout.messages import WrittenMessage
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.flow.telling.channels import bus_channel, chat_channel, mail_channel
from canary.flow.telling.tell import Teller
from tests.ports import MemoryPublisher, MemoryRollouts, claims_of
from tests.rollouts import a_message, a_plan, a_record, after

ROLLOUT = "churn-1"
MESSAGES = tuple(
    a_message(a_record(), NeedsLook(reason=name), after(0)).but(id=name)
    for name in ("first", "second", "third")
)


class FailingOn(MemoryPublisher):
    """SNS that fails on one message."""

    def __init__(self, message: str, failure: Exception) -> None:
        super().__init__()
        self._message, self._failure = message, failure

    def publish(self, mail: Mail, attributes: Mapping[str, str]) -> None:
        """Note the mail, or fail."""
        if attributes["id"] == self._message:
            raise self._failure
        super().publish(mail, attributes)


def test_a_message_refused_for_good_holds_no_later_one_up() -> None:
    """The rest is told, UNPROVEN included; the refused one waits, free to be claimed, and the alarm
    brings a person.
    """
    rollouts = MemoryRollouts(a_record(rollout=ROLLOUT, outbox=MESSAGES))
    publisher = FailingOn("first", AwsDenied("Publish: InvalidParameter"))
    record = Teller(rollouts, (mail_channel(publisher),), claims_of()).tell(ROLLOUT, after(60))
    assert publisher.ids == ["second", "third"]
    assert [(message.id, message.claim) for message in record.outbox] == [("first", None)]


def test_messages_wait_behind_one_that_sns_could_not_take_now() -> None:
    """SNS being down keeps the order: what was told first is read first, a tick later."""
    rollouts = MemoryRollouts(a_record(rollout=ROLLOUT, outbox=MESSAGES))
    publisher = FailingOn("second", AwsUnavailable("Publish: InternalError"))
    record = Teller(rollouts, (mail_channel(publisher),), claims_of()).tell(ROLLOUT, after(60))
    assert publisher.ids == ["first"]
    assert [message.id for message in record.outbox] == ["second", "third"]
    again = MemoryPublisher()
    Teller(rollouts, (mail_channel(again),), claims_of()).tell(ROLLOUT, after(120))
    assert again.ids == ["second", "third"]


def test_a_late_message_carries_the_phase_of_its_event() -> None:
    """What is published while the step bakes began when nothing had been moved."""
    message = a_message(a_record(), at=after(0))
    rollouts = MemoryRollouts(a_record(phase=Phase.BAKING, step=1, outbox=(message,)))
    publisher = MemoryPublisher()
    Teller(rollouts, (mail_channel(publisher),), claims_of()).tell(ROLLOUT, after(600))
    assert publisher.attributes == [
        {
            "id": "churn-1/1/0",
            "kind": "transition",
            "endpoint": "churn",
            "rollout": ROLLOUT,
            "phase": "PLANNED",
            "severity": "info",
            "about": "started",
        }
    ]


def test_a_message_of_5d17009_is_published_as_it_was_written() -> None:
    """It kept no phase, so it goes out with the one of its publication, as it would have then."""
    old = WrittenMessage(id="m", kind="notice", subject="[canary] churn: s", body="b", at=after(0))
    rollouts = MemoryRollouts(a_record(phase=Phase.BAKING, outbox=(old,)))
    publisher = MemoryPublisher()
    told = Teller(rollouts, (mail_channel(publisher),), claims_of()).tell(ROLLOUT, after(60)).told
    assert publisher.published == [Mail(subject="[canary] churn: s", body="b")]
    assert publisher.attributes[0]["phase"] == "BAKING"
    assert [message.id for message in told] == ["m"]


class MemoryBus:
    """Events that a bus took, and a fault to inject."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.taken: list[StateChange] = []
        self.failure = failure

    def emit(self, detail_type: str, detail: str, at: datetime) -> None:
        """Note the event, or fail."""
        if self.failure:
            raise self.failure
        change = StateChange.model_validate_json(detail)
        assert (detail_type, at) == ("Rollout State Change", change.at)
        self.taken.append(change)

    @property
    def ids(self) -> list[str]:
        """Return the events' ids."""
        return [change.id for change in self.taken]


class Ways:
    """A mail, a chat and a bus, for one rollout with messages in its outbox."""

    def __init__(self, **plan: Any) -> None:
        record = a_record(rollout=ROLLOUT, outbox=MESSAGES, plan=a_plan(**plan))
        self.rollouts = MemoryRollouts(record)
        self.mail, self.chat, self.bus = MemoryPublisher(), MemoryPublisher(), MemoryBus()

    def tell(self, seconds: float) -> Record:
        """Tell what waits, by all of them."""
        channels = mail_channel(self.mail), chat_channel(self.chat), bus_channel(self.bus)
        return Teller(self.rollouts, channels, claims_of()).tell(ROLLOUT, after(seconds))

    @property
    def ids(self) -> list[list[str]]:
        """Return what went out by mail, chat and bus."""
        return [self.mail.ids, self.chat.ids, self.bus.ids]


ALL = ["first", "second", "third"]
FAILURES = (AwsUnavailable("Publish: Throttled"), AwsDenied("Publish: AuthorizationError"))


def test_every_channel_gets_every_message_in_order() -> None:
    """And then none of them waits any more."""
    ways = Ways()
    assert ways.tell(60).outbox == ()
    assert ways.ids == [ALL, ALL, ALL]
    assert ways.tell(120).outbox == ()
    assert ways.ids == [ALL, ALL, ALL]


@pytest.mark.parametrize("failure", FAILURES, ids=["unavailable", "denied"])
@pytest.mark.parametrize("broken", ["mail", "chat", "bus"])
def test_a_channel_that_fails_holds_no_other_up_and_nothing_is_told_twice(
    broken: str, failure: Exception
) -> None:
    """The messages wait for that channel alone, and it gets them once it can."""
    ways = Ways()
    channel: MemoryPublisher | MemoryBus = getattr(ways, broken)
    channel.failure = failure
    waiting = ways.tell(60).outbox
    others = sorted({"mail", "chat", "bus"} - {broken})
    assert [(message.id, sorted(message.sent), message.claim) for message in waiting] == [
        (identity, others, None) for identity in ALL
    ]
    channel.failure = None
    assert ways.tell(120).outbox == ()
    assert ways.ids == [ALL, ALL, ALL]


def test_what_was_told_remembers_by_which_channels() -> None:
    """The record shows it, also once nothing waits any more."""
    assert {message.sent for message in Ways().tell(60).told} == {("bus", "chat", "mail")}


def test_people_who_want_the_important_alone_hear_of_no_routine() -> None:
    """Machines hear everything; what was left out counts as told."""
    ways = Ways(notify="important")
    record = a_record(plan=a_plan(notify="important"))
    ways.rollouts.change(
        ROLLOUT, lambda r: r.but(outbox=(a_message(record).but(id="routine"), *r.outbox))
    )
    assert ways.tell(60).outbox == ()
    assert ways.ids == [ALL, ALL, ["routine", *ALL]]


def test_a_message_of_5d17009_has_no_facts_for_machines() -> None:
    """People are told its words, in a chat as in a mail; the bus is spared."""
    ways = Ways()
    old = WrittenMessage(id="m", kind="notice", subject="[canary] churn: s", body="b_", at=after(0))
    ways.rollouts.change(ROLLOUT, lambda r: r.but(outbox=(old,)))
    assert ways.tell(60).outbox == ()
    assert ways.ids == [["m"], ["m"], []]
    assert json.loads(ways.chat.published[0].body)["content"]["description"] == "b\uff3f"
