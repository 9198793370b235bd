"""A bus that took the call may still not have taken the event: the answer's entries say so."""

from typing import Any

import pytest

from canary.adapters.eventbridge import EventBridgeBus
from canary.domain.errors import AwsDenied, AwsUnavailable
from tests.rollouts import NOON


class Bus:
    """EventBridge that answers each entry with an error, or none."""

    def __init__(self, error: str = "") -> None:
        self.error = error
        self.entries: list[dict[str, Any]] = []

    def put_events(self, **given: Any) -> dict[str, Any]:
        """Note the entries and answer."""
        self.entries += given["Entries"]
        answer = {"ErrorCode": self.error, "ErrorMessage": "m"} if self.error else {"EventId": "1"}
        return {"FailedEntryCount": int(bool(self.error)), "Entries": [answer]}


def emit(bus: Bus) -> None:
    """Emit one event."""
    client: Any = bus
    EventBridgeBus(client, "ours", "sagemaker-canary.prod").emit("Type", "{}", NOON)


def test_an_event_names_bus_source_and_time() -> None:
    """What rules match by, and when it happened."""
    bus = Bus()
    emit(bus)
    assert bus.entries == [
        {
            "Source": "sagemaker-canary.prod",
            "DetailType": "Type",
            "Detail": "{}",
            "Time": NOON,
            "EventBusName": "ours",
        }
    ]


@pytest.mark.parametrize("code", ["InternalFailure", "ThrottlingException"])
def test_an_entry_that_may_be_taken_later_is_tried_again(code: str) -> None:
    """EventBridge documents these two as worth another try."""
    with pytest.raises(AwsUnavailable, match=f"PutEvents: {code}: m"):
        emit(Bus(code))


@pytest.mark.parametrize("code", ["NotAuthorizedForSourceException", "MalformedDetail"])
def test_an_entry_that_is_refused_waits_alone(code: str) -> None:
    """It will be refused again, and holds nothing behind it up."""
    with pytest.raises(AwsDenied, match=f"PutEvents: {code}: m"):
        emit(Bus(code))
