"""One seed of the demonstration's failing, slow and late, watched by others beside us on the same
emulated CloudWatch: an alarm set with hindsight, and a loop that checks as Flagger does.

Rules: what is told of requests comes from the router's ledger, weights from DescribeEndpoint,
alarms from DescribeAlarms, what a check sees from GetMetricData as it is published at that moment.
Nobody but the application acts. This file imports nothing of the benchmarks, so that it measures
any checkout that has the demonstration, 5d17009 among them:

    cd CHECKOUT && PYTHONPATH=. .venv/bin/python FOLDER/observe.py SEED ...     a JSON line a seed
"""

import json
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from canary.adapters.table import DynamoRollouts

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
STEP_SECONDS = 12
"""Traffic is sent in slices of this length: nothing the router counts is known more finely."""
LONGEST_MINUTES = 180
AFTERWARDS_MINUTES = 12
"""How long the others are watched once the weights are safe."""
NEWEST_MINUTES = 10
CHECK_SECONDS = 60
ERROR_LIMIT, CHECKED_ERROR_LIMIT = 0.05, 0.01
CHECKS = (1, 5)
MISSING_DATA = ("notBreaching", "missing")
INCIDENTS = {"failing": "live_bad", "slow": "live_slow", "late": "live_bad"}
"""Each scenario with the ledger's count of what is bad in it."""


def _demo(name: str) -> Any:
    """Return a module of the demonstration, which 5d17009 keeps in the emulator."""
    try:
        return import_module(f"demo.{name}")
    except ModuleNotFoundError:
        return import_module(f"emulator.demo.{name}")


def _clerks(emulator: Any, scenarios: list[Any]) -> list[Any]:
    """Return whose counts the demonstration publishes, which 5d17009 knows nothing of."""
    try:
        return [import_module("demo.clerks").Clerks(emulator, scenarios)]
    except ModuleNotFoundError:
        return []


def _worlds() -> Any:
    try:
        return import_module("demo.worlds")
    except ModuleNotFoundError:
        return import_module("emulator.worlds")


def _account(seed: int) -> AbstractContextManager[Any]:
    try:
        opened = import_module("demo.account").open_account
    except ModuleNotFoundError:
        opened = import_module("emulator").Emulator
    account: AbstractContextManager[Any] = opened(BEGIN, seed=seed, enforce_iam=True)
    return account


def _deploy(emulator: Any) -> dict[str, str]:
    try:
        outputs: dict[str, str] = import_module("demo.account").deploy(emulator)
    except ModuleNotFoundError:
        outputs = emulator.deploy(Path("template.yaml"))
    return outputs


@dataclass
class Sight:
    """What came of one scenario; times in seconds after its first bad answer, None for never."""

    scenario: str
    seed: int
    reached: datetime | None = None
    """When the share at which the fault shows was first seen serving."""
    first_bad: datetime | None = None
    left: datetime | None = None
    """When the canary had first served nothing for a slice, after its first bad answer."""
    decided: datetime | None = None
    decided_by: str | None = None
    bad: int = 0
    counted: int = 0
    failed_checks: int = 0
    next_check: datetime | None = None
    others: dict[str, datetime] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """Return the run as the results keep it."""
        return {
            "seed": self.seed,
            "first_bad": self.first_bad.isoformat() if self.first_bad else None,
            "decision_s": self.since(self.decided),
            "decided_by": self.decided_by,
            "safe_s": self.since(self.left),
            "bad_served": self.bad,
            **{name: self.since(when) for name, when in sorted(self.others.items())},
        }

    def since(self, when: datetime | None) -> float | None:
        """Return seconds after the first bad answer."""
        if when is None or self.first_bad is None:
            return None
        return round((when - self.first_bad).total_seconds(), 1)


