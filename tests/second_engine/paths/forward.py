"""The way up: plan, moves, bakes, the last look."""

from __future__ import annotations

from tests.second_engine.paths.parts import (
    DOWN,
    HOME,
    PLANNED,
    REFUSED,
    SLOW,
    SPEC,
    SUPERSEDED,
    TO_BAKE,
    TO_MOVE,
    TOLD_SUPERSEDED,
    baked,
    evaluated,
    merged,
    says,
    still,
    verdict,
)
from tests.second_engine.script import Beat, Path, Raises

FORWARD = (
    Path(
        "promoted through three steps",
        "each bake leads to the next move, and the last verdict to a last look",
        SPEC,
        {
            "Plan rollout": (PLANNED,),
            "Move weights": (says("LOOK"),) * 3,
            "Look at endpoint": (
                says("WAIT"),
                says("EVALUATE"),
                says("BAKE"),
                says("WAIT"),
                says("WAIT"),
                says("BAKE"),
            ),
            "Evaluate labelled set": (evaluated(),),
            "Bake": (
                baked(verdict("MOVE")),
                baked(Beat(300), Beat(800.5), verdict("MOVE", 1400)),
                baked(verdict("CONFIRM", 2)),
            ),
            "Confirm weights": (says("CLOSE"),),
            "Close and tell": (says("PROMOTED"),),
        },
    ),
    Path(
        "a refused spec",
        "fails under its own error and cause, once",
        SPEC,
        {"Plan rollout": (REFUSED,)},
    ),
    Path(
        "a planner that recovers",
        "planning is tried again; moved nothing, told nothing",
        SPEC,
        merged(
            TO_BAKE,
            HOME,
            {
                "Plan rollout": (DOWN, Raises("Sandbox.Timedout", "timed out"), PLANNED),
                "Bake": (baked(verdict("RESTORE")),),
            },
        ),
    ),
    Path(
        "a planner that keeps failing",
        "six attempts, and nothing is restored: nothing was moved",
        SPEC,
        {"Plan rollout": (DOWN,) * 6},
    ),
    Path(
        "a superseded move",
        "asks its closing how the rollout ended",
        SPEC,
        merged(
            TO_MOVE,
            {"Move weights": (SUPERSEDED,), "Close and tell": (says("HANDED_OVER"),)},
        ),
    ),
    Path(
        "a move that keeps failing",
        "nine attempts, the waits between them bounded, then home",
        SPEC,
        merged(TO_MOVE, HOME, {"Move weights": (DOWN,) * 9}),
    ),
    Path(
        "a move with a roll-back pending",
        "is not tried again, and leads home",
        SPEC,
        merged(
            TO_MOVE,
            HOME,
            {"Move weights": (Raises("RollBackPending", "errors"),)},
        ),
    ),
    Path(
        "a move of a rollout that has ended",
        "is closed at once",
        SPEC,
        {
            "Plan rollout": (PLANNED,),
            "Move weights": (says("CLOSE"),),
            "Close and tell": (says("ROLLED_BACK"),),
        },
    ),
    Path(
        "a move that asks for a restore",
        "whatever is no known word leads home",
        SPEC,
        merged(TO_MOVE, HOME, {"Move weights": (says("RESTORE"),)}),
    ),
    Path(
        "a move that takes minutes",
        "is looked at every fifteen seconds, and once a minute where it is slow",
        SPEC,
        merged(
            TO_BAKE,
            {
                "Look at endpoint": (still("MOVING"), still("SLOW"), still("SLOW"), says("CLOSE")),
                "Close and tell": (says("HANDED_OVER"),),
            },
        ),
    ),
    Path(
        "a look at somebody else's endpoint",
        "is handed over, after a look that failed",
        SPEC,
        merged(
            TO_BAKE,
            {"Look at endpoint": (DOWN, says("CLOSE")), "Close and tell": (says("HANDED_OVER"),)},
        ),
    ),
    Path(
        "a look that hangs",
        "ends at the task's own timeout, and is tried again",
        SPEC,
        merged(
            TO_BAKE,
            {
                "Look at endpoint": (SLOW, says("CLOSE", after=2)),
                "Close and tell": (says("UNPROVEN"),),
            },
        ),
    ),
    Path(
        "a superseded look",
        "is closed, not restored",
        SPEC,
        merged(TO_BAKE, TOLD_SUPERSEDED, {"Look at endpoint": (says("WAIT"), SUPERSEDED)}),
    ),
    Path(
        "a look that always hangs",
        "nine attempts of 45 seconds, then home by the name of its timeout",
        SPEC,
        merged(TO_BAKE, HOME, {"Look at endpoint": (SLOW,) * 9}),
    ),
    Path(
        "a last look that waits",
        "for the weights to settle; it may fail once",
        SPEC,
        merged(
            TO_BAKE,
            {
                "Bake": (baked(verdict("CONFIRM")),),
                "Confirm weights": (says("WAIT"), DOWN, says("CLOSE")),
                "Close and tell": (says("PROMOTED"),),
            },
        ),
    ),
    Path(
        "a last look that sees other weights",
        "is not promoted",
        SPEC,
        merged(
            TO_BAKE,
            HOME,
            {"Bake": (baked(verdict("CONFIRM")),), "Confirm weights": (says("RESTORE"),)},
        ),
    ),
    Path(
        "a superseded last look",
        "is closed, not restored",
        SPEC,
        merged(
            TO_BAKE,
            TOLD_SUPERSEDED,
            {"Bake": (baked(verdict("CONFIRM")),), "Confirm weights": (SUPERSEDED,)},
        ),
    ),
    Path(
        "a last look that keeps failing",
        "nine attempts, then home",
        SPEC,
        merged(
            TO_BAKE, HOME, {"Bake": (baked(verdict("CONFIRM")),), "Confirm weights": (DOWN,) * 9}
        ),
    ),
)
