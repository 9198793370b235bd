"""What an observer writes down: who ran, which record was stored, what was asked and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from canary.domain.rollout.record import Record


@dataclass
class Work:
    """One invocation under way: who runs, for which execution, and the newest revision it has
    seen.
    """

    function: str
    action: str
    execution: str = ""
    generation: int = 0
    number: int = 0
    seen_revision: int = 0

    @property
    def caller(self) -> str:
        """Return function.action."""
        return f"{self.function}.{self.action}"


@dataclass(frozen=True)
class Revision:
    """One record as it was stored, who stored it, who held the lease then, and what the endpoint
    served with.
    """

    at: datetime
    record: Record
    by: str
    execution: str
    lease: str | None
    serving: Mapping[str, float] | None


@dataclass(frozen=True)
class Move:
    """One weight call that reached SageMaker. `seen_revision` is the newest record its invocation
    had seen.
    """

    at: datetime
    weights: Mapping[str, float]
    by: str
    rollout: str
    seen_revision: int
    counts: Mapping[str, int] = field(default_factory=dict)
    """The instances each variant had then."""


@dataclass(frozen=True)
class InstanceAsk:
    """One call about instances that reached AWS, and what the endpoint served with then."""

    at: datetime
    variant: str
    way: str
    instances: int
    rollout: str
    seen_revision: int
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Told:
    """One message that reached the topic."""

    at: datetime
    id: str
    subject: str
    attributes: Mapping[str, str]
    work: int

    @property
    def kind(self) -> str:
        """Return its kind, as it carries it."""
        return self.attributes.get("kind", "")
