"""One minute of a stack: its schedule fires, and every function that an event reaches runs, on the
real handlers.

Rules: invocations run one after another here and side by side on the clock; quotas and concurrency
are those of one account. Which function hears an event is read from template.yaml.
"""

from __future__ import annotations

import contextlib
import heapq
import importlib
import io
import json
import os
import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import accumulate
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks.scale.account import Account, Answer, Clock
from benchmarks.scale.figures import (
    CONCURRENT_FUNCTIONS,
    DELIVERY_SECONDS,
    MEMORY_MEGABYTES,
    VCPU_MEGABYTES,
)
from benchmarks.scale.population import Kind, endpoint_of, metrics_billed, metrics_of
from benchmarks.scale.stored import fill
from benchmarks.scale.table import Table
from canary import wiring
from canary.domain.time import minute_of
from tests.template import TEMPLATE, environment_of

if TYPE_CHECKING:
    from collections.abc import Callable

TICK = datetime(2026, 3, 2, 12, 30, 20, tzinfo=UTC)
TIMEOUT_SECONDS = 60.0
BY_DEFAULT = str(TEMPLATE["Parameters"]["DashboardMeasures"]["Default"])
BUILT = {"collector": "_collector", "decider": "_deciding"}
"""What builds each function's use case at its first call."""


@dataclass
class Minute:
    """What one minute took."""

    rollouts: int
    visited: int = 0
    looked_in_full: int = 0
    judged: int = 0
    wall_s: float = 0.0
    cpu: Counter[str] = field(default_factory=Counter)
    invocations: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)
    custom_metrics: int = 0
    memory_mb: float = 0.0
    ran: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """When each function's invocations began and ended, in seconds after the tick."""

    def at_once(self, function: str) -> int:
        """Return the most invocations of a function at one time."""
        spans = self.ran.get(function, [])
        # An end before a beginning at the same moment: one follows the other.
        steps = sorted([(at, 1) for at, _ in spans] + [(at, -1) for _, at in spans])
        return max(accumulate(step for _, step in steps), default=0)

    def over_at(self, function: str) -> float:
        """Return when the last invocation of a function ended."""
        return max((end for _, end in self.ran.get(function, [])), default=0.0)


def routes() -> dict[str, str]:
    """Return which function hears each of the application's own events."""
    found: dict[str, str] = {}
    for name, resource_ in TEMPLATE["Resources"].items():
        for event in resource_["Properties"].get("Events", {}).values():
            kinds = event["Properties"].get("Pattern", {}).get("detail-type", [])
            found |= {kind: name.removesuffix("Function").lower() for kind in kinds}
    return found


