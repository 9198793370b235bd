"""Verdicts and everything that follows from them: the one function that wakes, recovers, closes and
tells.
"""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from canary import wiring
from canary.wiring import decider
from canary.wiring.decider import Deciding

logger = Logger(service="decider")
metrics = Metrics(service="decider")
_deciding = cache(decider.build)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return what was done: for an action of the state machine (bake | close | command) or for an
    event.
    """
    del context
    answer = (_act if "action" in event else _hear)(_deciding(), event)
    logger.info(
        event.get("action") or event.get("detail-type", "unknown"), extra={"answer": answer}
    )
    return answer


def _act(use: Deciding, event: dict[str, Any]) -> dict[str, Any]:
    now = wiring.utc_now()
    if event["action"] == "command":
        answer = use.commander.obey(event["input"], event["execution"], now)
        # An execution of 5d17009's definition that still runs reads its answer under "story".
        return {"answer": answer, "story": answer}
    held = (event["rollout"], event["execution"], event["generation"])
    if event["action"] == "bake":
        record = use.decider.bake(*held, event["token"], now)
        return {"phase": record.phase}
    return use.decider.close(*held, event.get("cause", event.get("story")), now).model_dump(
        mode="json"
    )


def _hear(use: Deciding, event: dict[str, Any]) -> dict[str, Any]:
    now, detail = wiring.utc_now(), event.get("detail", {})
    match event.get("detail-type"):
        case "Evidence Collected" | "Quality Evaluated":
            record = use.decider.tick(detail["rollout"], now)
            metrics.add_metric(name="Recoveries", unit=MetricUnit.Count, value=record.recoveries)
            metrics.flush_metrics()
            return {"phase": record.phase}
        case "CloudWatch Alarm State Change" if detail.get("state", {}).get("value") == "ALARM":
            return {"guarded": use.decider.alarm(detail["alarmName"], now)}
        case "Step Functions Execution Status Change":
            use.decider.execution_ended(detail["executionArn"], now)
            return {"execution": detail["executionArn"]}
    return {"ignored": event.get("detail-type", "")}
