"""What CloudTrail knows of the account: who called what that changes something, and when.

Endpoints and state machines are written down, as far as a person asks after them; reads and calls
of data are not. An event is found a few minutes after its call.

Source: CloudTrail user guide, "Working with CloudTrail event history" and "How CloudTrail works"
(on average within about 5 minutes); API reference, LookupEvents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import BaseResponse

from emulator.patching import Patches
from emulator.place import Place

DELAY = timedelta(minutes=5)
PAGE = 50
SOURCES = {"sagemaker": "sagemaker.amazonaws.com", "stepfunctions": "states.amazonaws.com"}
READS = ("Describe", "Get", "List", "Search", "Validate", "SendTask")
MANY_CHOICES = 300
IDS = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")


@dataclass(frozen=True)
class Entry:
    """One call that changed something, or was refused."""

    id: str
    at: datetime
    name: str
    source: str
    who: str
    parameters: Mapping[str, Any]
    status: int

    def matches(self, key: str, value: str) -> bool:
        """Return whether a lookup's attribute is this entry's. Raises KeyError for another key."""
        attributes = {
            "EventId": {self.id},
            "EventName": {self.name},
            "EventSource": {self.source},
            "ReadOnly": {"false"},
            "ResourceName": set(self.names),
            "Username": {self.who.rsplit("/", 1)[-1]},
        }
        return value in attributes[key]

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the call names."""
        named = (v for k, v in self.parameters.items() if k.lower().endswith(("name", "arn")))
        return tuple(value for value in named if isinstance(value, str))

    def document(self, place: Place) -> dict[str, Any]:
        """Return the entry as LookupEvents answers it."""
        detail = {
            "eventID": self.id,
            "eventName": self.name,
            "eventSource": self.source,
            "eventTime": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "awsRegion": place.region,
            "recipientAccountId": place.account,
            "readOnly": False,
            "userIdentity": {"arn": self.who},
            "requestParameters": dict(self.parameters),
            **({} if self.status < MANY_CHOICES else {"errorCode": str(self.status)}),
        }
        return {
            "EventId": self.id,
            "EventName": self.name,
            "EventSource": self.source,
            "EventTime": self.at.timestamp(),
            "ReadOnly": "false",
            "Username": self.who.rsplit("/", 1)[-1],
            "Resources": [{"ResourceName": name} for name in self.names],
            "CloudTrailEvent": json.dumps(detail),
        }


class Trail:
    """The account's event history; `who_of` names the caller of an access key."""

    def __init__(
        self, now: Callable[[], datetime], who_of: Callable[[str], str], place: Place
    ) -> None:
        self._now, self._who_of, self._place = now, who_of, place
        self._entries: list[Entry] = []

    def note(self, service: str, action: str, key: str, body: str, status: int) -> None:
        """Write a call down where a person may ask after it."""
        if service not in SOURCES or action.startswith(READS):
            return
        identity = str(uuid5(IDS, str(len(self._entries))))
        at, who = self._now(), self._who_of(key)
        parameters = json.loads(body or "{}")
        self._entries.append(Entry(identity, at, action, SOURCES[service], who, parameters, status))

    def looked_up(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return a page of what is asked for, newest first. Raises JsonRESTError."""
        found = list(self._found(asked))
        first = int(asked.get("NextToken") or 0)
        last = first + min(int(asked.get("MaxResults") or PAGE), PAGE)
        page = [entry.document(self._place) for entry in found[first:last]]
        return {"Events": page, **({"NextToken": str(last)} if last < len(found) else {})}

    def _found(self, asked: Mapping[str, Any]) -> Iterator[Entry]:
        attributes = asked.get("LookupAttributes") or []
        if len(attributes) > 1:
            raise JsonRESTError(
                "InvalidLookupAttributesException", "You can specify only one attribute"
            )
        since, until = asked.get("StartTime"), asked.get("EndTime")
        for entry in reversed(self._entries):
            at = entry.at.timestamp()
            inside = (since is None or at >= since) and (until is None or at <= until)
            known = self._now() - entry.at >= DELAY
            pairs = [(one["AttributeKey"], one["AttributeValue"]) for one in attributes]
            if inside and known and all(entry.matches(*pair) for pair in pairs):
                yield entry


def patch_trail(patches: Patches, trail: Trail) -> None:
    """Let calls be written down where they are answered, and looked up."""
    original = BaseResponse.call_action

    def call_action(self: BaseResponse) -> Any:
        answer = original(self)
        service = self.service_name or ""
        if service in SOURCES:
            action, status = self._get_action(), int(answer[0])
            trail.note(service, action, self.access_key, str(self.body), status)
        return answer

    def lookup_events(self: CloudTrailResponse) -> str:
        return json.dumps(trail.looked_up(json.loads(self.body or "{}")))

    patches.replace(BaseResponse, "call_action", call_action, parameters=())
    patches.add(CloudTrailResponse, "lookup_events", lookup_events)
