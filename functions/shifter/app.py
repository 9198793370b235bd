"""Move and look: the only function whose role may change an endpoint's weights."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from canary import wiring
from canary.wiring import events, shifter

logger = Logger()
_shifter = wiring.at_start(shifter.build)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the result of one action: move | look | confirm | restore | look_restored, for the
    execution that asks.
    """
    del context
    task, use, now = events.shifter_event(event), _shifter(), wiring.utc_now()
    match task.action:
        case "move":
            result = use.move(*task.held, now)
        case "look":
            result = use.look(*task.held, now)
        case "confirm":
            result = use.confirm(*task.held, now)
        case "restore":
            result = use.restore(
                *task.held, task.cause, now, timed_out=task.timed_out, failed=task.failed
            )
        case "look_restored":
            result = use.look_restored(*task.held, now)
    logger.info(
        task.action,
        extra={"rollout": task.rollout, "next": result.next, "reason": result.reason},
    )
    return result.model_dump(mode="json")