class Watch:
    """Everything that looks on at one scenario."""

    def __init__(self, emulator: Any, run: Any, seed: int) -> None:
        """Take a run that has been started, and set the alarms."""
        self.emulator, self.run = emulator, run
        self.endpoint, self.share = run.scenario.endpoint, run.scenario.ending.at_share
        self.kind = INCIDENTS[run.scenario.name]
        self.slow = self.kind == "live_slow"
        stage = _demo("stage")
        self.slow_us = 1000 * stage.SLOW_MS
        self.variant = stage.CANARY
        self.metrics = emulator.client("cloudwatch")
        self.weights = _demo("run").weights_of
        self.sight, self.live = Sight(run.scenario.name, seed), 0
        for missing in MISSING_DATA:
            self._set_alarm(missing)

    @property
    def quiet(self) -> bool:
        """Return whether the canary serves nobody any more."""
        return self.sight.left is not None

    def look(self) -> None:
        """Take in what happened since the last look."""
        now, sight = self.emulator.clock.now(), self.sight
        tally = self.emulator.endpoints.ledger(self.endpoint).variants[self.variant]
        bad, live = getattr(tally, self.kind), tally.live
        if sight.reached is None and self._serves_its_share():
            sight.reached, sight.next_check = now, now + timedelta(seconds=CHECK_SECONDS)
        if sight.reached is not None:
            if sight.first_bad is None and bad > sight.counted:
                sight.first_bad = now
            elif sight.first_bad and not sight.left and live == self.live:
                sight.left = now
            if sight.first_bad:
                sight.bad += bad - sight.counted
        sight.counted, self.live = bad, live
        self._check(now)
        self._ask_alarms()

    def _serves_its_share(self) -> bool:
        weights = self.weights(self.emulator, self.endpoint)
        return bool(weights[self.variant] >= self.share * sum(weights.values()) > 0)

    def _metric(self) -> dict[str, Any]:
        return {
            "Namespace": "AWS/SageMaker",
            "MetricName": "ModelLatency" if self.slow else "InvocationModelErrors",
            "Dimensions": [
                {"Name": "EndpointName", "Value": self.endpoint},
                {"Name": "VariantName", "Value": self.variant},
            ],
        }

    def _set_alarm(self, missing: str) -> None:
        statistic = {"ExtendedStatistic": "p90"} if self.slow else {"Statistic": "Average"}
        self.metrics.put_metric_alarm(
            AlarmName=self._alarm(missing),
            **self._metric(),
            **statistic,
            Period=60,
            EvaluationPeriods=5,
            DatapointsToAlarm=3,
            Threshold=self.slow_us if self.slow else ERROR_LIMIT,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData=missing,
        )

    def _alarm(self, missing: str) -> str:
        return f"beside-{self.run.scenario.name}-{missing}"

    def _ask_alarms(self) -> None:
        due = [m for m in MISSING_DATA if f"alarm_{m}_s" not in self.sight.others]
        if self.sight.first_bad is None or not due:
            return
        asked = self.metrics.describe_alarms(AlarmNames=[self._alarm(m) for m in due])
        for alarm in asked["MetricAlarms"]:
            if alarm["StateValue"] == "ALARM":
                missing = alarm["AlarmName"].rpartition("-")[2]
                self.sight.others[f"alarm_{missing}_s"] = alarm["StateUpdatedTimestamp"]

    def _check(self, now: datetime) -> None:
        sight = self.sight
        if sight.next_check is None or now < sight.next_check:
            return
        sight.next_check += timedelta(seconds=CHECK_SECONDS)
        newest = self._newest(now, sight.reached or now)
        limit = self.slow_us if self.slow else CHECKED_ERROR_LIMIT
        sight.failed_checks += newest is not None and newest > limit
        for checks in CHECKS:
            if sight.failed_checks == checks:
                sight.others.setdefault(f"checks_{checks}_s", now)

    def _newest(self, now: datetime, reached: datetime) -> float | None:
        """Return the newest published point since the share was reached."""
        began = reached.replace(second=0, microsecond=0)
        query = {
            "Id": "newest",
            "MetricStat": {
                "Metric": self._metric(),
                "Period": 60,
                "Stat": "p90" if self.slow else "Average",
            },
        }
        found = self.metrics.get_metric_data(
            MetricDataQueries=[query],
            StartTime=max(began, now - timedelta(minutes=NEWEST_MINUTES)),
            EndTime=now,
            ScanBy="TimestampDescending",
        )
        values = found["MetricDataResults"][0]["Values"]
        return float(values[0]) if values else None


def observe(seed: int, names: tuple[str, ...] = tuple(INCIDENTS)) -> list[dict[str, Any]]:
    """Return how each scenario went with a seed: the real template, handlers and models."""
    stage, play = _demo("stage"), _demo("run")
    scenarios = [one for one in _demo("scenarios").SCENARIOS if one.name in names]
    with threadpool_limits(1), _account(seed) as emulator:
        world = _worlds().digits_world(seed)
        clerks = _clerks(emulator, scenarios)
        stage.set_up(emulator, world, scenarios, stage.PAST_MINUTES, lambda _done: None, *clerks)
        outputs = _deploy(emulator)
        runs = play.start(emulator, scenarios, outputs["StateMachineArn"])
        watches = [Watch(emulator, run, seed) for run in runs]
        _drive(emulator, watches)
        records = DynamoRollouts(emulator.client("dynamodb"), outputs["TableName"])
        for watch in watches:
            decision = records.load(watch.run.rollout).decision
            if decision is not None:
                watch.sight.decided, watch.sight.decided_by = decision.at, decision.by
        return [{"scenario": w.sight.scenario, **w.sight.figures()} for w in watches]


def _drive(emulator: Any, watches: list[Watch]) -> None:
    """Let time pass until every canary has left and the others have had their time."""
    passed = emulator.clock.now().timestamp() % STEP_SECONDS
    emulator.run_minutes((STEP_SECONDS - passed) / 60)
    left = AFTERWARDS_MINUTES * 60 // STEP_SECONDS
    for _ in range(LONGEST_MINUTES * 60 // STEP_SECONDS):
        emulator.run_minutes(STEP_SECONDS / 60)
        for watch in watches:
            watch.look()
        left -= all(watch.quiet for watch in watches)
        if left <= 0:
            return


if __name__ == "__main__":
    for number in sys.argv[1:]:
        for line in observe(int(number)):
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
