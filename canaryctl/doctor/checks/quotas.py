"""Do the account's quotas leave room?"""

from canary.domain.judge.metrics import RawSeries
from canary.domain.plan.guards import Metric
from canaryctl.doctor.account import Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown

DAY_MINUTES = 24 * 60
CONCURRENCY = ("lambda", "L-B99A9384")
DOCUMENTED_CONCURRENCY = 1000.0
FUNCTIONS = 5
IN_USE = Metric(
    namespace="AWS/Lambda", name="ConcurrentExecutions", statistic="Maximum", dimensions=()
)
METRIC_READS = ("monitoring", "L-5E141212")
DOCUMENTED_METRIC_READS = 50.0
READS_IN_USE = Metric(
    namespace="AWS/Usage",
    name="CallCount",
    dimensions=(
        ("Class", "None"),
        ("Resource", "GetMetricData"),
        ("Service", "CloudWatch"),
        ("Type", "API"),
    ),
)
CROWDED = 0.8


def functions_fit(account: Account) -> Diagnosis:
    """Is there concurrency left for the functions and a decider for each rollout under way?

    New accounts begin with 10 in all; a throttled tick is a blind minute.
    """
    service, code = CONCURRENCY
    granted = account.quotas.quota(service, code)
    quota = DOCUMENTED_CONCURRENCY if granted is None else granted
    series = account.minutes([IN_USE], DAY_MINUTES)[IN_USE]
    if not series.complete:
        return unknown(f"CloudWatch did not tell what is in use ({series.answered})")
    needed = FUNCTIONS + len(account.stack.rollouts.listed())
    used = max(series.minutes.values(), default=0.0)
    said = f"{_allowed(quota, granted)}, {needed} needed, {_most(series)} over the last day"
    if quota - used < needed:
        return broken(
            f"concurrent executions of Lambda: {said}",
            "Ask for more, or ticks are throttled and rollouts go blind",
            f"aws service-quotas request-service-quota-increase --service-code {service} "
            f"--quota-code {code} --desired-value 1000",
        )
    return fine(f"concurrent executions of Lambda: {said}")


def metrics_may_be_read(account: Account) -> Diagnosis:
    """Do others read so many metrics that a tick's reads would be throttled?"""
    service, code = METRIC_READS
    granted = account.quotas.quota(service, code)
    quota = DOCUMENTED_METRIC_READS if granted is None else granted
    series = account.minutes([READS_IN_USE], DAY_MINUTES)[READS_IN_USE]
    if not series.complete:
        return unknown(f"CloudWatch did not tell what is in use ({series.answered})")
    used = max(series.minutes.values(), default=0.0) / 60
    said = f"GetMetricData: {_allowed(quota, granted)} a second, {_most(series)} a minute"
    if used > CROWDED * quota:
        return broken(
            said,
            "Find who reads so much, or ask for more: a throttled read is a blind minute",
            f"aws service-quotas request-service-quota-increase --service-code {service} "
            f"--quota-code {code} --desired-value {2 * quota:g}",
        )
    return fine(said)


def _allowed(quota: float, granted: float | None) -> str:
    return f"{quota:g} {'documented' if granted is None else 'granted'}"


def _most(series: RawSeries) -> str:
    if not series.minutes:
        return "no use told"
    return f"at most {max(series.minutes.values()):g} used"


CHECKS = (
    Check("quota: lambda", "Is there concurrency left for the functions?", functions_fit),
    Check("quota: metrics", "May metrics be read as often as needed?", metrics_may_be_read),
)
