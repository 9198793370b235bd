"""Appointments in the order they come due: by moment, then by the order of asking. The driving
thread's own.
"""

from __future__ import annotations

import heapq
import itertools
from datetime import datetime

from emulator.clock.worker import Scheduled


class Calendar:
    """A heap of appointments; cancelled ones are skipped when they surface."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, Scheduled]] = []
        self._sequence = itertools.count()

    def add(self, when: datetime, item: Scheduled) -> None:
        """Enter an appointment."""
        heapq.heappush(self._due, (when, next(self._sequence), item))

    def next_moment(self) -> datetime | None:
        """Return when the next appointment is due, None when there is none."""
        while self._due and self._due[0][2].cancelled:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def take(self) -> tuple[datetime, Scheduled]:
        """Return the next appointment and its moment, taken out."""
        when, _, item = heapq.heappop(self._due)
        return when, item

    def clear(self) -> None:
        """Forget every appointment."""
        self._due.clear()
