"""What the functions answer, in the pieces that paths are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.second_engine.script import Answer, Raises, Returns, Success

Answers = dict[str, tuple[Answer, ...]]

SPEC = {"endpoint": "churn-prod", "canary": "Variant2"}
PAUSE = {"command": "pause", "endpoint": "churn-prod", "minutes": 30}
RECOVERY = {"recover": {"rollout": "churn-1", "generation": 2, "cause": {"Error": "ABORTED"}}}

PLANNED = Returns({"rollout": "churn-1", "generation": 1, "next": "MOVE"}, after=2)
TO_BUILD = Returns({"rollout": "churn-1", "generation": 1, "next": "ARRANGE"}, after=2)
SUPERSEDED = Raises("Superseded", "generation 2 holds churn-1")
REFUSED = Raises("Refused", "endpoint: no such endpoint")
DOWN = Raises("AwsUnavailable", "ThrottlingException: Rate exceeded", after=1)
SLOW = Returns({"next": "LOOK", "reason": "too late", "arrival": None}, after=60)
"""Longer than a call of the shifter's may take."""


def merged(*parts: Mapping[str, Sequence[Answer]]) -> Answers:
    """Return the answers of several parts; what a later one says of a state holds."""
    return {state: tuple(answers) for part in parts for state, answers in part.items()}


def _answer(following: str, arrival: str | None, after: float) -> Returns:
    told = {"next": following, "reason": f"because of {following}", "arrival": arrival}
    return Returns(told, after)


def says(following: str, after: float = 0.5) -> Returns:
    """Return a task's answer: what comes next, and why."""
    return _answer(following, None, after)


def still(arrival: str) -> Returns:
    """Return a look at a move that is not there yet."""
    return _answer("WAIT", arrival, 0.5)


def evaluated(
    *,
    concluded: bool = True,
    shards: tuple[int, ...] = (),
    at_once: int = 0,
    listed_at: str = "",
) -> Returns:
    """Return what a call of the evaluator came to; listed shards are one to a child."""
    told = {"concluded": concluded, "sharded": bool(shards), "shards": list(shards)}
    listed = {"distributed": bool(listed_at), "listed_at": listed_at}
    return Returns({**told, **listed, "at_once": at_once, "child_shards": 1}, after=30)


def shard(number: int, after: float = 10) -> Returns:
    """Return one shard's answer."""
    return Returns({"shard": number}, after)


def batch(number: int, after: float = 10) -> Returns:
    """Return a child execution's answer."""
    return Returns({"shard": number, "shards": 1, "records": 1_000}, after)


def baked(*deeds: Any, after: float = 1) -> Returns:
    """Return the decider's answer to a bake, and what becomes of the token."""
    return Returns({"kept": True}, after, deeds)


def verdict(following: str, after: float = 90) -> Success:
    """Return the answer that ends a bake."""
    return Success(after, {"next": following, "reason": f"verdict {following}"})


TO_MOVE: Answers = {"Plan rollout": (PLANNED,), "Move weights": (says("LOOK"),)}
TO_GATE = merged(TO_MOVE, {"Look at endpoint": (says("EVALUATE"),)})
TO_BAKE = merged(TO_GATE, {"Look at endpoint": (says("BAKE"),)})
HOME: Answers = {
    "Restore weights": (says("LOOK"),),
    "Look at restore": (says("CLOSE"),),
    "Close and tell": (says("ROLLED_BACK"),),
}
TOLD_SUPERSEDED: Answers = {"Close and tell": (SUPERSEDED,)}
