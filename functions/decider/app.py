"""Verdicts and everything that follows from them: the one function that wakes, recovers, closes and
tells.
"""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from canary import wiring
from canary.wiring import decider, events

logger = Logger()
metrics = Metrics()
_deciding = wiring.at_start(decider.build)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return what was done: for an action of the state machine (bake | close | command) or for an
    event.
    """
    del context
    asked, use, now = events.decider_event(event), _deciding(), wiring.utc_now()
    answer: dict[str, Any]
    match asked:
        case events.BakeTask():
            answer = {"phase": use.decider.bake(*asked.held, asked.token, now).phase}
        case events.CloseTask():
            answer = use.decider.close(*asked.held, asked.carried, now).model_dump(mode="json")
        case events.CommandTask():
            obeyed = use.commander.obey(asked.input, asked.execution, now)
            # An execution of 5d17009's definition that still runs reads it under "story".
            answer = {"answer": obeyed, "story": obeyed}
        case events.OwnEvent():
            record = use.decider.tick(asked.detail.rollout, now)
            metrics.add_metric(name="Recoveries", unit=MetricUnit.Count, value=record.recoveries)
            metrics.flush_metrics()
            answer = {"phase": record.phase}
        case events.AlarmChange() if asked.detail.state.value == "ALARM":
            answer = {"guarded": use.decider.alarm(asked.detail.alarm_name, now)}
        case events.AlarmChange():
            answer = {"ignored": asked.detail.state.value}
        case events.ExecutionChange():
            use.decider.execution_ended(asked.detail.execution_arn, now)
            answer = {"execution": asked.detail.execution_arn}
    logger.info(event.get("action") or event["detail-type"], extra={"answer": answer})
    return answer
