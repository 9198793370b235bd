"""Faults of AWS calls and of whole invocations: refused, lost on the way back, or the caller killed
beside the deed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator.calls import Call, Proceed
from emulator.functions.fleet import Proceed as Invoke
from emulator.functions.invocation import InvocationResult, InvokeRefused, ProcessKilled
from tests.faults.answered import (
    Refusal,
    accepted_and_lost,
    cancelled,
    entry_not_taken,
    error,
    hang,
    killed_after,
    killed_before,
    lost,
    repeated,
    twice,
)
from tests.faults.naming import WRITES
from tests.faults.sites import Site, call_site, invocation_site
from tests.faults.world import World

WHILE = timedelta(minutes=6)
LONG = timedelta(minutes=14)
FOR_GOOD = timedelta(days=30)


@dataclass(frozen=True)
class Kind:
    """One way a call fails: how, and for how long the same function's same operation keeps
    failing.
    """

    name: str
    refuse: Refusal
    lasting: timedelta | None = None
    writes_only: bool = False

    @property
    def permanent(self) -> bool:
        """Return whether it lasts until somebody lifts it."""
        return self.lasting == FOR_GOOD


KINDS = (
    Kind("throttle", error("ThrottlingException")),
    Kind("5xx", error("InternalServerError", 500)),
    Kind("5xx for 14 minutes", error("InternalServerError", 500), LONG),
    Kind("hang", hang),
    Kind("hang for 6 minutes", hang, WHILE),
    Kind("access denied", error("AccessDeniedException")),
    Kind("access denied for 6 minutes", error("AccessDeniedException"), WHILE),
    Kind("access denied for good", error("AccessDeniedException"), FOR_GOOD),
    Kind("validation", error("ValidationException")),
    Kind("lost answer", lost, writes_only=True),
    Kind("answer lost to a second attempt", repeated, writes_only=True),
    Kind("killed before", killed_before),
    Kind("killed after", killed_after, writes_only=True),
)
LOST_RACE = Kind("lost race", error("ConditionalCheckFailedException"))
TRANSACTION_KINDS = (
    Kind("lost race", cancelled("ConditionalCheckFailed")),
    Kind("conflicting transaction", cancelled("TransactionConflict")),
)
TOKEN_KINDS = (
    Kind("expired token", error("TaskTimedOut")),
    Kind("replaced token", error("TaskDoesNotExist")),
    Kind("unreadable token", error("InvalidToken")),
    Kind("expired token for 6 minutes", error("TaskTimedOut"), WHILE),
)
ANSWER_KINDS = (
    Kind("accepted and lost", accepted_and_lost),
    Kind("accepted and lost for 6 minutes", accepted_and_lost, WHILE),
    Kind("answered twice", twice),
)

BUS_KINDS = (
    Kind("entry not taken", entry_not_taken("InternalFailure")),
    Kind("entry not taken for 6 minutes", entry_not_taken("ThrottlingException"), WHILE),
    Kind("entry refused", entry_not_taken("NotAuthorizedForSourceException")),
)


def kinds_for(site: Site) -> list[Kind]:
    """Return the ways this call can fail: any call's, and those of conditional writes, transactions
    and tokens.
    """
    operation = site.what.split(" ")[0]
    kinds = [kind for kind in KINDS if operation in WRITES or not kind.writes_only]
    if operation == "dynamodb:PutItem" and "VERDICT" not in site.what:
        return [*kinds, LOST_RACE]
    if operation == "dynamodb:TransactWriteItems":
        return [*kinds, *TRANSACTION_KINDS]
    if operation == "events:PutEvents":
        return [*kinds, *BUS_KINDS]
    if operation == "stepfunctions:SendTaskSuccess":
        return [*kinds, *TOKEN_KINDS, *ANSWER_KINDS]
    return [*kinds, *TOKEN_KINDS] if operation.startswith("stepfunctions:SendTask") else kinds


@dataclass(frozen=True)
class CallFault:
    """The first call at a site fails in one way (or the nth write of the run, whatever it is)."""

    kind: Kind
    site: Site | None = None
    nth_write: int = 0

    @property
    def permanent(self) -> bool:
        """Return whether it lasts until it is lifted."""
        return self.kind.permanent

    @property
    def waits_for(self) -> Site | int:
        """Return what it hits."""
        return self.site or self.nth_write

    def __str__(self) -> str:
        """Return the fault as people read it."""
        return f"{self.kind.name} at {self.site or f'write {self.nth_write}'}"

    def arm(self, world: World) -> None:
        """Put the fault in the way of the run."""
        _ArmedCall(self, world)


class _ArmedCall:
    def __init__(self, fault: CallFault, world: World) -> None:
        self.fault, self.world = fault, world
        self.writes = world.observer.writes
        self.until: datetime | None = None
        self.same = ("", "")
        world.add_hook(self.hook)
        if fault.permanent:
            world.lift.append(self.lift)

    def lift(self) -> None:
        if (
            self.until is not None
        ):  # it may lie beyond the end of the rollout, and is still to come then
            self.until = self.world.emulator.clock.now()

    def hook(self, call: Call, proceed: Proceed) -> Any:
        if call.function is None:
            return proceed()
        function = self.world.observer.work.function
        if self.until is None:
            if not self.hits(call):
                return proceed()
            now = self.world.emulator.clock.now()
            self.until = now + (self.fault.kind.lasting or timedelta(0))
            self.same = (function, call.name)
            self.world.fire(str(self.fault))
            return self.refused(call, proceed)
        if (function, call.name) == self.same and self.world.emulator.clock.now() < self.until:
            return self.refused(call, proceed)
        return proceed()

    def refused(self, call: Call, proceed: Proceed) -> Any:
        self.world.observer.broke()
        return self.fault.kind.refuse(self.world, call, proceed)

    def hits(self, call: Call) -> bool:
        if self.fault.site is not None:
            return call_site(self.world, call) == self.fault.site
        self.writes += call.name in WRITES
        return call.name in WRITES and self.writes == self.fault.nth_write


def _refused(_world: World, _proceed: Invoke) -> InvocationResult:
    raise InvokeRefused("TooManyRequestsException", "Rate Exceeded.")


def _service_error(_world: World, _proceed: Invoke) -> InvocationResult:
    raise InvokeRefused("ServiceException", "injected")


def _died(_world: World, _proceed: Invoke) -> InvocationResult:
    raise ProcessKilled


def _died_after(_world: World, proceed: Invoke) -> InvocationResult:
    proceed()
    raise ProcessKilled


def _timed_out(world: World, _proceed: Invoke) -> InvocationResult:
    world.emulator.clock.sleep(1000)
    raise AssertionError("no function runs for so long")


def _timed_out_after(world: World, proceed: Invoke) -> InvocationResult:
    proceed()
    return _timed_out(world, proceed)


def _slow(world: World, proceed: Invoke) -> InvocationResult:
    world.emulator.clock.sleep(30)
    return proceed()


INVOCATION_KINDS: dict[str, Callable[[World, Invoke], InvocationResult]] = {
    "throttled": _refused,
    "service error": _service_error,
    "died before": _died,
    "died after": _died_after,
    "timed out before": _timed_out,
    "timed out after": _timed_out_after,
    "slow": _slow,
}


@dataclass(frozen=True)
class InvocationFault:
    """The first invocation at a site fails as a whole; `for_minutes`: and every later one of the
    function too.
    """

    kind: str
    site: Site
    for_minutes: float = 0.0
    permanent: bool = False

    @property
    def waits_for(self) -> Site:
        """Return what it hits."""
        return self.site

    def __str__(self) -> str:
        """Return the fault as people read it."""
        lasting = f" for {self.for_minutes:g} minutes" if self.for_minutes else ""
        return f"{self.kind}{lasting} at {self.site}"

    def arm(self, world: World) -> None:
        """Put the fault in the way of the run."""
        until: list[datetime] = []
        refuse, function_name = INVOCATION_KINDS[self.kind], self.site.who.split(".")[0]

        def around(function: str, event: Any, proceed: Invoke) -> InvocationResult:
            now, site = world.emulator.clock.now(), invocation_site(world, function, event)
            if not until and site == self.site:
                until.append(now + timedelta(minutes=self.for_minutes))
                world.fire(str(self))
                world.observer.broke()
                return refuse(world, proceed)
            if until and now < until[0] and site.who.split(".")[0] == function_name:
                world.observer.broke()
                return refuse(world, proceed)
            return proceed()

        world.arounds.append(around)
