"""Hands-off starts: an endpoint that changed, a package that was approved, a rollout that ended,
and every quarter of an hour whatever none of these told of.
"""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from canary import wiring
from canary.wiring import starter, starter_events

logger = Logger()
_sweep = wiring.at_start(starter.build)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return {"done": what was done} for an event of SageMaker or of the state machine, and of each
    ARN for one of the clock's. Raises the first problem of these once all were looked at.
    """
    del context
    heard, sweep, now = starter_events.starter_event(event), _sweep(), wiring.utc_now()
    use, failed = sweep.starter, None
    done: str | dict[str, str]
    match heard:
        case starter_events.EndpointChange():
            done = use.variant(heard.detail.name, now)
        case starter_events.PackageChange() if heard.detail.approved:
            done = use.package(heard.detail.arn, now)
        case starter_events.PackageChange():
            done = "not an approved version of a group"
        case starter_events.RolloutEnd():
            ended = heard.detail
            done = use.ended(ended.name, ended.document, ended.error, ended.cause, now)
        case starter_events.QuarterHour():
            looked = sweep.go_round(now)
            done, failed = dict(looked.done), looked.failed
    logger.info(event["detail-type"], extra={"done": done})
    if failed is not None:
        raise failed
    return {"done": done}