class Stack:
    """The functions of one stack on one account."""

    def __init__(
        self, rollouts: int, *, deciding: bool, kind: Kind, measures: str = BY_DEFAULT
    ) -> None:
        """Take how many rollouts there are, whether their verdicts are made too, and which
        measures the dashboard draws, as the template's parameter names them.
        """
        self.minute, self._deciding = Minute(rollouts), deciding
        self._told = {"FREEZE_LIST": "", "DASHBOARD_MEASURES": measures}
        self.clock, self._kind = Clock(TICK), kind
        self._log, self._free = io.StringIO(), [0.0] * CONCURRENT_FUNCTIONS
        self._due: list[tuple[float, int, str, Answer]] = []
        self._routes = routes()
        used: Counter[str] = Counter()
        self.table = Table(used)
        self.account = Account(self.clock, self._services())
        self.account.used = used
        self._apps: dict[str, Any] = {}
        with patch.object(self.account, "_pay", lambda *_: None):
            fill(self.account.client("dynamodb"), rollouts, TICK, kind)
        used.clear()
        self.table.written.clear()

    def _services(self) -> dict[str, Callable[[Answer], Answer]]:
        table = self.table
        return {
            "GetItem": table.get_item,
            "BatchGetItem": table.batch_get_item,
            "PutItem": table.put_item,
            "UpdateItem": table.update_item,
            "Query": table.query,
            "TransactWriteItems": self._created,
            "DescribeEndpoint": partial(endpoint_of, kind=self._kind),
            "GetMetricData": self._metrics,
            "DescribeAlarms": lambda _: {"MetricAlarms": [], "CompositeAlarms": []},
            "PutEvents": self._events,
            "GetTopicAttributes": lambda _: {"Attributes": {"SubscriptionsConfirmed": "1"}},
            "SendTaskHeartbeat": lambda _: {},
            "SendTaskSuccess": lambda _: {},
        }

    def _created(self, asked: Answer) -> Answer:
        for one in asked["TransactItems"]:
            self.table.put(one["Put"]["Item"])
        return {}

    def _metrics(self, asked: Answer) -> Answer:
        self.account.used["metrics read"] += metrics_billed(asked)
        return metrics_of(asked, self.clock.now(), self._kind)

    def _events(self, asked: Answer) -> Answer:
        for entry in asked["Entries"]:
            self.account.used["events"] += 1
            event = {
                "source": entry["Source"],
                "detail-type": entry["DetailType"],
                "detail": json.loads(entry["Detail"]),
            }
            self._hand(self._routes[entry["DetailType"]], event, DELIVERY_SECONDS)
        return {"FailedEntryCount": 0, "Entries": []}

    def _hand(self, function: str, event: Answer, seconds: float) -> None:
        if function != "decider" or self._deciding:
            heapq.heappush(self._due, (self.clock.at + seconds, len(self._due), function, event))

    def run(self) -> Minute:
        """Return what the minute took."""
        for function in BUILT:
            self._app(function)
        before = _resident_megabytes()
        self._hand("collector", {"source": "aws.events"}, 0.0)
        while self._due:
            at, _, function, event = heapq.heappop(self._due)
            self._invoke(max(at, self._free[0]), function, event)
        minute, account = self.minute, self.account
        minute.memory_mb = max(0.0, _peak_megabytes() - before)
        minute.calls, minute.throttled = account.calls, account.throttled
        minute.used = account.used
        # It is everybody's first look, which keeps a checkpoint; others do so every ten minutes.
        minute.used["write units"] -= round(0.9 * self.table.written["CHECKPOINT"])
        lines = self._log.getvalue().splitlines()
        minute.used["log bytes"] = sum(len(line) for line in lines)
        minute.custom_metrics = _custom_metrics(lines)
        self._look_back()
        return minute

    def _look_back(self) -> None:
        """Count what a person would: ticks of this minute and verdicts on it."""
        now = minute_of(TICK)
        for items in self.table.items.values():
            tick = items.get("TICK")
            if tick and int(tick["minute"]["N"]) == now:
                self.minute.visited += 1
                self.minute.looked_in_full += json.loads(tick["body"]["S"])["complete"]
            self.minute.judged += any(sort.startswith("VERDICT#") for sort in items)

    def _invoke(self, at: float, function: str, event: Answer) -> None:
        app = self._app(function)
        self.clock.at = at
        account, minute = self.account, self.minute
        began, own = time.process_time(), account.own_seconds
        with self._around(function), contextlib.redirect_stdout(self._log):
            try:
                app.handler(event, self._context(function, at))
            except Exception as error:  # noqa: BLE001 -- what a handler raises is its own affair
                minute.failed[f"{function}: {type(error).__name__}"] += 1
        spent = time.process_time() - began - (account.own_seconds - own)
        megabytes = MEMORY_MEGABYTES[function]
        # A function's processor is a share of one: its own work takes that much longer.
        lasted = self.clock.at - at + spent / min(1.0, megabytes / VCPU_MEGABYTES)
        heapq.heapreplace(self._free, at + lasted)
        minute.cpu[function] += spent  # type: ignore[assignment]
        minute.invocations[function] += 1
        minute.ran.setdefault(function, []).append((at, at + lasted))
        account.used["invocations"] += 1
        account.used["gigabyte-seconds"] += lasted * megabytes / 1024  # type: ignore[assignment]
        minute.wall_s = max(minute.wall_s, self.clock.at)

    def _app(self, function: str) -> Any:
        if function not in self._apps:
            with self._around(function), contextlib.redirect_stdout(self._log):
                app = self._apps[function] = importlib.import_module(f"functions.{function}.app")
                getattr(app, BUILT[function])()  # cold starts are another benchmark's
        return self._apps[function]

    @contextlib.contextmanager
    def _around(self, function: str) -> Any:
        told = {**environment_of(function), "CANARIES_AT_ONCE": "0", **self._told}  # as by default
        built = importlib.import_module(f"canary.wiring.{function}")
        with (
            patch.dict(os.environ, told),
            patch.object(built, "client", self.account.client),
            patch.object(wiring, "utc_now", self.clock.now),
            patch.object(wiring, "sleep", self.clock.advance),
        ):
            yield

    def _context(self, function: str, at: float) -> Any:
        return SimpleNamespace(
            function_name=function,
            memory_limit_in_mb=MEMORY_MEGABYTES[function],
            invoked_function_arn=f"arn:aws:lambda:us-east-1:123456789012:function:{function}",
            aws_request_id="r-1",
            get_remaining_time_in_millis=lambda: 1000 * (TIMEOUT_SECONDS - self.clock.at + at),
        )


def _custom_metrics(lines: list[str]) -> int:
    """Return how many metrics the functions' logs have made CloudWatch keep."""
    found = set()
    for line in lines:
        if '"_aws"' not in line:
            continue
        written = json.loads(line)
        for told in written["_aws"]["CloudWatchMetrics"]:
            for names in told["Dimensions"]:
                at = tuple((name, written[name]) for name in names)
                found |= {(at, metric["Name"]) for metric in told["Metrics"]}
    return len(found)


def _resident_megabytes() -> float:
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 -- no file of ours
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
