"""How long endpoints take, how an update ends, and the part of the clock the endpoints lean on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol


class Clock(Protocol):
    """What the endpoints ask of `emulator.clock.Clock`."""

    def now(self) -> datetime:
        """Return the emulated time (aware, UTC)."""

    def call_at(self, when: datetime, action: Callable[[], object]) -> Any:
        """Run `action` at `when`; the answer has `.cancel()`."""

    def every(
        self, seconds: float, action: Callable[[], object], first: datetime | None = None
    ) -> Any:
        """Run `action` at `first` and every `seconds` after; the answer has `.cancel()`."""

    def sleep(self, seconds: float) -> None:
        """Block the caller for `seconds` of emulated time."""


class UpdateEnd(Enum):
    """How an update ends. Everything but SETTLES is a fault somebody injected."""

    SETTLES = "settles"
    ROLLS_BACK = "rolls back"  # RollingBack, then InService at the old weights
    ROLL_BACK_FAILS = "roll back fails"  # RollingBack, then UpdateRollbackFailed
    FAILS = "fails"  # Failed: only DeleteEndpoint works
    STICKS = "sticks"  # Updating until `Fleet.release` lets it end


@dataclass(frozen=True)
class Timing:
    """Ranges in emulated seconds that each change draws from, and how stale a read may be.

    After an update call the next `stale_reads` DescribeEndpoint calls within `stale_seconds` still
    show the old state.
    """

    create_seconds: tuple[float, float] = (60.0, 180.0)
    update_seconds: tuple[float, float] = (20.0, 70.0)
    roll_back_seconds: tuple[float, float] = (20.0, 70.0)
    delete_seconds: tuple[float, float] = (10.0, 30.0)
    stale_reads: int = 1
    stale_seconds: float = 20.0
