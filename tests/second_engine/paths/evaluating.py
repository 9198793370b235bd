"""The labelled set: calls in a row, waves of shards, and what fails of them."""

from __future__ import annotations

from tests.second_engine.paths.parts import (
    DOWN,
    HOME,
    REFUSED,
    SPEC,
    SUPERSEDED,
    TO_GATE,
    TOLD_SUPERSEDED,
    baked,
    batch,
    evaluated,
    merged,
    says,
    shard,
    verdict,
)
from tests.second_engine.script import Path, Raises

EVALUATING = (
    Path(
        "the labelled set in three calls",
        "a call that runs out of time is continued",
        SPEC,
        merged(
            TO_GATE,
            HOME,
            {
                "Evaluate labelled set": (
                    evaluated(concluded=False),
                    DOWN,
                    evaluated(concluded=False),
                    evaluated(),
                ),
                "Bake": (baked(verdict("RESTORE")),),
            },
        ),
    ),
    Path(
        "the labelled set in waves of shards",
        "a wave runs as many at once as the evaluator says, then the evaluation goes on",
        SPEC,
        merged(
            TO_GATE,
            {
                "Evaluate labelled set": (
                    evaluated(concluded=False, shards=(0, 1, 2), at_once=2),
                    evaluated(concluded=False, shards=(3,), at_once=2),
                    evaluated(),
                ),
                "Evaluate shard": (shard(0, 10), shard(1, 25), shard(2, 11), shard(3)),
                "Bake": (baked(verdict("CLOSE")),),
                "Close and tell": (says("PROMOTED"),),
            },
        ),
    ),
    Path(
        "a shard is tried again",
        "inside the wave, the others untouched",
        SPEC,
        merged(
            TO_GATE,
            HOME,
            {
                "Evaluate labelled set": (
                    evaluated(concluded=False, shards=(7,), at_once=1),
                    evaluated(),
                ),
                "Evaluate shard": (DOWN, DOWN, shard(7)),
                "Bake": (baked(verdict("RESTORE")),),
            },
        ),
    ),
    Path(
        "a wave is tried again",
        "a shard whose attempts are spent fails its wave, which is run once more",
        SPEC,
        merged(
            TO_GATE,
            HOME,
            {
                "Evaluate labelled set": (
                    evaluated(concluded=False, shards=(7,), at_once=1),
                    evaluated(),
                ),
                "Evaluate shard": (*(DOWN,) * 7, shard(7)),
                "Bake": (baked(verdict("RESTORE")),),
            },
        ),
    ),
    Path(
        "a refused shard",
        "is not tried again, and its wave leads home",
        SPEC,
        merged(
            TO_GATE,
            HOME,
            {
                "Evaluate labelled set": (evaluated(concluded=False, shards=(7,), at_once=1),),
                "Evaluate shard": (REFUSED,),
            },
        ),
    ),
    Path(
        "a refused shard among others",
        "ends its wave at once, whatever the others still do",
        SPEC,
        merged(
            TO_GATE,
            HOME,
            {
                "Evaluate labelled set": (evaluated(concluded=False, shards=(4, 5, 6), at_once=2),),
                "Evaluate shard": (shard(4, 100), REFUSED),
            },
        ),
    ),
    Path(
        "a superseded shard",
        "its wave is closed, not restored",
        SPEC,
        merged(
            TO_GATE,
            TOLD_SUPERSEDED,
            {
                "Evaluate labelled set": (evaluated(concluded=False, shards=(7,), at_once=1),),
                "Evaluate shard": (SUPERSEDED,),
            },
        ),
    ),
    Path(
        "the labelled set in child executions",
        "a distributed Map reads the list of shards, no more children at once than it says",
        SPEC,
        merged(
            TO_GATE,
            {
                "Evaluate labelled set": (
                    evaluated(concluded=False, listed_at="shards/one.json", at_once=2),
                    evaluated(concluded=False, listed_at="shards/two.json", at_once=2),
                    evaluated(),
                ),
                "Evaluate batch of shards": (batch(0), batch(1, 25), batch(2, 11), batch(3)),
                "Bake": (baked(verdict("CLOSE")),),
                "Close and tell": (says("PROMOTED"),),
            },
        ),
        lists={"shards/one.json": (0, 1, 2), "shards/two.json": (3,)},
    ),
    Path(
        "a child execution that fails",
        "is tried again, or is left to the evaluation; the others go on",
        SPEC,
        merged(
            TO_GATE,
            HOME,
            {
                "Evaluate labelled set": (
                    evaluated(concluded=False, listed_at="shards/one.json", at_once=1),
                    evaluated(),
                ),
                "Evaluate batch of shards": (DOWN, batch(0), REFUSED, batch(2)),
                "Bake": (baked(verdict("RESTORE")),),
            },
        ),
        lists={"shards/one.json": (0, 1, 2)},
    ),
    Path(
        "a list of shards that is not there",
        "is looked for three times, then leads home",
        SPEC,
        merged(
            TO_GATE,
            HOME,
            {
                "Evaluate labelled set": (
                    evaluated(concluded=False, listed_at="shards/two.json", at_once=1),
                ),
            },
        ),
        lists={"shards/one.json": (0,)},
    ),
    Path(
        "a superseded evaluation",
        "is closed, not restored",
        SPEC,
        merged(TO_GATE, TOLD_SUPERSEDED, {"Evaluate labelled set": (SUPERSEDED,)}),
    ),
    Path(
        "an evaluator that keeps failing",
        "seven attempts, then home with what failed",
        SPEC,
        merged(
            TO_GATE, HOME, {"Evaluate labelled set": (Raises("Runtime.ExitError", "killed"),) * 7}
        ),
    ),
)
