"""Where a run can be broken, recorded from the run itself: calls, invocations, deliveries and
states.

A site is the first of its kind: the same function doing the same thing to the same item in the same
phase. Writes are also counted one by one, so that a run can be killed between any two of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from emulator.calls import Call, Proceed
from emulator.events.bus import Passage
from emulator.functions.fleet import Proceed as Invoke
from emulator.functions.invocation import InvocationResult
from emulator.states.execution import Execution
from tests.faults.course import Rest
from tests.faults.naming import WRITES, action_of, function_of, operation_of
from tests.faults.world import World, event_of, is_command


class Site(NamedTuple):
    """Who does what in which phase of the rollout."""

    who: str
    what: str
    phase: str

    def __str__(self) -> str:
        """Return the site as people read it."""
        return f"{self.who} {self.what} in {self.phase}"


def call_site(world: World, call: Call) -> Site:
    """Return the site of an AWS call made by a function; reads are told apart by operation, writes
    by what changes.
    """
    what = operation_of(call, world.observer.current) if call.name in WRITES else call.name
    return Site(world.observer.work.caller, what, world.observer.phase)


def invocation_site(world: World, function: str, event: Any) -> Site:
    """Return the site of one invocation of a function."""
    return Site(f"{function_of(function)}.{action_of(event)}", "invocation", world.observer.phase)


def delivery_site(world: World, passage: Passage) -> Site:
    """Return the site of one event on its way to one target."""
    target = passage.target.rsplit(":", 1)[-1]
    target = function_of(target) if "Function" in target else target
    return Site(target, event_of(passage), world.observer.phase)


def state_site(world: World, execution: Execution, state: str) -> Site:
    """Return the site of one execution entering one state."""
    kind = "rollout"
    if execution.execution_input.startswith('{"recover"'):
        kind = "recovery"
    elif is_command(execution):
        kind = "command"
    return Site(kind, state, world.observer.phase)


@dataclass
class Recording:
    """Every site of one clean run in the order of its first appearance, how often it came, and the
    writes by number; `rests`: how the run stood at each, and `rested`: how many came before a site,
    `writes_rested` before each write.
    """

    calls: dict[Site, int] = field(default_factory=dict)
    invocations: dict[Site, int] = field(default_factory=dict)
    deliveries: dict[Site, int] = field(default_factory=dict)
    states: dict[Site, int] = field(default_factory=dict)
    writes: list[Site] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    rests: list[Rest] = field(default_factory=list)
    rested: dict[Site, int] = field(default_factory=dict)
    writes_rested: list[int] = field(default_factory=list)

    def count(self, sites: dict[Site, int], site: Site) -> None:
        """Count a site among its kind."""
        sites[site] = sites.get(site, 0) + 1
        self.rested.setdefault(site, len(self.rests))

    def rests_before(self, what: Site | int | None) -> int:
        """Return how many rests came before a site or a write of that number; 0 where neither
        is.
        """
        if isinstance(what, int):
            return self.writes_rested[what - 1]
        return 0 if what is None else self.rested.get(what, 0)


def record_sites(world: World) -> Recording:
    """Return the recording that fills while the world runs."""
    recording = Recording()

    def call_made(call: Call, proceed: Proceed) -> Any:
        if call.function is not None:
            site = call_site(world, call)
            recording.count(recording.calls, site)
            if call.name in WRITES:
                recording.writes.append(site)
                recording.writes_rested.append(len(recording.rests))
        return proceed()

    def invoked(function: str, event: Any, proceed: Invoke) -> InvocationResult:
        recording.count(recording.invocations, invocation_site(world, function, event))
        return proceed()

    def delivered(passage: Passage, seconds: list[float]) -> list[float]:
        recording.count(recording.deliveries, delivery_site(world, passage))
        return seconds

    def stored(_revision: object) -> None:
        if not recording.phases or recording.phases[-1] != world.observer.phase:
            recording.phases.append(world.observer.phase)

    world.add_hook(call_made)
    world.arounds.append(invoked)
    world.deliveries.append(delivered)
    world.entered.append(
        lambda execution, state: recording.count(
            recording.states, state_site(world, execution, state)
        )
    )
    world.observer.listeners.append(stored)
    return recording
