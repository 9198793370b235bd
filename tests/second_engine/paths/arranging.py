"""What is built before a rollout, and settled, retired or taken off after it."""

from __future__ import annotations

from tests.second_engine.paths.parts import (
    DOWN,
    HOME,
    RECOVERY,
    SPEC,
    SUPERSEDED,
    TO_BAKE,
    TO_BUILD,
    TOLD_SUPERSEDED,
    baked,
    merged,
    says,
    verdict,
)
from tests.second_engine.script import Path

PLANNED_TO_BUILD = {"Plan rollout": (TO_BUILD,)}
BUILDING = {
    **PLANNED_TO_BUILD,
    "Arrange configuration": (says("LOOK"),),
    "Look at configuration": (says("WAIT"), says("MOVE")),
}
TO_CONFIRM = merged(TO_BAKE, {"Bake": (baked(verdict("CONFIRM")),)})

ARRANGING = (
    Path(
        "a canary that is built first",
        "the configuration is waited for, then the weights are moved as ever",
        SPEC,
        merged(
            TO_BAKE,
            BUILDING,
            {
                "Arrange configuration": (DOWN, says("LOOK"), says("LOOK")),
                "Look at configuration": (
                    says("WAIT"),
                    DOWN,
                    says("ARRANGE"),
                    says("MOVE"),
                ),
                "Bake": (baked(verdict("CONFIRM")),),
                "Confirm weights": (says("CLOSE"),),
                "Close and tell": (says("PROMOTED"),),
            },
        ),
    ),
    Path(
        "a canary that cannot be built",
        "everything is as it was found, and what was made is removed",
        SPEC,
        merged(
            BUILDING,
            HOME,
            {
                "Arrange configuration": (says("LOOK"), says("CLOSE")),
                "Look at configuration": (says("RESTORE"),),
                "Look at restore": (says("ARRANGE"),),
            },
        ),
    ),
    Path(
        "a canary that SageMaker refuses to build",
        "leads home at once",
        SPEC,
        merged(PLANNED_TO_BUILD, HOME, {"Arrange configuration": (says("RESTORE"),)}),
    ),
    Path(
        "building that keeps failing",
        "nine attempts, then home",
        SPEC,
        merged(PLANNED_TO_BUILD, HOME, {"Arrange configuration": (DOWN,) * 9}),
    ),
    Path(
        "looks at a configuration that keep failing",
        "nine attempts, then home",
        SPEC,
        merged(BUILDING, HOME, {"Look at configuration": (DOWN,) * 9}),
    ),
    Path(
        "building that was superseded",
        "leaves the endpoint to its successor",
        SPEC,
        merged(PLANNED_TO_BUILD, TOLD_SUPERSEDED, {"Arrange configuration": (SUPERSEDED,)}),
    ),
    Path(
        "a look at a configuration that was superseded",
        "leaves the endpoint to its successor",
        SPEC,
        merged(BUILDING, TOLD_SUPERSEDED, {"Look at configuration": (SUPERSEDED,)}),
    ),
    Path(
        "a promotion that is settled",
        "after the last look, and before the end",
        SPEC,
        merged(
            TO_CONFIRM,
            {
                "Confirm weights": (says("ARRANGE"),),
                "Arrange configuration": (says("LOOK"),),
                "Look at configuration": (says("CLOSE"),),
                "Close and tell": (says("PROMOTED"),),
            },
        ),
    ),
    Path(
        "a take-over of what is being tidied",
        "goes on tidying",
        RECOVERY,
        {
            "Restore weights": (says("ARRANGE"),),
            "Arrange configuration": (says("LOOK"),),
            "Look at configuration": (says("CLOSE"),),
            "Close and tell": (says("ROLLED_BACK"),),
        },
    ),
)
