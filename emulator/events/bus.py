"""Events on their way: what arrives, which rules take it, and when each target gets it.

Delivery is at least once and in no promised order. `plan` decides, per delivery, after how many
seconds it happens: `[0.0]` once at once, `[]` dropped, `[0.0, 0.0]` duplicated, `[90.0]` late.
Deliveries due at one moment go in the order they were made.

Threads. Events are taken under the account's lock and delivered by actions of the clock, which hold
it too.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from moto.events.models import Rule, events_backends
from moto.events.utils import EventTemplateParser

from emulator.clock import Clock
from emulator.events.delivery import Delivery, Undeliverable
from emulator.place import Place
from emulator.states.language.paths import read

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Passage:
    """One event on its way to one target of one rule."""

    rule: str
    target: str
    event: Event


Plan = Callable[[Passage], Sequence[float]]


class Bus:
    """Every event bus of one account and region. `undelivered` keeps what reached no target, with
    the reason.
    """

    def __init__(self, clock: Clock, delivery: Delivery, place: Place) -> None:
        self.clock = clock
        self.delivery = delivery
        self.place = place
        self.plan: Plan = lambda _passage: (0.0,)
        self.may_start: Callable[[str, str], str | None] = lambda _role, _machine: None
        self.events: list[Event] = []
        self.undelivered: list[tuple[Passage, str]] = []
        self._numbers = 0

    def emit(self, entry: Mapping[str, Any]) -> None:
        """Take one PutEvents entry of an AWS service (Source aws.*), on the default bus."""
        event = self.made(entry, list(entry.get("Resources", [])))
        self.events.append(event)
        for rule in list(
            events_backends[self.place.account][self.place.region]
            .event_buses["default"]
            .rules.values()
        ):
            self.offer(rule, event)

    def made(self, entry: Mapping[str, Any], resources: list[str]) -> dict[str, Any]:
        """Return the event of an entry, with its id and its time."""
        self.clock.lock.check()
        self._numbers += 1
        return {
            "version": "0",
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"event/{self._numbers}")),
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": self.place.account,
            "time": iso(entry.get("Time") or self.clock.now()),
            "region": self.place.region,
            "resources": resources,
            "detail": json.loads(entry["Detail"]),
        }

    def offer(self, rule: Rule, event: Event) -> None:
        """Send the event to the rule's targets if the rule is on and its pattern matches; a
        schedule has no pattern.
        """
        if (
            rule.state == "ENABLED"
            and rule.event_pattern.dump()
            and rule.event_pattern.matches_event(event)
        ):
            self.send(rule, event)

    def send(self, rule: Rule, event: Event) -> None:
        """Send the event to every target of the rule, as planned."""
        for target in rule.targets:
            passage = Passage(rule.name, target["Arn"], event)
            for seconds in self.plan(passage):
                self.clock.call_in(seconds, partial(self._deliver, rule, passage, target))

    def _deliver(self, rule: Rule, passage: Passage, target: Mapping[str, Any]) -> None:
        arn = target["Arn"]
        try:
            self._check_permission(rule, target)
            self.delivery.send(arn, input_of(target, passage.event), target)
        except Undeliverable as error:
            self.undelivered.append((passage, str(error)))
            queue = target.get("DeadLetterConfig", {}).get("Arn")
            if queue:
                self.delivery.send(queue, json.dumps(passage.event))

    def _check_permission(self, rule: Rule, target: Mapping[str, Any]) -> None:
        service = target["Arn"].split(":")[2]
        if service == "lambda" and not self.delivery.may_invoke(
            target["Arn"], "events.amazonaws.com", rule.arn
        ):
            raise Undeliverable(
                f"{target['Arn']} has no permission for events.amazonaws.com from {rule.arn}"
            )
        if service == "states":
            refusal = self.may_start(target.get("RoleArn", ""), target["Arn"])
            if refusal is not None:
                raise Undeliverable(refusal)


def input_of(target: Mapping[str, Any], event: Event) -> str:
    """Return the JSON text a target gets: its constant input, a part of the event, a transformed
    one, or all of it.
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(read(target["InputPath"], dict(event), {}))
    transformer = target.get("InputTransformer")
    if transformer:
        timed = {**event, "ingestion-time": event["time"]}
        made = EventTemplateParser.parse(
            transformer["InputTemplate"], transformer.get("InputPathsMap", {}), timed
        )
        return json.dumps(made)
    return json.dumps(event)


def iso(moment: datetime | float) -> str:
    """Return an event's time as EventBridge writes it, whole seconds in UTC."""
    if not isinstance(moment, datetime):
        moment = datetime.fromtimestamp(float(moment), UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
