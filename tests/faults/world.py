"""One run of one rollout in a forked account: what may be broken, and what is done while it
runs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest.mock import patch

from moto.stepfunctions.models import stepfunctions_backends

from emulator.calls import Hook
from emulator.events.bus import Passage
from emulator.functions.fleet import Proceed
from emulator.functions.invocation import InvocationResult
from emulator.states.execution import Execution
from emulator.states.interpreter import Walk
from tests.faults.naming import EVENTS, function_of
from tests.faults.observer import Observer
from tests.integration.stage import Stage

Around = Callable[[str, Any, Proceed], InvocationResult]
Deliver = Callable[[Passage, list[float]], list[float]]
Entered = Callable[[Execution, str], object]
PAGES = (
    "UNPROVEN",
    "not safe yet",
    "no instances for",
    "not started by itself",
    "ALARM:",
    "INSUFFICIENT_DATA:",
)
"""What the subjects say of messages and alarms that tell a person to act."""
ROLLOUT_NAME, WARM_UP = "first", "warm-up"


@dataclass
class World:
    """Everything a fault can take hold of. Faults are outside the observer: it sees what really
    happened.
    """

    stage: Stage
    seed: int = 0
    observer: Observer = field(init=False)
    arounds: list[Around] = field(default_factory=list)
    deliveries: list[Deliver] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    fired: list[str] = field(default_factory=list)
    foreign_since: datetime | None = None
    promotes: int = 0
    intended: int = 0
    begins_by: datetime | None = None
    """When a rollout that begins by itself has begun, or its event is lost for good."""
    lift: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put the observer innermost, and every kind of fault around what it breaks."""
        emulator = self.stage.emulator
        self.reseed(self.seed)
        self.observer = Observer(emulator)
        emulator.calls.hooks.append(self.observer.watch)
        emulator.functions.around = self._around
        emulator.bus.plan = self._plan
        self._watch_states()

    def reseed(self, seed: int) -> None:
        """Draw from here on what this seed gives."""
        self.random = random.Random(seed)

    @property
    def emulator(self) -> Any:
        """Return the emulated account."""
        return self.stage.emulator

    def add_hook(self, hook: Hook) -> None:
        """Break calls: outside the observer, inside the check of permissions."""
        self.emulator.calls.hooks.insert(len(self.emulator.calls.hooks) - 1, hook)

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something in so many emulated seconds; it must not block."""
        self.emulator.clock.call_in(seconds, action)

    def fire(self, what: str) -> None:
        """Write down that a fault took effect."""
        self.fired.append(what)
        self.observer.note(f"*** {what}")

    def once(
        self, holds: Callable[[], bool], action: Callable[[], object], seconds: float = 1.0
    ) -> None:
        """Do something once, a little after a stored record first makes `holds` true."""
        done: list[bool] = []

        def act() -> None:
            action()
            self.intended -= 1

        def look(_revision: object) -> None:
            if not done and holds():
                done.append(True)
                self.intended += 1
                self.later(seconds, act)

        self.observer.listeners.append(look)

    def execute(self, document: Mapping[str, Any], name: str) -> str:
        """Start an execution as a person would."""
        self.observer.note(f"a person starts {name}: {json.dumps(document)[:100]}")
        self.promotes += document.get("command") == "promote"
        return self.stage.execute(document, name)

    def executions(self) -> dict[str, Execution]:
        """Return every execution by name."""
        found: dict[str, Execution] = {}
        for machine in _machines(self):
            found |= {
                execution.name: execution
                for execution in machine.executions
                if execution.name != WARM_UP
            }
        return found

    def rolling(self) -> dict[str, Execution]:
        """Return the executions that move or restore, by name: all but commands."""
        return {name: each for name, each in self.executions().items() if not is_command(each)}

    def paged(self) -> bool:
        """Return whether on-call was told that something is wrong: by a message, or by one of the
        stack's alarms.
        """
        subjects = [message.subject or "" for message in self.emulator.messages]
        return any(word in subject for subject in subjects for word in PAGES)

    def is_over(self) -> bool:
        """Return whether every rollout has ended and is told, a refused start has failed, one that
        nobody asked for will not begin any more, and no person is about to do something or waits
        for an answer.
        """
        last = {revision.record.rollout: revision.record for revision in self.observer.revisions}
        if self.intended or any(record.listed for record in last.values()):
            return False
        if any(each.is_running and is_command(each) for each in self.executions().values()):
            return False
        started = self.rolling().values()
        if started or last:
            return bool(last) or not any(each.is_running for each in started)
        return self.begins_by is not None and self.emulator.clock.now() > self.begins_by

    def _around(self, function: str, event: Any, proceed: Proceed) -> InvocationResult:
        with self.observer.working(function, event) as work:
            wrapped = proceed
            for around in reversed(self.arounds):
                wrapped = _bound(around, function, event, wrapped)
            try:
                outcome = wrapped()
            except BaseException as error:
                self.observer.note(f"{work.caller} died: {type(error).__name__}: {error}")
                raise
            if outcome.is_error:
                self.observer.errors.append(f"{function_of(function)}: {outcome.error_type}")
                message = json.loads(outcome.payload).get("errorMessage", "")
                self.observer.note(f"failed: {outcome.error_type}: {message[:200]}")
            return outcome

    def _plan(self, passage: Passage) -> list[float]:
        seconds = [0.0]
        for deliver in self.deliveries:
            seconds = deliver(passage, seconds)
        return seconds

    def _watch_states(self) -> None:
        original, world = Walk._step, self

        def step(walk: Walk, name: str, *rest: Any) -> Any:
            world.observer.timeline.append(
                f"{world.emulator.clock.now():%H:%M:%S} {walk.execution.name:<24} enters {name}"
            )
            for entered in list(world.entered):
                entered(walk.execution, name)
            return original(walk, name, *rest)

        patch.object(Walk, "_step", step).start()


def event_of(passage: Passage) -> str:
    """Return what kind of event a passage carries."""
    kind = str(passage.event["detail-type"])
    return EVENTS.get(kind, kind)


def is_command(execution: Execution) -> bool:
    """Return whether an execution only carries a command."""
    return execution.execution_input.startswith('{"command"')


def _bound(around: Around, function: str, event: Any, proceed: Proceed) -> Proceed:
    return lambda: around(function, event, proceed)


def _machines(world: World) -> list[Any]:
    place = world.emulator.place
    return list(stepfunctions_backends[place.account][place.region].state_machines)
