"""Faults of executions: stopped, failed, timed out, and redriven by a person, at every state they
enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.functions.fleet import Proceed
from emulator.functions.invocation import InvocationResult
from emulator.states.execution import ABORTED, FAILED, TIMED_OUT, Execution
from tests.faults.sites import Site, state_site
from tests.faults.world import World


@dataclass(frozen=True)
class ExecutionFault:
    """The first execution at a site ends with a status; `redriven_after` seconds later a person
    redrives it.

    `under_way`: its invocation still runs when it ends, and does its deed afterwards.
    """

    status: str
    site: Site
    redriven_after: float | None = None
    under_way: bool = False
    permanent: bool = False

    @property
    def waits_for(self) -> Site:
        """Return what it hits."""
        return self.site

    def __str__(self) -> str:
        """Return the fault as people read it."""
        redriven = (
            f", redriven {self.redriven_after:g} s later" if self.redriven_after is not None else ""
        )
        late = " while its function runs" if self.under_way else ""
        return f"{self.status}{late}{redriven}: {self.site}"

    def arm(self, world: World) -> None:
        """Put the fault in the way of the run."""
        hit: list[Execution] = []

        def entered(execution: Execution, state: str) -> None:
            if hit or state_site(world, execution, state) != self.site:
                return
            hit.append(execution)
            world.later(1.0 if self.under_way else 0.0, lambda: self._end(world, execution))

        def slowly(_function: str, event: Any, proceed: Proceed) -> InvocationResult:
            mine = (
                isinstance(event, dict)
                and bool(hit)
                and event.get("execution") == hit[0].execution_arn
            )
            if mine and hit[0].is_running:
                world.emulator.clock.sleep(3)
            return proceed()

        world.entered.append(entered)
        if self.under_way:
            world.arounds.append(slowly)

    def _end(self, world: World, execution: Execution) -> None:
        if not execution.is_running:
            world.observer.note(f"{execution.name} had ended: {execution.status}")
            world.fired.append(str(self))
            return
        world.fire(str(self))
        world.emulator.states.end(execution, self.status, error="Injected", cause="injected")
        if self.redriven_after is not None:
            world.later(self.redriven_after, lambda: self._redrive(world, execution))

    def _redrive(self, world: World, execution: Execution) -> None:
        if not execution.is_running:
            world.observer.note(f"a person redrives {execution.name}")
            world.emulator.states.redrive(execution)


STATUSES = (ABORTED, FAILED, TIMED_OUT)
