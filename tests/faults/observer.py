"""Everything a run really did, written down where it happened: record revisions, weight calls,
messages, executions.

The observer is the innermost hook around every AWS call, so it sees deeds, not answers: a call
whose answer is lost on the way back is seen, a call that was refused before it arrived is not. It
judges nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from canary.domain.rollout.forms.event import DETAIL_TYPE, StateChange
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from emulator import Emulator
from emulator.calls import Call, Proceed
from tests.faults.deeds import InstanceAsk, Move, Revision, Told, Work
from tests.faults.naming import WRITES, action_of, function_of, operation_of

NOBODY = Work("", "")
_work: ContextVar[Work] = ContextVar("work", default=NOBODY)
Listener = Callable[[Revision], object]


@dataclass
class Observer:
    """What happened in one emulated account since it began to look."""

    emulator: Emulator
    revisions: list[Revision] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    instances: list[InstanceAsk] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    emitted: list[str] = field(default_factory=list)
    """The ids of the state changes that the bus took."""
    listeners: list[Listener] = field(default_factory=list)
    timeline: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    leases: dict[str, str] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    writes: int = 0
    """How many a function asked for."""
    _numbers: int = 0

    @property
    def work(self) -> Work:
        """Return the invocation whose code is running."""
        return _work.get()

    @property
    def record(self) -> Record | None:
        """Return the newest revision stored, of whichever rollout."""
        return self.revisions[-1].record if self.revisions else None

    @property
    def phase(self) -> str:
        """Return where the rollout is: phase, step where it has several, `!` while a roll-back
        waits to be done.
        """
        record = self.record
        if record is None:
            return "START"
        step = f" {record.step}" if record.phase in {Phase.SHIFTING, Phase.BAKING} else ""
        pending = (
            record.rolling_back and record.phase is not Phase.ROLLING_BACK and not record.ended
        )
        return f"{record.phase}{step}{'!' if pending else ''}"

    @property
    def moments(self) -> frozenset[str]:
        """Return the phase and, between a verdict and what it leads to, `ADVANCE to step 2` or
        `ADVANCE to the end`.
        """
        decision = self.record.decision if self.record else None
        if decision is None or decision.verdict != "ADVANCE":
            return frozenset({self.phase})
        to = "the end" if decision.to_step is None else f"step {decision.to_step}"
        return frozenset({self.phase, f"ADVANCE to {to}"})

    def newest(self, endpoint: str) -> Record | None:
        """Return the newest revision of whichever rollout of one endpoint."""
        return next(
            (r.record for r in reversed(self.revisions) if r.record.endpoint == endpoint), None
        )

    def current(self, rollout: str) -> Record | None:
        """Return the newest revision of one rollout."""
        return next(
            (r.record for r in reversed(self.revisions) if r.record.rollout == rollout), None
        )

    def note(self, text: str) -> None:
        """Add a line to the timeline."""
        self.timeline.append(f"{self.emulator.clock.now():%H:%M:%S} {self.work.caller:<24} {text}")

    def broke(self) -> None:
        """Write down that a fault hit the invocation under way."""
        self.broken.add(self.work.number)

    @contextmanager
    def working(self, function: str, event: Any) -> Iterator[Work]:
        """Say whose code runs inside."""
        self._numbers += 1
        given = event if isinstance(event, dict) else {}
        work = Work(
            function_of(function),
            action_of(event),
            str(given.get("execution", "")),
            int(given.get("generation", 0)),
            self._numbers,
        )
        token = _work.set(work)
        try:
            yield work
        finally:
            _work.reset(token)

    def watch(self, call: Call, proceed: Proceed) -> Any:
        """Let a call through and write down what it did; the hook."""
        if call.function is None:
            return proceed()
        self.writes += call.name in WRITES
        kind = operation_of(call, self.current)
        try:
            answer = proceed()
        except Exception as error:
            self.note(f"{kind} refused: {error}")
            raise
        self._see(call, answer, kind)
        return answer

    def _see(self, call: Call, answer: Any, kind: str) -> None:
        match call.name:
            case "dynamodb:PutItem":
                self._see_put(call.parameters["Item"], kind)
            case "dynamodb:TransactWriteItems":
                self._see_transaction(call.parameters["TransactItems"], kind)
            case "dynamodb:GetItem" if "RECORD" in kind and "Item" in answer:
                _work.get().seen_revision = int(answer["Item"]["revision"]["N"])
            case "sagemaker:UpdateEndpointWeightsAndCapacities":
                self._see_move(call.parameters)
            case "events:PutEvents":
                self._see_events(call.parameters["Entries"], answer["Entries"])
            case "application-autoscaling:RegisterScalableTarget":
                _, endpoint, _, variant = call.parameters["ResourceId"].split("/")
                self._see_instances(endpoint, variant, "least", call.parameters["MinCapacity"])
            case "sns:Publish":
                self._see_message(call.parameters)
            case "stepfunctions:SendTaskSuccess":
                self.note(f"{kind} {call.parameters['output'][:120]}")
            case "stepfunctions:StartExecution":
                self.note(f"{kind} {call.parameters['name']}")

    def _see_put(self, item: Mapping[str, Any], kind: str) -> None:
        if item["sk"]["S"] == "RECORD":
            self._store(Record.model_validate_json(item["body"]["S"]), kind)

    def _see_transaction(self, items: list[dict[str, Any]], kind: str) -> None:
        for item in items:
            if "Put" in item and item["Put"]["Item"]["sk"]["S"] == "LEASE":
                self.leases[item["Put"]["Item"]["pk"]["S"].removeprefix("ENDPOINT#")] = item["Put"][
                    "Item"
                ]["rollout"]["S"]
            if "Delete" in item:
                self.leases.pop(item["Delete"]["Key"]["pk"]["S"].removeprefix("ENDPOINT#"), None)
        for item in items:
            if "Put" in item:
                self._see_put(item["Put"]["Item"], kind)

    def _store(self, record: Record, kind: str) -> None:
        work = _work.get()
        work.seen_revision = record.revision
        lease = self.leases.get(record.endpoint)
        revision = Revision(
            self.emulator.clock.now(),
            record,
            work.caller,
            work.execution,
            lease,
            self.serving(record.endpoint),
        )
        self.revisions.append(revision)
        self.note(
            f"{kind} -> r{record.revision} g{record.generation} {self.phase} step {record.step}"
        )
        for listener in list(self.listeners):
            listener(revision)

    def _see_move(self, parameters: Mapping[str, Any]) -> None:
        changes, endpoint = parameters["DesiredWeightsAndCapacities"], parameters["EndpointName"]
        for change in changes:
            if "DesiredInstanceCount" in change:
                count = change["DesiredInstanceCount"]
                self._see_instances(endpoint, change["VariantName"], "count", count)
        weights = {v["VariantName"]: v["DesiredWeight"] for v in changes if "DesiredWeight" in v}
        if not weights:
            return
        work, record = _work.get(), self.newest(endpoint)
        self.moves.append(
            Move(
                self.emulator.clock.now(),
                weights,
                work.execution,
                record.rollout if record else "",
                work.seen_revision,
                self.counts(endpoint),
            )
        )
        self.note(f"asks for {weights}")

    def _see_instances(self, endpoint: str, variant: str, way: str, instances: int) -> None:
        work, record = _work.get(), self.newest(endpoint)
        self.instances.append(
            InstanceAsk(
                self.emulator.clock.now(),
                variant,
                way,
                instances,
                record.rollout if record else "",
                work.seen_revision,
                self.weights(endpoint) or {},
            )
        )
        self.note(f"asks for {way} {instances} of {variant}")

    def _see_message(self, parameters: Mapping[str, Any]) -> None:
        attributes = {
            n: v["StringValue"] for n, v in parameters.get("MessageAttributes", {}).items()
        }
        subject, identity = parameters["Subject"], attributes.get("id", "")
        self.told.append(
            Told(self.emulator.clock.now(), identity, subject, attributes, self.work.number)
        )
        self.note(f"tells {identity}: {subject}")

    def _see_events(self, entries: list[Any], answers: list[Any]) -> None:
        for entry, answer in zip(entries, answers, strict=True):
            if entry["DetailType"] == DETAIL_TYPE and "ErrorCode" not in answer:
                change = StateChange.model_validate_json(entry["Detail"])
                self.emitted.append(change.id)
                self.note(f"emits {change.id}: {change.about}")

    def counts(self, name: str) -> Mapping[str, int]:
        """Return the instances each variant has; none where there is no endpoint."""
        endpoint = self.emulator.endpoints.fleet.endpoints.get(name)
        return (
            {v.name: v.current_count or 0 for v in endpoint.variants}
            if endpoint is not None
            else {}
        )

    def configuration(self, name: str) -> str:
        """Return the configuration an endpoint has in use; '' where there is no endpoint."""
        endpoint = self.emulator.endpoints.fleet.endpoints.get(name)
        return endpoint.config_name if endpoint is not None else ""

    def configurations(self) -> list[str]:
        """Return the names of every configuration there is."""
        place = self.emulator.place
        return list(sagemaker_backends[place.account][place.region].endpoint_configs)

    def minimums(self, name: str) -> Mapping[str, int]:
        """Return the minimum of each autoscaled variant."""
        targets = self.emulator.endpoints.scaling.targets.values()
        return {one.variant: one.least for one in targets if one.endpoint == name}

    def serving(self, name: str) -> Mapping[str, float] | None:
        """Return the weights an endpoint serves with while it is InService, as it really is; None
        otherwise.
        """
        endpoint = self.emulator.endpoints.fleet.endpoints.get(name)
        return (
            self.weights(name) if endpoint is not None and endpoint.status == "InService" else None
        )

    def weights(self, name: str) -> Mapping[str, float] | None:
        """Return the weights an endpoint serves with, whatever else is done to it; None when there
        is none.
        """
        endpoint = self.emulator.endpoints.fleet.endpoints.get(name)
        return (
            {v.name: v.current_weight or 0.0 for v in endpoint.variants}
            if endpoint is not None
            else None
        )
