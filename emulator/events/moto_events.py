"""Moto's EventBridge API in front of our bus.

Restores on moto: delivery to functions, state machines, topics and queues; time as ISO text;
disabled rules and schedule-only rules take no event; PutEvents may not speak for aws.*; schedules
fire on the clock.
"""

from __future__ import annotations

from typing import Any

from moto.events.models import EventsBackend, Rule

from emulator.events.bus import Bus, iso
from emulator.events.schedule import Schedules
from emulator.patching import Patches

FORGED = {
    "ErrorCode": "NotAuthorizedForSourceException",
    "ErrorMessage": "Not authorized for the source.",
}


def patch_events(patches: Patches, bus: Bus, schedules: Schedules) -> None:
    """Put the bus and the schedules behind moto's API."""
    original_put_events = EventsBackend.put_events
    original_put_rule = EventsBackend.put_rule

    def put_events(self: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        answers = []
        for event in events:
            if str(event.get("Source", "")).startswith("aws."):
                answers.append(dict(FORGED))
            else:
                timed = {**event, "Time": event.get("Time") or bus.clock.now().timestamp()}
                answers += original_put_events(self, [timed])
        return answers

    def send_to_targets(
        self: Rule,
        original_event: dict[str, Any],
        transform_input: bool = True,  # noqa: ARG001, FBT001, FBT002
    ) -> None:
        event = {key: value for key, value in original_event.items() if key != "ingestion-time"}
        event["time"] = iso(event["time"])
        if not any(known["id"] == event["id"] for known in bus.events[-1:]):
            bus.events.append(event)
        bus.offer(self, event)

    def put_rule(self: EventsBackend, *args: Any, **more: Any) -> Rule:
        rule = original_put_rule(self, *args, **more)
        schedules.follow(rule)
        return rule

    patches.replace(EventsBackend, "put_events", put_events, parameters=("events",))
    patches.replace(
        Rule, "send_to_targets", send_to_targets, parameters=("original_event", "transform_input")
    )
    patches.replace(EventsBackend, "put_rule", put_rule)
