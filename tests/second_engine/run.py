"""What an engine made of a path, as a value that can be compared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.second_engine.script import Call, Player

MACHINE = "canary-rollout"
ROLE = "arn:aws:iam::123456789012:role/machine"
LONGEST_SECONDS = 8_000_000
WHAT = (
    "states",
    "told",
    "unscripted",
    "status",
    "error",
    "cause",
    "output",
    "seconds",
    "history",
)


@dataclass(frozen=True)
class Run:
    """One engine's run. `told`: what the API answered to each deed; `unscripted`: states that asked
    once too often, or less often than their path says; `events`: the history; `children`: the
    histories of child executions, which our engine alone keeps.
    """

    states: tuple[str, ...]
    calls: tuple[Call, ...]
    told: tuple[str, ...]
    unscripted: tuple[str, ...]
    status: str
    error: str | None
    cause: str | None
    output: Any
    events: tuple[dict[str, Any], ...]
    seconds: float
    children: tuple[tuple[dict[str, Any], ...], ...] = ()

    @property
    def history(self) -> tuple[str, ...]:
        """The types of the history's events, in order; inside a Map, whose items run side by side,
        in the order of the alphabet.
        """
        kinds = [event["type"] for event in self.events]
        begun = None
        for place, kind in enumerate(kinds):
            if kind == "MapStateStarted":
                begun = place + 1
            elif kind in {"MapStateSucceeded", "MapStateFailed"} and begun is not None:
                kinds[begun:place] = sorted(kinds[begun:place])
        return tuple(kinds)


@dataclass(frozen=True)
class Mismatch:
    """One thing the two engines say differently of a path."""

    path: str
    what: str
    ours: Any
    motos: Any

    def __str__(self) -> str:
        """Return it as a person reads it."""
        return f"{self.path}: {self.what}: ours {self.ours!r}, moto's {self.motos!r}"


def played(player: Player, definition: str, backend: Any) -> Run:
    """Return the run of a player's path, started and read through the engine's own API; its end is
    awaited in the backend behind it, which costs less.
    """
    machine = player.states.create_state_machine(name=MACHINE, definition=definition, roleArn=ROLE)[
        "stateMachineArn"
    ]
    execution = player.states.start_execution(
        stateMachineArn=machine, name="one", input=json.dumps(player.path.given)
    )["executionArn"]
    if player.path.stop is not None:
        player.do(lambda: player.stop(execution))

    def is_over() -> bool:
        return not player.busy and backend.describe_execution(execution).status != "RUNNING"

    assert player.clock.run_until(is_over, LONGEST_SECONDS), player.calls
    return _run_of(player, execution)


def _run_of(player: Player, execution: str) -> Run:
    described = player.states.describe_execution(executionArn=execution)
    events = player.states.get_execution_history(executionArn=execution)["events"]
    return Run(
        states=tuple(
            event["stateEnteredEventDetails"]["name"]
            for event in events
            if event["type"].endswith("StateEntered")
        ),
        calls=tuple(player.calls),
        told=tuple(player.told),
        unscripted=(*player.unanswered, *player.left_over),
        status=described["status"],
        error=described.get("error"),
        cause=described.get("cause"),
        output=json.loads(described["output"]) if "output" in described else None,
        events=tuple(events),
        seconds=player.seconds,
    )


def mismatches(path: str, ours: Run, motos: Run) -> Iterator[Mismatch]:
    """Yield everything in which two runs of a path differ."""
    for what in WHAT:
        mine, other = getattr(ours, what), getattr(motos, what)
        if mine != other:
            yield Mismatch(path, what, mine, other)
    yield from _counts(path, ours, motos)
    for call, other in zip(ours.calls, motos.calls, strict=False):
        for what, mine, theirs in _unlike(call.state, _plain(call), _plain(other)):
            yield Mismatch(path, what, mine, theirs)
    if len(ours.calls) != len(motos.calls):
        yield Mismatch(path, "number of calls", len(ours.calls), len(motos.calls))


def _plain(call: Call) -> dict[str, Any]:
    return {"state": call.state, "at": call.at, "payload": call.payload}


def _counts(path: str, ours: Run, motos: Run) -> Iterator[Mismatch]:
    mine, other = Counter(ours.history), Counter(motos.history)
    for kind in sorted(mine.keys() | other.keys()):
        if mine[kind] != other[kind]:
            yield Mismatch(path, f"number of {kind}", mine[kind], other[kind])


def _unlike(at: str, mine: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(mine, dict) and isinstance(other, dict):
        for key in sorted(mine.keys() | other.keys()):
            yield from _unlike(f"{at}.{key}", mine.get(key), other.get(key))
    elif mine != other:
        yield at, mine, other
