"""How long endpoints take, and how an update ends."""

from dataclasses import dataclass
from enum import Enum


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

    `deploy_seconds` is how long UpdateEndpoint builds new fleets, `health_seconds` how long it
    waits for containers that never get healthy where the configuration does not say.

    After an update call the next `stale_reads` DescribeEndpoint calls within `stale_seconds` still
    show the old state.
    """

    create_seconds: tuple[float, float] = (60.0, 180.0)
    update_seconds: tuple[float, float] = (20.0, 70.0)
    scale_seconds: tuple[float, float] = (120.0, 360.0)
    deploy_seconds: tuple[float, float] = (180.0, 420.0)
    health_seconds: tuple[float, float] = (1200.0, 1800.0)
    roll_back_seconds: tuple[float, float] = (20.0, 70.0)
    delete_seconds: tuple[float, float] = (10.0, 30.0)
    stale_reads: int = 1
    stale_seconds: float = 20.0
