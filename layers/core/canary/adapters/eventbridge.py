"""The application's own events; their source names the stack, since two stacks of one account share
a bus.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from canary.adapters.translation import TRANSIENT, translated
from canary.domain.errors import AwsDenied, AwsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

EVENTS_A_CALL = 10


class EventBridgeAnnouncer:
    """Emits the application's own events on one bus."""

    def __init__(self, client: "EventBridgeClient", bus: str, source: str) -> None:
        """Take a boto3 EventBridge client, the bus name, and the source that this stack's own rule
        matches.
        """
        self._client = client
        self._bus = bus
        self._source = source

    def evidence_collected(self, rollouts: Sequence[str], minute: int) -> None:
        """Emit `Evidence Collected` for each rollout. Raises AwsUnavailable when any entry was not
        taken.
        """
        self._emit("Evidence Collected", [{"rollout": one} for one in rollouts], minute)

    def quality_evaluated(self, rollouts: Sequence[str], minute: int) -> None:
        """Emit `Quality Evaluated` for each rollout. Raises AwsUnavailable when any entry was not
        taken.
        """
        self._emit("Quality Evaluated", [{"rollout": one} for one in rollouts], minute)

    def rollouts_due(self, slices: Sequence[Sequence[str]], minute: int) -> None:
        """Emit `Rollouts Due` for each slice. Raises AwsUnavailable as above."""
        self._emit("Rollouts Due", [{"rollouts": [*one]} for one in slices], minute)

    def _emit(self, detail_type: str, details: Sequence[Mapping[str, object]], minute: int) -> None:
        entries = [
            {
                "Source": self._source,
                "DetailType": detail_type,
                "Detail": json.dumps({"version": 1, **detail, "minute": minute}),
                "EventBusName": self._bus,
            }
            for detail in details
        ]
        failed = 0
        for first in range(0, len(entries), EVENTS_A_CALL):
            with translated("PutEvents"):
                answer = self._client.put_events(Entries=entries[first : first + EVENTS_A_CALL])  # type: ignore[arg-type]
            failed += answer["FailedEntryCount"]
        if failed:
            raise AwsUnavailable(f"PutEvents: {failed} of {len(entries)} entries were not taken")


class EventBridgeBus:
    """Tells whoever listens on one bus what happened to a rollout."""

    def __init__(self, client: "EventBridgeClient", bus: str, source: str) -> None:
        """Take a boto3 EventBridge client, the bus name, and the source that names this stack."""
        self._client = client
        self._bus = bus
        self._source = source

    def emit(self, detail_type: str, detail: str, at: datetime) -> None:
        """Emit one event of this time. Raises AwsUnavailable when it was not taken, AwsDenied when
        it never will be.
        """
        entry: PutEventsRequestEntryTypeDef = {
            "Source": self._source,
            "DetailType": detail_type,
            "Detail": detail,
            "Time": at,
            "EventBusName": self._bus,
        }
        with translated("PutEvents"):
            (answer,) = self._client.put_events(Entries=[entry])["Entries"]
        code = answer.get("ErrorCode")
        if code is None:
            return
        told = f"PutEvents: {code}: {answer.get('ErrorMessage', '')}"
        raise AwsUnavailable(told) if code in TRANSIENT else AwsDenied(told)
