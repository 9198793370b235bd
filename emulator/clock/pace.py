"""Keeping step with the wall: how long to hold time back so that an emulated minute takes what it
should.
"""

from __future__ import annotations

import math
import time
from datetime import datetime

STANDS_STILL = math.inf


class Pace:
    """minute_seconds: wall seconds an emulated minute takes; 0 never holds back, STANDS_STILL does
    for good. At most one minute is caught up.
    """

    def __init__(self, minute_seconds: float) -> None:
        self._minute_seconds = minute_seconds
        self._reached_wall = time.monotonic()

    def begin(self) -> None:
        """Count from now; what passed between two runs is not caught up."""
        self._reached_wall = time.monotonic()

    def left(self, now: datetime, when: datetime) -> float:
        """Return the wall seconds to wait before time may move from `now` to `when`; 0 or less when
        it may.
        """
        if self._minute_seconds <= 0 or when <= now:
            return 0.0
        return self._wall_of(now, when) - time.monotonic()

    def moved(self, now: datetime, when: datetime) -> None:
        """Take note that time moves from `now` to `when`."""
        if self._minute_seconds > 0 and when > now:
            self._reached_wall = max(
                self._wall_of(now, when), time.monotonic() - self._minute_seconds
            )

    def _wall_of(self, now: datetime, when: datetime) -> float:
        return self._reached_wall + (when - now).total_seconds() * self._minute_seconds / 60
