"""The way home: restores, closing, take-overs and commands, and answers nobody thought of."""

from __future__ import annotations

from tests.second_engine.paths.parts import (
    DOWN,
    HOME,
    PAUSE,
    RECOVERY,
    REFUSED,
    SLOW,
    SPEC,
    SUPERSEDED,
    TO_BAKE,
    TOLD_SUPERSEDED,
    merged,
    says,
)
from tests.second_engine.script import Path, Raises, Returns

BACK = (
    Path(
        "a restore that takes three asks",
        "looked at until it serves, asked again where it was taken back",
        SPEC,
        merged(
            TO_BAKE,
            {
                "Look at endpoint": (says("RESTORE"),),
                "Restore weights": (says("LOOK"), DOWN, says("LOOK")),
                "Look at restore": (says("WAIT"), says("RESTORE"), DOWN, says("CLOSE")),
                "Close and tell": (says("ROLLED_BACK"),),
            },
        ),
    ),
    Path("a take-over", "restores with the cause it was given", RECOVERY, HOME),
    Path(
        "a take-over of what somebody else changed",
        "is closed without a look",
        RECOVERY,
        {"Restore weights": (says("CLOSE"),), "Close and tell": (says("HANDED_OVER"),)},
    ),
    Path(
        "a superseded restore",
        "leaves the weights to its successor",
        RECOVERY,
        merged({"Restore weights": (SUPERSEDED,)}, TOLD_SUPERSEDED),
    ),
    Path(
        "a restore that keeps failing",
        "thirteen attempts, then a person is paged",
        RECOVERY,
        {"Restore weights": (DOWN,) * 13, "Close and tell": (says("UNPROVEN"),)},
    ),
    Path(
        "a superseded look at a restore",
        "leaves the weights to its successor",
        RECOVERY,
        merged(HOME, {"Look at restore": (SUPERSEDED,)}, TOLD_SUPERSEDED),
    ),
    Path(
        "a look at a restore that keeps failing",
        "thirteen attempts, then a person is paged",
        RECOVERY,
        merged(HOME, {"Look at restore": (DOWN,) * 13, "Close and tell": (says("UNPROVEN"),)}),
    ),
    Path(
        "a look at a restore that hangs",
        "ends at the task's own timeout, and is tried again",
        RECOVERY,
        merged(HOME, {"Look at restore": (SLOW, says("CLOSE"))}),
    ),
    Path(
        "a close that finds weights to restore",
        "goes back before it ends",
        RECOVERY,
        {
            "Restore weights": (says("CLOSE"), says("LOOK")),
            "Look at restore": (says("CLOSE"),),
            "Close and tell": (says("RESTORE"), DOWN, says("ROLLED_BACK")),
        },
    ),
    Path(
        "a close that keeps failing",
        "eleven attempts; the execution fails, and the next tick takes it over",
        RECOVERY,
        merged(HOME, {"Close and tell": (DOWN,) * 11}),
    ),
    Path(
        "a close that is refused",
        "is not tried again",
        RECOVERY,
        merged(HOME, {"Close and tell": (Raises("RollBackPending", "errors"),)}),
    ),
    Path(
        "a command",
        "is answered",
        PAUSE,
        {"Command": (DOWN, Returns({"answer": {"answer": "paused until 08:30"}}))},
    ),
    Path(
        "a refused command", "fails under its own error and cause", PAUSE, {"Command": (REFUSED,)}
    ),
    Path("a command that keeps failing", "six attempts", PAUSE, {"Command": (DOWN,) * 6}),
    Path(
        "an answer without its next",
        "ends the execution, past every Catch; the next tick takes it over",
        SPEC,
        merged(TO_BAKE, {"Look at endpoint": (Returns({"reason": "forgotten", "arrival": None}),)}),
    ),
    Path(
        "an answer larger than a state may hold",
        "ends the execution, past every Catch; the next tick takes it over",
        SPEC,
        merged(TO_BAKE, {"Look at endpoint": (Returns({"next": "BAKE", "reason": "x" * 270000}),)}),
    ),
)
