"""What a history costs: events of every kind of state, and of a whole rollout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.second_engine.deployed import every_state

COSTS = {"Choice": 2, "Wait": 2, "Pass": 2, "Task": 5, "Map": 4, "Succeed": 2, "Fail": 1}
CHILDREN = 2
"""A distributed Map counts its run besides, started and succeeded, and nothing of its children."""
ITEM = 2
"""Started and succeeded, beside the item's own states."""
BEGINNING_AND_END = 2


def cost(*names: str) -> int:
    """Return the events of one visit of each of these states in which nothing fails."""
    states = [every_state()[name] for name in names]
    runs = sum("ItemReader" in state for state in states)
    each = sum(COSTS[state["Type"]] for state in states)
    return each + CHILDREN * runs + sum(map(waits_for_token, names))


def waits_for_token(name: str) -> bool:
    """Return whether a state is a task that ends with its token."""
    return str(every_state()[name].get("Resource")).endswith(".waitForTaskToken")


def rollout_cost(
    *,
    moves: int,
    looks: int,
    waves: int,
    shards: int,
    confirms: int,
    asks: int,
    arrangements: int = 0,
    arranged_looks: int = 0,
) -> int:
    """Return the events of a rollout: `looks` at each of its moves, waves of `shards` in all, last
    looks beyond the first, asks for the safe weights, and `arranged_looks` at each of its
    arrangements.
    """
    once = cost("Entry", "Plan rollout", "Planned?", "Close and tell", "Ended", "Promoted")
    look = cost("Wait for endpoint", "Look at endpoint", "Arrived?")
    move = cost("Move weights", "After move", "Bake", "Follow verdict") + looks * look
    call = cost("Evaluate labelled set", "Evaluated?")
    wave = call + cost("Evaluate shards")
    item = ITEM + cost("Evaluate shard")
    confirm = cost("Confirm weights", "Confirmed?")
    again = confirm + cost("Wait to confirm")
    ask = cost("Restore weights", "After restore")
    ask += cost("Wait for restore", "Look at restore", "Restored?")
    arranged = cost("Wait for configuration", "Look at configuration", "Arranged?")
    built = cost("Arrange configuration", "After arrange") + arranged_looks * arranged
    up = moves * move + call + waves * wave + shards * item + confirm + confirms * again
    return BEGINNING_AND_END + once + up + asks * ask + arrangements * built


def visits(run: Iterable[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Yield every state of the machine's own that was entered and left, with the types of its
    events.
    """
    name = ""
    kinds: list[str] = []
    for event in run:
        kind = event["type"]
        if kind.endswith("StateEntered") and not _inside_map(name, kinds):
            name, kinds = event["stateEnteredEventDetails"]["name"], []
        kinds.append(kind)
        if kind.endswith("StateExited") and event["stateExitedEventDetails"]["name"] == name:
            yield name, kinds


def _inside_map(name: str, kinds: list[str]) -> bool:
    return bool(kinds) and kinds[0] == "MapStateEntered" and kinds[-1] != "MapStateExited"
