"""How it is told what happened, to people and to machines.

Every method may raise AwsUnavailable (try again) or AwsDenied (permanent).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from canary.domain.rollout.forms.mail import Mail


class Publisher(Protocol):
    """Tells those who are subscribed to one topic."""

    def publish(self, mail: Mail, attributes: Mapping[str, str]) -> None:
        """Publish one mail; `attributes` say what it is about."""


class Meter(Protocol):
    """Takes the numbers that a dashboard draws."""

    def note(self, dimensions: Mapping[str, str], values: Mapping[str, float]) -> None:
        """Take numbers of this minute that share their dimensions."""


class Bus(Protocol):
    """Tells whoever listens on one bus."""

    def emit(self, detail_type: str, detail: str, at: datetime, /) -> None:
        """Emit one event; `detail` is its JSON, `at` when what it tells took effect."""
