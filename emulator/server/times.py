"""The account's time as a person outside this process reads and moves it."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from emulator.clock import Clock
from emulator.clock.pace import STANDS_STILL

MOST_MINUTES = 7 * 24 * 60


class TimeRefused(ValueError):
    """What was asked of time is not possible; the message names the parameter and the remedy."""


class Times:
    """The clock under a pace: wall seconds that an emulated minute takes, STANDS_STILL for one
    that moves only when `let_pass` says so.
    """

    def __init__(self, clock: Clock, minute_seconds: float) -> None:
        self._clock = clock
        self._minute_seconds = minute_seconds
        self._passing = threading.Lock()
        clock.set_pace(minute_seconds)

    def shown(self) -> dict[str, Any]:
        """Return the time and its pace; null where it stands still."""
        pace = self._minute_seconds
        return {
            "now": self._clock.now().isoformat(),
            "minute_seconds": None if math.isinf(pace) else pace,
        }

    def changed(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return the time after letting `minutes` pass, or keeping the pace `minute_seconds`.
        Raises TimeRefused.
        """
        unknown = asked.keys() - {"minutes", "minute_seconds"}
        if unknown or len(asked) != 1:
            raise TimeRefused("give one of minutes=5 (let them pass) and minute_seconds=1 (a pace)")
        ((name, text),) = asked.items()
        number = _number(name, text)
        if name == "minute_seconds":
            self._minute_seconds = number
            self._clock.set_pace(number)
        elif number > MOST_MINUTES:
            raise TimeRefused(f"minutes={text}: at most {MOST_MINUTES} at once")
        else:
            self._let_pass(number)
        return self.shown()

    def _let_pass(self, minutes: float) -> None:
        """Let so many minutes pass as fast as the work allows, then keep the pace there was."""
        with self._passing:
            reached = threading.Event()

            def keep() -> None:
                self._clock.set_pace(self._minute_seconds)
                reached.set()

            self._clock.call_at(self._clock.now() + timedelta(minutes=minutes), keep)
            self._clock.set_pace(0.0)
            reached.wait()


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise TimeRefused(f"{name}={text}: not a number") from None
    if math.isnan(number) or number < 0 or (name == "minutes" and math.isinf(number)):
        raise TimeRefused(f"{name}={text}: not a number of 0 or more")
    return STANDS_STILL if math.isinf(number) else number
