"""Every minute: closed windows, alarm states and endpoint status of every active rollout."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from canary import wiring
from canary.wiring import collector, collector_events

logger = Logger()
metrics = Metrics()
_collector = wiring.at_start(collector.build)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Return {"rollouts": how many were visited here, "unproven", "untold"}, see Visit, for the
    schedule or for one slice of what it handed out.

    Raises the first problem of the visit, after its metrics: one sick rollout must not silence the
    others' alarms.
    """
    asked, now = collector_events.collector_event(event), wiring.utc_now()

    def remaining_seconds() -> float:
        return context.get_remaining_time_in_millis() / 1000

    if isinstance(asked, collector_events.DueEvent):
        visited = _collector().visit_slice(asked.detail.rollouts, now, remaining_seconds)
    else:
        visited = _collector().collect(now, remaining_seconds)
        metrics.add_metric(name="Ticks", unit=MetricUnit.Count, value=int(visited.announced))
    # Summed over a tick and its slices: what is left is what nobody looked at.
    metrics.add_metric(name="RolloutsUnvisited", unit=MetricUnit.Count, value=visited.unvisited)
    metrics.add_metric(name="RolloutsVisited", unit=MetricUnit.Count, value=visited.rollouts)
    # Said every minute, not once: the alarms on them ring until a person has finished it.
    metrics.add_metric(name="UnprovenRollouts", unit=MetricUnit.Count, value=visited.unproven)
    metrics.add_metric(name="UntoldMessages", unit=MetricUnit.Count, value=visited.untold)
    if visited.subscribers is not None:
        metrics.add_metric(
            name="ConfirmedSubscriptions", unit=MetricUnit.Count, value=visited.subscribers
        )
    metrics.flush_metrics()
    counts = {"rollouts": visited.rollouts, "unproven": visited.unproven, "untold": visited.untold}
    logger.info("collected", extra={**counts, "handed_out": visited.handed_out})
    if visited.left_out:
        logger.warning("no time left", extra={"left_out": visited.left_out})
    if visited.failed is not None:
        raise visited.failed
    return counts
