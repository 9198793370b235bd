"""The bake: tokens, heartbeats, early and late answers, and executions that are stopped."""

from __future__ import annotations

from tests.second_engine.paths.parts import (
    DOWN,
    HOME,
    SPEC,
    TO_BAKE,
    TO_MOVE,
    TOLD_SUPERSEDED,
    Answers,
    baked,
    merged,
    verdict,
)
from tests.second_engine.script import Answer, Beat, Failure, Path, Raises, Rejected, Stop

THROTTLED = Rejected("TooManyRequestsException", 429)


def _home_from(*bakes: Answer) -> Answers:
    return merged(TO_BAKE, HOME, {"Bake": bakes})


WAITING = (
    Path(
        "a bake without a sign of life",
        "ten minutes of silence lead home, by the name of a timeout",
        SPEC,
        _home_from(baked()),
    ),
    Path(
        "a bake that falls silent",
        "each sign of life starts the ten minutes anew",
        SPEC,
        _home_from(baked(*(Beat(60.0 * minute) for minute in range(1, 12)))),
    ),
    Path(
        "a bake that is told it was superseded",
        "the token's own failure is closed, not restored",
        SPEC,
        merged(
            TO_BAKE,
            TOLD_SUPERSEDED,
            {"Bake": (baked(Failure(30, "Superseded", "generation 2 holds it")),)},
        ),
    ),
    Path(
        "a bake that is told of a fault",
        "any other failure of the token leads home with its error and cause",
        SPEC,
        _home_from(baked(Failure(30, "Misconfigured", "TABLE_NAME is missing"))),
    ),
    Path(
        "a bake that Lambda throttles",
        "the call is tried again, and only the call",
        SPEC,
        _home_from(THROTTLED, THROTTLED, baked(verdict("RESTORE"))),
    ),
    Path(
        "a bake that Lambda always throttles",
        "seven attempts, then home",
        SPEC,
        _home_from(*(THROTTLED,) * 7),
    ),
    Path(
        "a bake whose call keeps failing",
        "seven attempts, then home",
        SPEC,
        _home_from(*(DOWN,) * 7),
    ),
    Path(
        "a bake whose call has a defect",
        "is not tried again, and leads home",
        SPEC,
        _home_from(Raises("KeyError", "'token'")),
    ),
    Path(
        "a bake answered before its call returned",
        "an early answer ends the bake",
        SPEC,
        _home_from(baked(verdict("RESTORE", 0.5), after=2)),
    ),
    Path(
        "a bake answered twice",
        "the second answer changes nothing",
        SPEC,
        _home_from(baked(verdict("RESTORE", 90), verdict("CONFIRM", 90.2))),
    ),
    Path(
        "a bake answered too late",
        "after ten minutes of silence nobody waits any more",
        SPEC,
        _home_from(baked(verdict("CONFIRM", 700))),
    ),
    Path(
        "stopped while it bakes",
        "an execution that a person stops ends at once, and does nothing more",
        SPEC,
        merged(TO_BAKE, {"Bake": (baked(),)}),
        Stop(100, "Stopped", "by a person"),
    ),
    Path(
        "stopped while it waits",
        "in a Wait as in a bake",
        SPEC,
        merged(TO_MOVE),
        Stop(10, "Stopped", "by a person"),
    ),
)
