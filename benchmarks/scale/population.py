"""Rollouts to visit: errors and slow requests watched, the canary at its share for half an hour of
calm traffic; and what AWS answers about them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from benchmarks.scale.account import Answer, moment
from canary.domain.plan.error_budget import share_out
from canary.domain.plan.guards import Metric
from canary.domain.plan.plan import BakeInterval, Plan
from canary.domain.plan.spec import read_spec
from canary.domain.plan.standard_guards import guards_of
from canary.domain.plan.steps import plan_steps, safe_target
from canary.domain.plan.target import Target
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Asked, Record
from canary.domain.time import minute_of

LAG_MINUTES = 1
"""Whole minutes behind the last closed one that CloudWatch has not published yet."""
BAKED_MINUTES = 30
REQUESTS = 6000.0
"""Of an endpoint in a minute."""


class Kind(NamedTuple):
    """The step that rollouts serve, and how many variants their endpoints have."""

    step: int = 2
    variants: int = 2

    @property
    def names(self) -> tuple[str, ...]:
        """Return the variants: v2 is the canary, the others its baselines."""
        return tuple(f"v{number}" for number in range(1, self.variants + 1))

    @property
    def baselines(self) -> tuple[str, ...]:
        """Return the others."""
        return tuple(name for name in self.names if name != "v2")

    @property
    def safe(self) -> Target:
        """Return what serves before and after."""
        return Target(weights={name: 3.0 * (name != "v2") for name in self.names})


SHARES = (0.05, 0.25, 0.5, 1.0)
SPEC = {
    "endpoint": "endpoint-00000",
    "canary": "v2",
    # Held for an hour whatever the evidence, so that a day of such minutes is a day of holding.
    "steps": [{"share": share, "bake_minutes": {"min": 60, "max": 1440}} for share in SHARES],
    "guards": {"slow_requests": {"threshold_ms": 200}},
}


def a_record(number: int, now: datetime, kind: Kind) -> Record:
    """Return a rollout that has served a step for half an hour."""
    step = kind.step
    endpoint = f"endpoint-{number:05d}"
    spec = read_spec({**SPEC, "endpoint": endpoint})
    safe = safe_target(kind.safe, "v2")
    guards, began = guards_of(spec.guards, {}), now - timedelta(minutes=BAKED_MINUTES)
    plan = Plan(
        endpoint=endpoint,
        config_name="config-1",
        canary="v2",
        baselines=kind.baselines,
        found_target=safe,
        safe_target=safe,
        steps=plan_steps(spec, safe),
        guards=guards,
        hold_at_most_minutes=1440,
        watch_minutes=60,
        budget=share_out(spec.error_rates, [g.name for g in guards], labelled_set=False),
    )
    target, before = plan.steps[step].target, plan.steps[step - 1].target
    asked = Asked(target=target, before=before, at=began, direction="forward", reached_at=began)
    return Record(
        rollout=f"{endpoint}-59bf73e6f88a",
        revision=7,
        holder=f"arn:aws:states:us-east-1:123456789012:execution:canary-rollout:{endpoint}",
        endpoint=endpoint,
        canary="v2",
        spec=spec.model_dump(mode="json"),
        plan=plan,
        phase=Phase.WATCHING if step == plan.last_step else Phase.BAKING,
        step=step,
        started_at=began - timedelta(hours=1),
        progress_at=began,
        asked=asked,
        bakes=(BakeInterval(step=step, reached_minute=minute_of(began)),),
        token="A" * 600,
    )


def endpoint_of(asked: Answer, kind: Kind) -> Answer:
    """Answer DescribeEndpoint: the step's weights serve."""
    weights = weights_of(kind)
    return {
        "EndpointName": asked["EndpointName"],
        "EndpointArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{asked['EndpointName']}",
        "EndpointConfigName": "config-1",
        "EndpointStatus": "InService",
        "ProductionVariants": [
            {
                "VariantName": name,
                "CurrentWeight": weights[name],
                "DesiredWeight": weights[name],
                "CurrentInstanceCount": 1,
                "DesiredInstanceCount": 1,
            }
            for name in kind.names
        ],
    }


@cache
def weights_of(kind: Kind) -> dict[str, float]:
    """Return the weights that serve."""
    return dict(plan_steps(read_spec(SPEC), kind.safe)[kind.step].target.weights)


def value_of(metric: Metric, minute: int, kind: Kind) -> float:
    """Return a point of a calm minute: a little traffic more or less, no errors, 2% slow."""
    name, statistic = metric.name, metric.statistic
    weights, variant = weights_of(kind), dict(metric.dimensions)["VariantName"]
    share = weights[variant] / sum(weights.values())
    requests = float(round(share * (REQUESTS + (minute * 37) % 100)))
    if name == "Invocations":
        return requests
    if name == "ModelLatency":
        return requests if statistic == "SampleCount" else float(round(requests * 0.98))
    return 0.0


def metrics_of(asked: Answer, now: datetime, kind: Kind) -> Answer:
    """Answer GetMetricData: every minute of the range that is published by now."""
    first, last = minute_of(asked["StartTime"]), minute_of(asked["EndTime"])
    published = range(first, min(last, minute_of(now) - LAG_MINUTES))
    times = [moment(minute) for minute in published]
    results = []
    for query in asked["MetricDataQueries"]:
        metric = _metric_of(query["MetricStat"])
        values = [value_of(metric, minute, kind) for minute in published]
        results.append(
            {"Id": query["Id"], "Timestamps": times, "Values": values, "StatusCode": "Complete"}
        )
    return {"MetricDataResults": results}


def _metric_of(stat: Answer) -> Metric:
    named = stat["Metric"]
    return Metric(
        name=named["MetricName"],
        statistic=stat["Stat"],
        dimensions=tuple((one["Name"], one["Value"]) for one in named["Dimensions"]),
    )


def metrics_billed(asked: Answer) -> int:
    """Return the metrics that a call is billed for: up to five statistics of one count once."""
    statistics: dict[str, int] = {}
    for query in asked["MetricDataQueries"]:
        metric = repr(query["MetricStat"]["Metric"])
        statistics[metric] = statistics.get(metric, 0) + 1
    return sum(-(-count // 5) for count in statistics.values())
