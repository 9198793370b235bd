"""No rollout that a spec may ask for fills the history of its execution, which holds 25,000 events.

Counted from the definition, with what each kind of state costs; the costs are those of our engine's
histories, which are compared with moto's. Days of waiting cost nothing: a heartbeat is no event.
"""

from __future__ import annotations

from canary.domain.plan.capacity.needs import MOST_RAISES
from canary.domain.plan.capacity.needs import MOST_STEPS as MOST_STEPS_RAISED
from canary.domain.plan.plan import Plan
from canary.domain.plan.spec import Spec
from canary.domain.rollout.arrival import LOOKED_AT_OFTEN, RESTORE_OVERDUE
from canary.domain.rollout.release.arrangement import ARRANGED_WITHIN
from canary.domain.rollout.transitions.raising import TRIES_AT_MOST
from canary.flow.capacity.instances import ARRIVES_WITHIN, GIVEN_BACK_WITHIN, RAISED_WITHIN
from canary.flow.capacity.instances import LOOKED_AT_OFTEN as LOOKED_AT_OFTEN_WHILE_RAISING
from canary.flow.labelled.sharding import MOST_AT_ONCE, MOST_SHARDS
from emulator.states.execution import MOST_HISTORY_EVENTS
from tests.second_engine.deployed import every_state
from tests.second_engine.history import cost, rollout_cost
from tests.second_engine.ours import on_ours
from tests.second_engine.paths.parts import (
    PLANNED,
    SPEC,
    baked,
    batch,
    evaluated,
    says,
    shard,
    still,
    verdict,
)
from tests.second_engine.script import Beat, Path

LEFT_FOR_FAILED_ATTEMPTS = 1_000
"""Three events each."""
MOST_STEPS = Spec.model_json_schema()["properties"]["steps"]["maxItems"]
OVERDUE_SECONDS = 60 * Plan.model_fields["overdue_minutes"].default


def times(wait: str, seconds: float) -> int:
    """Return how often a Wait fits into so many seconds."""
    return int(seconds // every_state()[wait]["Seconds"])


def most_looks() -> int:
    """Return how often a move is looked at until it is overdue, the look that says so included."""
    often = LOOKED_AT_OFTEN.total_seconds()
    slow = times("Wait longer for endpoint", OVERDUE_SECONDS - often)
    return times("Wait for endpoint", often) + slow + 1


def test_a_whole_rollout_costs_what_is_counted_for_it() -> None:
    """Moves, looks, waves, a last look that waits; a day of heartbeats costs nothing."""
    beats = tuple(Beat(590.0 * number) for number in range(1, 147))
    path = Path(
        "counted",
        "every part of the sum, once or more",
        SPEC,
        {
            "Plan rollout": (PLANNED,),
            "Move weights": (says("LOOK"),) * 3,
            "Look at endpoint": (
                *(still("MOVING"), still("SLOW"), says("EVALUATE")),
                *(still("MOVING"), still("SLOW"), says("BAKE")) * 2,
            ),
            "Evaluate labelled set": (
                evaluated(concluded=False, shards=(0, 1), at_once=1),
                evaluated(concluded=False, shards=(2,), at_once=1),
                evaluated(),
            ),
            "Evaluate shard": (shard(0), shard(1), shard(2)),
            "Bake": (
                baked(verdict("MOVE")),
                baked(*beats, verdict("MOVE", 86_500)),
                baked(verdict("CONFIRM")),
            ),
            "Confirm weights": (says("WAIT"), says("CLOSE")),
            "Close and tell": (says("PROMOTED"),),
        },
    )
    counted = rollout_cost(moves=3, looks=3, waves=2, shards=3, confirms=1, asks=0)
    assert len(on_ours(path).events) == counted


def test_a_wave_of_child_executions_costs_the_same_however_many_there_are() -> None:
    """Their events are in histories of their own."""
    few, many = ((0,), tuple(range(20)))
    events = []
    for shards in (few, many):
        path = Path(
            f"{len(shards)} children",
            "one wave",
            SPEC,
            {
                "Plan rollout": (PLANNED,),
                "Move weights": (says("LOOK"),),
                "Look at endpoint": (says("EVALUATE"),),
                "Evaluate labelled set": (
                    evaluated(concluded=False, listed_at="shards/one.json", at_once=5),
                    evaluated(),
                ),
                "Evaluate batch of shards": tuple(batch(number) for number in shards),
                "Bake": (baked(verdict("CLOSE")),),
                "Close and tell": (says("PROMOTED"),),
            },
            lists={"shards/one.json": shards},
        )
        events.append(len(on_ours(path).events))
    waves = cost("Evaluate labelled set", "Evaluated?", "Evaluate shards in children")
    without = cost("Entry", "Plan rollout", "Planned?", "Close and tell", "Ended", "Promoted")
    without += cost("Move weights", "After move", "Wait for endpoint", "Look at endpoint")
    without += cost("Arrived?", "Evaluate labelled set", "Evaluated?", "Bake", "Follow verdict")
    assert events == [2 + without + waves] * 2


def test_the_longest_rollout_fits_into_its_history() -> None:
    """Fifty steps, each move as slow as it may be, the largest labelled set in shards, a last look
    of a quarter of an hour, and then an hour of asking for the safe weights; the canary built and
    taken off again as slowly as is waited for.
    """
    worst = rollout_cost(
        moves=MOST_STEPS + 1,
        looks=most_looks(),
        waves=-(-MOST_SHARDS // MOST_AT_ONCE),
        shards=MOST_SHARDS,
        confirms=times("Wait to confirm", OVERDUE_SECONDS) + 1,
        asks=times("Wait for restore", RESTORE_OVERDUE.total_seconds()) + 1,
        arrangements=2,
        arranged_looks=times("Wait for configuration", ARRANGED_WITHIN.total_seconds()) + 1,
    )
    assert worst + LEFT_FOR_FAILED_ATTEMPTS <= MOST_HISTORY_EVENTS, worst


def test_the_longest_rollout_that_raises_fits_into_its_history() -> None:
    """As many steps as instances are planned for, every raise and every try in vain as long as it
    may be, and instances that are given back to the last minute.
    """
    often = LOOKED_AT_OFTEN_WHILE_RAISING.total_seconds()
    slow = times("Wait longer for endpoint", RAISED_WITHIN.total_seconds() - often)
    looks = times("Wait for endpoint", often) + slow + 1
    look = cost("Wait for endpoint", "Look at endpoint", "Arrived?")
    move = cost("Move weights", "After move", "Bake", "Follow verdict")
    raises = MOST_RAISES * looks * look + TRIES_AT_MOST * (move + looks * look)
    back = (GIVEN_BACK_WITHIN + ARRIVES_WITHIN).total_seconds()
    worst = raises + rollout_cost(
        moves=MOST_STEPS_RAISED + 1,
        looks=most_looks(),
        waves=-(-MOST_SHARDS // MOST_AT_ONCE),
        shards=MOST_SHARDS,
        confirms=times("Wait to confirm", OVERDUE_SECONDS + back) + 1,
        asks=times("Wait for restore", RESTORE_OVERDUE.total_seconds() + back) + 1,
    )
    assert worst + LEFT_FOR_FAILED_ATTEMPTS <= MOST_HISTORY_EVENTS, worst
