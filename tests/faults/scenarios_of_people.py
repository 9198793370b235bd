"""Rollouts that wait for a person, who answers: in time, early, late, twice, after the end, or not
at all.
"""

from __future__ import annotations

from typing import Any

from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Approval
from tests.faults.scenario import BAD, Scenario, order
from tests.faults.world import World

BEFORE = 1.0
ASKS: dict[str, Any] = {"approve_before": [BEFORE], "approve_within_minutes": 10}
# Shorter than it takes the person of `_late` to answer.
ASKS_SHORTLY: dict[str, Any] = {**ASKS, "approve_within_minutes": 2}


def _approval(world: World) -> Approval | None:
    """Return the newest rollout's approval, None before it is asked for."""
    record = world.observer.record
    return next(iter(record.approvals), None) if record is not None else None


def _is_awaited(world: World) -> bool:
    approval = _approval(world)
    return approval is not None and approval.awaited_from is not None


def _answer_after_the_end(world: World, end: Phase) -> None:
    """Approve what is over: it is refused, and nothing is kept of it."""
    world.once(
        lambda: world.observer.phase == end,
        lambda: order(world, "approve", "approve-after-the-end", share=BEFORE),
        20,
    )


def _approve_twice(world: World) -> None:
    """Approve, approve again a moment later, and reject once it is too late for that."""

    def answer() -> None:
        order(world, "approve", share=BEFORE, by="ana")
        world.later(1, lambda: order(world, "approve", "approve-again", share=BEFORE, by="ben"))
        world.later(5, lambda: order(world, "reject", "reject-too-late", share=BEFORE))

    world.once(lambda: _is_awaited(world), answer, 90)
    _answer_after_the_end(world, Phase.PROMOTED)


def _approve_early(world: World) -> None:
    """Approve before anybody is asked."""
    world.once(
        lambda: world.observer.phase == "BAKING 1",
        lambda: order(world, "approve", share=BEFORE),
        5,
    )


def _reject(world: World) -> None:
    world.once(
        lambda: _is_awaited(world), lambda: order(world, "reject", share=BEFORE, by="ana"), 90
    )
    _answer_after_the_end(world, Phase.ROLLED_BACK)


def _late(world: World) -> None:
    world.once(lambda: _is_awaited(world), lambda: order(world, "approve", share=BEFORE), 270)


def _never(world: World) -> None:
    _answer_after_the_end(world, Phase.ROLLED_BACK)


PEOPLE = (
    Scenario("approved", Phase.PROMOTED, spec=ASKS, play=_approve_twice),
    Scenario("approved-early", Phase.PROMOTED, spec=ASKS, play=_approve_early),
    Scenario("approved-late", Phase.PROMOTED, spec=ASKS_SHORTLY, play=_late),
    Scenario("rejected", Phase.ROLLED_BACK, spec=ASKS, play=_reject, never=BAD),
    Scenario(
        "unanswered",
        Phase.ROLLED_BACK,
        spec={**ASKS_SHORTLY, "on_unapproved": "roll_back"},
        play=_never,
        never=BAD,
    ),
)
