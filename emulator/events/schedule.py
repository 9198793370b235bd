"""Scheduled rules: rate(...) fires every period after the rule was made, cron(...) at its minutes
(UTC).
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

from moto.events.models import Rule

from emulator.clock import Clock, Scheduled
from emulator.clock.minutes import MINUTE, minute_of, next_minute
from emulator.events.bus import Bus

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((.+)\)")
_PERIOD = {"minute": 60, "hour": 3600, "day": 86_400}
FIRST_DELAY_SECONDS = 60
MOST_MINUTES_AHEAD = 366 * 24 * 60


class Schedules:
    """The tickers of scheduled rules, by rule name."""

    def __init__(self, clock: Clock, bus: Bus) -> None:
        self._clock = clock
        self._bus = bus
        self._tickers: dict[str, Scheduled] = {}

    def follow(self, rule: Rule) -> None:
        """Let the rule tick by its expression, in place of what it had before. Raises ValueError on
        an unknown one.
        """
        old = self._tickers.pop(rule.name, None)
        if old is not None:
            old.cancel()
        expression = rule.scheduled_expression
        if not expression:
            return
        rate = _RATE.fullmatch(expression)
        if rate:
            period = int(rate[1]) * _PERIOD[rate[2]]
            first = next_minute(self._clock.now()) + timedelta(seconds=period - FIRST_DELAY_SECONDS)
            self._tickers[rule.name] = self._clock.every(period, lambda: self._tick(rule), first)
            return
        cron = _CRON.fullmatch(expression)
        if cron is None:
            raise ValueError(f"schedule expression {expression!r} is not emulated")
        self._follow_cron(rule, cron[1].split())

    def _follow_cron(self, rule: Rule, fields: list[str]) -> None:
        def tick() -> None:
            self._tick(rule)
            self._follow_cron(rule, fields)

        self._tickers[rule.name] = self._clock.call_at(_next_match(self._clock.now(), fields), tick)

    def _tick(self, rule: Rule) -> None:
        if rule.state == "ENABLED":
            self._bus.send(rule, self._event(rule))

    def _event(self, rule: Rule) -> dict[str, object]:
        entry = {"Source": "aws.events", "DetailType": "Scheduled Event", "Detail": json.dumps({})}
        return self._bus.made(entry, [rule.arn])


def _next_match(now: datetime, fields: list[str]) -> datetime:
    """Return the next minute that matches cron fields: minutes, hours, day of month, month, weekday
    (1 = Sunday).
    """
    moment = minute_of(now)
    for _ in range(MOST_MINUTES_AHEAD):
        moment += MINUTE
        values = (moment.minute, moment.hour, moment.day, moment.month, moment.isoweekday() % 7 + 1)
        if all(_matches(field, value) for field, value in zip(fields, values, strict=False)):
            return moment
    raise ValueError(f"cron({' '.join(fields)}) never fires within a year, or is not emulated")


def _matches(field: str, value: int) -> bool:
    if field in {"*", "?"}:
        return True
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        if span == "*":
            low, high = "0", "59"
        last = int(high) if high else (int(low) if not step else 59)
        if int(low) <= value <= last and (value - int(low)) % int(step or 1) == 0:
            return True
    return False
