"""Which states, branches, catches and retries of a definition a run has been through, read from its
history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

FAILED = {"TaskFailed", "TaskTimedOut"}
Events = Iterable[dict[str, Any]]


def all_parts(states: dict[str, dict[str, Any]]) -> set[str]:
    """Return a name for every state, every branch of a Choice, every Catch and every Retry."""
    return {part for name, state in states.items() for part in _parts(name, state)}


def seen_parts(states: dict[str, dict[str, Any]], events: Events) -> set[str]:
    """Return those of them that a history shows: a Retry is seen when it takes an error, whether it
    allows another attempt or none.
    """
    return set(_seen(states, list(events)))


def _parts(name: str, state: dict[str, Any]) -> Iterator[str]:
    yield name
    for rule in state.get("Choices", []):
        yield f"{name} -> {rule['Next']}"
    if "Default" in state:
        yield f"{name} -> {state['Default']}"
    for key in ("Catch", "Retry"):
        for each in state.get(key, []):
            yield _of(key, name, each)


def _of(key: str, name: str, each: dict[str, Any]) -> str:
    return f"{key} of {name}: {', '.join(each['ErrorEquals'])}"


def _seen(states: dict[str, dict[str, Any]], events: list[dict[str, Any]]) -> Iterator[str]:
    inside: list[str] = []
    error = ""
    for place, event in enumerate(events):
        kind = event["type"]
        if kind.endswith("StateEntered"):
            inside.append(event["stateEnteredEventDetails"]["name"])
            yield inside[-1]
        elif kind == "ChoiceStateExited":
            yield f"{inside.pop()} -> {_entered_next(events, place)}"
        elif kind.endswith("StateExited"):
            name = inside.pop()
            if events[place - 1]["type"] in FAILED | {"MapStateFailed"}:
                yield from _taken("Catch", name, states[name], error)
        elif kind == "MapIterationFailed":
            inside.pop()
            yield from _taken("Retry", inside[-1], states[inside[-1]], error)
        elif kind == "MapRunFailed":
            error = event["mapRunFailedEventDetails"]["error"]
            yield from _taken("Retry", inside[-1], states[inside[-1]], error)
        elif kind in FAILED:
            details = event[f"{kind[0].lower()}{kind[1:]}EventDetails"]
            error = details["error"]
            yield from _taken("Retry", inside[-1], states[inside[-1]], error)


def _entered_next(events: list[dict[str, Any]], place: int) -> str:
    return str(events[place + 1]["stateEnteredEventDetails"]["name"])


def _taken(key: str, name: str, state: dict[str, Any], error: str) -> Iterator[str]:
    for each in state.get(key, []):
        if error in each["ErrorEquals"] or each["ErrorEquals"] == ["States.ALL"]:
            yield _of(key, name, each)
            return
