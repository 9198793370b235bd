"""Asynchronous invocation: Lambda tries an event three times, then hands it to the function's
destination or queue.

AWS waits one minute before the second attempt and two before the third. A throttled or refused
attempt is tried again like a failed one here (the service keeps trying those for up to six hours).

Threads. Events are accepted, tried and given up under the account's lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.clock import Clock
from emulator.functions.fleet import FunctionConfiguration, FunctionFleet, RunningInvocation
from emulator.functions.invocation import InvocationResult, InvokeRefused

WAITS_SECONDS = (60, 120)


@dataclass(frozen=True)
class EventSettings:
    """A function's event invoke configuration and dead-letter queue; ARNs, "" for none."""

    most_retries: int = 2
    most_age_seconds: float = 21_600
    on_failure_arn: str = ""
    dead_letter_arn: str = ""


class EventQueue:
    """The service's own queue of events for functions. `deliver(arn, body)` takes what was given
    up.
    """

    def __init__(
        self, clock: Clock, fleet: FunctionFleet, deliver: Callable[[str, str], None]
    ) -> None:
        self._clock = clock
        self._fleet = fleet
        self._deliver = deliver
        self.settings: dict[str, EventSettings] = {}

    def accept(self, function: FunctionConfiguration, event: str) -> None:
        """Take an event; the first attempt starts at once, as a worker of its own."""
        self._attempt(function, event, 1, self._clock.now())

    def _attempt(
        self, function: FunctionConfiguration, event: str, attempt: int, accepted: datetime
    ) -> None:
        self._clock.lock.check()
        running = self._fleet.start(function, event)

        def follow() -> None:
            with self._clock.lock:
                self._clock.wait_for(lambda: running.finished)
                outcome = _ended(running)
                if outcome.is_error:
                    self._again_or_give_up(function, event, attempt, accepted, outcome)

        self._clock.spawn(follow, name=f"event for {function.name}")

    def _again_or_give_up(
        self,
        function: FunctionConfiguration,
        event: str,
        attempt: int,
        accepted: datetime,
        outcome: InvocationResult,
    ) -> None:
        settings = self.settings.get(function.name, EventSettings())
        wait = WAITS_SECONDS[min(attempt, len(WAITS_SECONDS)) - 1]
        expires = accepted + timedelta(seconds=settings.most_age_seconds)
        is_expired = self._clock.now() + timedelta(seconds=wait) > expires
        if attempt <= settings.most_retries and not is_expired:
            self._clock.call_in(wait, lambda: self._attempt(function, event, attempt + 1, accepted))
            return
        if settings.on_failure_arn:
            condition = "EventAgeExceeded" if is_expired else "RetriesExhausted"
            self._deliver(
                settings.on_failure_arn, self._record(function, event, attempt, condition, outcome)
            )
        if settings.dead_letter_arn:
            self._deliver(settings.dead_letter_arn, event)

    def _record(
        self,
        function: FunctionConfiguration,
        event: str,
        attempt: int,
        condition: str,
        outcome: InvocationResult,
    ) -> str:
        return json.dumps(
            {
                "version": "1.0",
                "timestamp": f"{self._clock.now():%Y-%m-%dT%H:%M:%S.000Z}",
                "requestContext": {
                    "functionArn": f"{function.arn}:$LATEST",
                    "condition": condition,
                    "approximateInvokeCount": attempt,
                },
                "requestPayload": json.loads(event),
                "responseContext": {
                    "statusCode": 200,
                    "executedVersion": "$LATEST",
                    "functionError": "Unhandled",
                },
                "responsePayload": json.loads(outcome.payload),
            }
        )


def _ended(running: RunningInvocation) -> InvocationResult:
    try:
        return running.result()
    except InvokeRefused as refused:
        told = {"errorMessage": str(refused), "errorType": refused.code}
        return InvocationResult(json.dumps(told), is_error=True)
