"""What happens to the messages behind one that cannot be published."""

from collections.abc import Mapping

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.rollout import messages
from canary.domain.rollout.record import Message
from canary.flow.tell import Teller
from tests.ports import MemoryPublisher, MemoryRollouts, claims_of
from tests.rollouts import a_record, after

ROLLOUT = "churn-1"
MESSAGES = tuple(
    messages.started(a_record(), after(0)).but(id=name, subject=f"[canary] churn: {name}")
    for name in ("first", "second", "third")
)


class FailingOn(MemoryPublisher):
    """SNS that fails on one message."""

    def __init__(self, message: str, failure: Exception) -> None:
        super().__init__()
        self._message, self._failure = message, failure

    def publish(self, message: Message, attributes: Mapping[str, str]) -> None:
        """Note the message, or fail."""
        if message.id == self._message:
            raise self._failure
        super().publish(message, attributes)


def test_a_message_refused_for_good_holds_no_later_one_up() -> None:
    """The rest is told, UNPROVEN included; the refused one waits, free to be claimed, and the alarm
    brings a person.
    """
    rollouts = MemoryRollouts(a_record(rollout=ROLLOUT, outbox=MESSAGES))
    publisher = FailingOn("first", AwsDenied("Publish: InvalidParameter"))
    record = Teller(rollouts, publisher, claims_of()).tell(ROLLOUT, after(60))
    assert publisher.subjects == ["second", "third"]
    assert [(message.id, message.claim) for message in record.outbox] == [("first", None)]


def test_messages_wait_behind_one_that_sns_could_not_take_now() -> None:
    """SNS being down keeps the order: what was told first is read first, a tick later."""
    rollouts = MemoryRollouts(a_record(rollout=ROLLOUT, outbox=MESSAGES))
    publisher = FailingOn("second", AwsUnavailable("Publish: InternalError"))
    record = Teller(rollouts, publisher, claims_of()).tell(ROLLOUT, after(60))
    assert publisher.subjects == ["first"]
    assert [message.id for message in record.outbox] == ["second", "third"]
    again = MemoryPublisher()
    Teller(rollouts, again, claims_of()).tell(ROLLOUT, after(120))
    assert again.subjects == ["second", "third"]
