"""Evaluate labelled set: both variants on the same records; answers whether it has concluded, so
the machine loops.

Where one call after another would take too long it answers the numbers of shards to run side by
side first, or where their list lies; a shard is another call of this function. The schedule has it
look for new labels of rollouts that bake.
"""

from dataclasses import asdict
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
    """Return {"rollout", "generation", "concluded", "sharded", "shards", "at_once", "distributed",
    "listed_at", "child_shards"} for {"rollout", "generation"}.

    With {"shard"} or a child execution's {"shards"} it returns {"shard", "shards", "records"}: the
    first one, how many, and the records gone through; for the schedule {"rollouts"}.
    """

    def remaining_seconds() -> float:
        return context.get_remaining_time_in_millis() / 1000

    asked = events.evaluator_event(event)
    if isinstance(asked, events.Schedule):
        rollouts = _evaluator().look_for_new_labels(wiring.utc_now(), remaining_seconds)
        logger.info("looked for new labels", extra={"rollouts": rollouts})
        return {"rollouts": list(rollouts)}
    rollout, generation = asked.rollout, asked.generation
    told: dict[str, Any] = {"rollout": rollout, "generation": generation}
    if isinstance(asked, events.ShardTask | events.BatchTask):
        listed = asked.shards if isinstance(asked, events.BatchTask) else [asked]
        numbers = [one.shard for one in listed]
        records = _evaluator().evaluate_shards(rollout, generation, numbers, remaining_seconds)
        answer = {"shard": numbers[0], "shards": len(numbers), "records": records}
        logger.info("evaluated shards", extra={**told, **answer})
        return answer
    found = _evaluator().evaluate(rollout, generation, remaining_seconds)
    ahead = {"sharded": bool(found.shards), "distributed": bool(found.listed_at)}
    answer = {**asdict(found), **ahead}
    logger.info("evaluated", extra={**told, **answer})
    return {**told, **answer}
