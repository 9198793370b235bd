"""What happens to the messages behind one that cannot be published."""

from collections.abc import Mapping

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.rollout.forms.mail import Mail
from canary.domain.rollout.kinds.looks import NeedsLook
from canary.domain.rollout.messages import WrittenMessage
from canary.domain.rollout.phase import Phase
from canary.flow.telling.tell import Teller
from tests.ports import MemoryPublisher, MemoryRollouts, claims_of
from tests.rollouts import a_message, a_record, after

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
    record = Teller(rollouts, publisher, claims_of()).tell(ROLLOUT, after(60))
    assert publisher.ids == ["second", "third"]
    assert [(message.id, message.claim) for message in record.outbox] == [("first", None)]


def test_messages_wait_behind_one_that_sns_could_not_take_now() -> None:
    """SNS being down keeps the order: what was told first is read first, a tick later."""
    rollouts = MemoryRollouts(a_record(rollout=ROLLOUT, outbox=MESSAGES))
    publisher = FailingOn("second", AwsUnavailable("Publish: InternalError"))
    record = Teller(rollouts, publisher, claims_of()).tell(ROLLOUT, after(60))
    assert publisher.ids == ["first"]
    assert [message.id for message in record.outbox] == ["second", "third"]
    again = MemoryPublisher()
    Teller(rollouts, again, claims_of()).tell(ROLLOUT, after(120))
    assert again.ids == ["second", "third"]


def test_a_late_message_carries_the_phase_of_its_event() -> None:
    """What is published while the step bakes began when nothing had been moved."""
    message = a_message(a_record(), at=after(0))
    rollouts = MemoryRollouts(a_record(phase=Phase.BAKING, step=1, outbox=(message,)))
    publisher = MemoryPublisher()
    Teller(rollouts, publisher, claims_of()).tell(ROLLOUT, after(600))
    assert publisher.attributes == [
        {
            "id": "churn-1/1/0",
            "kind": "transition",
            "endpoint": "churn",
            "rollout": ROLLOUT,
            "phase": "PLANNED",
        }
    ]


def test_a_message_of_5d17009_is_published_as_it_was_written() -> None:
    """It kept no phase, so it goes out with the one of its publication, as it would have then."""
    old = WrittenMessage(id="m", kind="notice", subject="[canary] churn: s", body="b", at=after(0))
    rollouts = MemoryRollouts(a_record(phase=Phase.BAKING, outbox=(old,)))
    publisher = MemoryPublisher()
    told = Teller(rollouts, publisher, claims_of()).tell(ROLLOUT, after(60)).told
    assert publisher.published == [Mail(subject="[canary] churn: s", body="b")]
    assert publisher.attributes[0]["phase"] == "BAKING"
    assert [message.id for message in told] == ["m"]
