"""What one run of the local account is asked for, as values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

STACK, ENDPOINT, PORT = "sagemaker-canary", "churn-prod", 4566
FAST_MINUTE_SECONDS, LIVE_MINUTE_SECONDS = 1.0, 60.0
MANY, FEW = 6_000.0, 300.0
"""Requests a minute: of models in this process, and of a container that is really asked."""


BACKGROUND_ERRORS = 0.002
"""Share of the requests that fail whatever the model says: no real endpoint is without."""


class Pace(StrEnum):
    """How emulated time passes."""

    LIVE = "live"
    FAST = "fast"
    STEPPED = "stepped"


@dataclass(frozen=True)
class Asked:
    """baseline, canary: a file or an address, None for the made-up ones; rows: their records."""

    baseline: str | None = None
    canary: str | None = None
    rows: Path | None = None
    label_column: int | None = None
    endpoint: str = ENDPOINT
    requests_per_minute: float | None = None
    background_errors: float = BACKGROUND_ERRORS
    port: int = PORT
    pace: Pace = Pace.FAST
    fast_minute_seconds: float = FAST_MINUTE_SECONDS
    region: str = "us-east-1"
    seed: int = 0
    state: Path | None = None

    @property
    def minute_seconds(self) -> float:
        """Return the wall seconds an emulated minute takes, inf where time stands still."""
        seconds = {
            Pace.LIVE: LIVE_MINUTE_SECONDS,
            Pace.FAST: self.fast_minute_seconds,
            Pace.STEPPED: math.inf,
        }
        return seconds[self.pace]

    @property
    def traffic(self) -> float:
        """Return the requests a minute."""
        asks_container = any((m or "").startswith("http") for m in (self.baseline, self.canary))
        usual = FEW if asks_container else MANY
        return usual if self.requests_per_minute is None else self.requests_per_minute
