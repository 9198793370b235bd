"""Move and look: the only function whose role may change an endpoint's weights."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from canary import wiring
from canary.domain.rollout.task_result import TaskResult, read_cause
from canary.flow.shift import Shifter
from canary.wiring import shifter

logger = Logger(service="shifter")
_shifter = cache(shifter.build)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the result of one action: move | look | confirm | restore | look_restored, for the
    execution that asks.
    """
    del context
    result = _act(_shifter(), event)
    logger.info(
        event["action"],
        extra={"rollout": event["rollout"], "next": result.next, "reason": result.reason},
    )
    return result.model_dump(mode="json")


def _act(use_case: Shifter, event: dict[str, Any]) -> TaskResult:
    now = wiring.utc_now()
    held = (event["rollout"], event["execution"], event["generation"])
    match event["action"]:
        case "move":
            return use_case.move(*held, now)
        case "look":
            return use_case.look(*held, now)
        case "confirm":
            return use_case.confirm(*held, now)
        case "restore":
            return use_case.restore(*held, read_cause(event.get("cause", event.get("story"))), now)
        case "look_restored":
            return use_case.look_restored(*held, now)
        case unknown:
            msg = f"unknown action {unknown!r}"
            raise ValueError(msg)
