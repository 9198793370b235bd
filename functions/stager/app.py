"""Build, settle, retire and take off: the only function that makes configurations and models."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from canary import wiring
from canary.wiring import events, stager

logger = Logger()
_stager = wiring.at_start(stager.build)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the result of one action: arrange | look_arranged, for the execution that asks."""
    del context
    task, use = events.stager_event(event), _stager()
    match task.action:
        case "arrange":
            result = use.arrange(*task.held)
        case "look_arranged":
            result = use.look(*task.held, wiring.utc_now())
    logger.info(
        task.action,
        extra={"rollout": task.rollout, "next": result.next, "reason": result.reason},
    )
    return result.model_dump(mode="json")
