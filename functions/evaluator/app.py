"""Evaluate labelled set: both variants on the same records; answers whether it has concluded, so
the machine loops.

Where one call after another would take too long it answers the numbers of shards to run side by
side first; a shard is another call of this function. The schedule has it look for new labels of
rollouts that bake.
"""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from canary import wiring
from canary.wiring import evaluator, events
from canary_scoring.scorer import SklearnScorer

logger = Logger()

_evaluator = wiring.at_start(lambda: evaluator.build(SklearnScorer()))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return {"rollout", "generation", "concluded", "sharded", "shards", "at_once"} for {"rollout",
    "generation"}.

    With {"shard"} it returns {"shard", "records"}, for the schedule {"rollouts"}.
    """

    def remaining_seconds() -> float:
        return context.get_remaining_time_in_millis() / 1000

    asked = events.evaluator_event(event)
    if isinstance(asked, events.Schedule):
        rollouts = _evaluator().look_for_new_labels(wiring.utc_now(), remaining_seconds)
        logger.info("looked for new labels", extra={"rollouts": rollouts})
        return {"rollouts": list(rollouts)}
    rollout, generation = asked.rollout, asked.generation
    if isinstance(asked, events.ShardTask):
        shard = asked.shard
        records = _evaluator().evaluate_shard(rollout, generation, shard, remaining_seconds)
        logger.info(
            "evaluated shard", extra={"rollout": rollout, "shard": shard, "records": records}
        )
        return {"shard": shard, "records": records}
    found = _evaluator().evaluate(rollout, generation, remaining_seconds)
    answer = {"concluded": found.concluded, "shards": list(found.shards), "at_once": found.at_once}
    logger.info("evaluated", extra={"rollout": rollout, "generation": generation, **answer})
    return {"rollout": rollout, "generation": generation, "sharded": bool(found.shards), **answer}
