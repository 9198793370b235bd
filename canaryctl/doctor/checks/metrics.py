"""Which statistics the endpoint's metrics have, how late they come, and what silence looks like."""

from collections.abc import Mapping

from canary.domain.judge.metrics import RawSeries
from canary.domain.plan.guards import Metric
from canary.domain.time import minute_of
from canary.domain.words import clock, percent
from canaryctl.doctor.account import Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown, worst_of

BACK_MINUTES = 60
LEAST_TIMED = 10
ENOUGH = 0.9
"""Fewer minutes than this with a statistic, and a guard that rests on it has holes."""
LATE_MINUTES = 8
STEADY = 0.8
TIMED = Metric(name="ModelLatency", statistic="SampleCount")
COUNTED = {"TC": TIMED.but(statistic="TC(:1000000)"), "p95": TIMED.but(statistic="p95")}
REMEDIES = {
    "TC": "Leave slow_requests out of the spec: requests cannot be counted by their latency here",
    "p95": "Give threshold_ms in the spec: it cannot be learnt here",
}
REQUESTS = Metric(name="Invocations")
Series = Mapping[Metric, RawSeries]


def statistics_exist(account: Account) -> Diagnosis:
    """Do TC(:x) and p95 of ModelLatency exist in the minutes that had requests?"""
    timed, having = 0, dict.fromkeys(COUNTED, 0)
    for variant in account.serving.variants:
        wanted = {name: m.at(account.serving.name, variant.name) for name, m in COUNTED.items()}
        of = TIMED.at(account.serving.name, variant.name)
        series = account.minutes([of, *wanted.values()], BACK_MINUTES)
        minutes = {minute for minute, count in series[of].minutes.items() if count}
        timed += len(minutes)
        for name, metric in wanted.items():
            having[name] += len(minutes & series[metric].minutes.keys())
    if timed < LEAST_TIMED:
        return unknown(
            f"only {timed} minutes of the last {BACK_MINUTES} had requests; ask again under traffic"
        )
    said = ", ".join(f"{name} in {percent(n / timed)}" for name, n in having.items())
    lacking = [name for name, n in having.items() if n < ENOUGH * timed]
    if lacking:
        return broken(f"of {timed} minutes with requests: {said}", REMEDIES[lacking[0]])
    return fine(f"of {timed} minutes with requests: {said}")


def lag(account: Account) -> Diagnosis:
    """How old is the newest minute of the variants that serve?"""
    serving = [v.name for v in account.serving.variants if v.current_weight]
    metrics = [REQUESTS.at(account.serving.name, name) for name in serving]
    series = account.minutes(metrics, BACK_MINUTES)
    if not all(one.complete for one in series.values()):
        return unknown("CloudWatch did not tell all of its metrics")
    minutes = {m for one in series.values() for m, count in one.minutes.items() if count}
    newest = max(minutes, default=0)
    if len(minutes) < STEADY * (newest - min(minutes, default=0) + 1) or len(minutes) < LEAST_TIMED:
        return unknown(
            f"{len(minutes)} of the last {BACK_MINUTES} minutes had requests: too few to tell late "
            "from silent"
        )
    late = minute_of(account.now) - newest - 1
    said = f"the newest minute is {clock(newest)}, {late} min after it closed"
    if late > LATE_MINUTES:
        return broken(
            f"{said}: beyond {LATE_MINUTES} min a rollout holds, and rolls back at its limit",
            "Look whether traffic stopped; else ask AWS why metrics come so late",
            "aws cloudwatch list-metrics --namespace AWS/SageMaker --recently-active PT3H "
            f"--dimensions Name=EndpointName,Value={account.serving.name}",
        )
    return fine(said)


def silence(account: Account) -> Diagnosis:
    """What does each variant at weight 0 send: zeros, nothing, or requests of its own?"""
    idle = [v.name for v in account.serving.variants if not v.current_weight]
    if not idle:
        return unknown("no variant stands at weight 0")
    metrics = {name: REQUESTS.at(account.serving.name, name) for name in idle}
    series = account.minutes([*metrics.values()], BACK_MINUTES)
    return worst_of([_silence(name, series[metric]) for name, metric in metrics.items()])


def _silence(name: str, series: RawSeries) -> Diagnosis:
    if not series.complete:
        return unknown(f"CloudWatch did not tell all metrics of {name} ({series.answered})")
    if not series.minutes:
        return fine(f"{name} at weight 0 sends nothing; that is read as no traffic")
    called = sum(series.minutes.values())
    if called:
        return fine(
            f"{name} at weight 0 had {called:g} requests in {BACK_MINUTES} min: somebody calls "
            "it by TargetVariant"
        )
    return fine(f"{name} at weight 0 sends zeros; they sharpen the check of the split")


CHECKS = (
    Check(
        "statistics",
        "Do TC and p95 of ModelLatency exist every minute?",
        statistics_exist,
        ("endpoint",),
    ),
    Check("metric lag", "How late do its metrics come?", lag, ("endpoint",)),
    Check("idle variant", "Do idle variants send zeros or nothing?", silence, ("endpoint",)),
)
