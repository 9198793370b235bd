"""Plan rollout: a spec becomes a plan, a record and a lease, or is refused with nothing changed."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from canary import wiring
from canary.wiring import events, planner

logger = Logger()
_planner = wiring.at_start(planner.build)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return {"rollout", "generation", "next"} for {"execution": ARN, "input": spec}; Refused names
    field and remedy.
    """
    del context
    task = events.planner_event(event)
    record = _planner().plan(task.input, task.execution, wiring.utc_now())
    logger.info(
        "planned",
        extra={"rollout": record.rollout, "endpoint": record.endpoint, "revision": record.revision},
    )
    return {
        "rollout": record.rollout,
        "generation": record.generation,
        "next": "ARRANGE" if record.plan.is_staged else "MOVE",
    }
