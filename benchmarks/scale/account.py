"""An account for real boto3 clients: every call is answered in this process, counted, and given its
latency on a clock that is passed on and never waited for.

Rules: a call is answered between the SDK's serializer and its network, so that adapters and
serializers are the real ones; parsing and HTTP are left out. Quotas hold by whole seconds of the
clock: over them a call is tried again as the SDK does, then refused. What the double itself
computes is taken out of the processor time.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3

from benchmarks.scale.figures import (
    LATENCY_SECONDS,
    QUOTAS,
    SDK_ATTEMPTS,
    TABLE_SECONDS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Answer = dict[str, Any]


class Refused(Exception):
    """An error that AWS answers, by its code."""


class Clock:
    """Simulated time: seconds after a moment."""

    def __init__(self, start: datetime) -> None:
        self.start, self.at = start, 0.0

    def now(self) -> datetime:
        """Return the time as the functions read it."""
        return self.start + timedelta(seconds=self.at)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.at += seconds


class Account:
    """Clients, what they were used for, and the quotas they share."""

    def __init__(self, clock: Clock, services: Mapping[str, Callable[[Answer], Answer]]) -> None:
        """Take the clock and the answer of each action by its name."""
        self.clock = clock
        self.used: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.throttled: Counter[str] = Counter()
        self.own_seconds = 0.0
        self._services = services
        self._seconds: Counter[tuple[str, int]] = Counter()
        self._random = random.Random(1)  # noqa: S311 -- jitter of retries
        self._clients: dict[str, Any] = {}

    def client(self, service: str, _config: object = None) -> Any:
        """Return a boto3 client of this account, one a service."""
        if service not in self._clients:
            session: Any = boto3.session.Session(region_name="us-east-1")
            client = session.client(service)
            client.meta.events.register("before-parameter-build", _remember)
            client.meta.events.register("before-call", self._answer)
            self._clients[service] = client
        return self._clients[service]

    def _answer(
        self, model: Any, params: Answer, context: Answer, **_rest: object
    ) -> tuple[Any, Answer]:
        began = time.process_time()
        action, asked = model.name, context["asked"]
        try:
            self._pay(action, asked)
            answer = self._services[action](asked)
            status = 200
        except Refused as error:
            answer, status = {"Error": {"Code": str(error), "Message": "the double's"}}, 400
        answer["ResponseMetadata"] = {"HTTPStatusCode": status}
        self.used["bytes"] += len(params.get("body") or b"") + len(json.dumps(answer, default=str))
        self.own_seconds += time.process_time() - began
        return SimpleNamespace(status_code=status), answer

    def _pay(self, action: str, asked: Answer) -> None:
        """Give a call its latency. Raises Refused where all attempts of the SDK find the account
        over a quota.
        """
        wanted = {action: 1, **_besides(action, asked)}
        for attempt in range(SDK_ATTEMPTS):
            self.calls[action] += 1
            self.clock.advance(LATENCY_SECONDS.get(action, TABLE_SECONDS))
            second = int(self.clock.at)
            over = [
                name
                for name, count in wanted.items()
                if name in QUOTAS and self._seconds[name, second] + count > QUOTAS[name].a_second
            ]
            if not over:
                self._seconds.update({(name, second): count for name, count in wanted.items()})
                return
            self.throttled[over[0]] += 1
            self.clock.advance(self._random.random() * 2**attempt)
        raise Refused("ThrottlingException")


def _remember(params: Answer, context: Answer, **_rest: object) -> None:
    context["asked"] = params


def _besides(action: str, asked: Answer) -> dict[str, int]:
    """Return what a call takes of the quotas that do not count calls."""
    if action == "PutEvents":
        return {"entries": len(asked["Entries"])}
    if action == "GetMetricData":
        minutes = (asked["EndTime"] - asked["StartTime"]).total_seconds() / 60
        return {"points": int(minutes * len(asked["MetricDataQueries"]))}
    return {}


def moment(minute: int) -> datetime:
    """Return when a minute begins."""
    return datetime.fromtimestamp(60 * minute, UTC)
