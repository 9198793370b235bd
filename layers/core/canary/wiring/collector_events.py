"""What the collector hears: that a minute has passed, or which slice of its rollouts is due."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from canary.domain.model import Frozen
from canary.wiring.events import AwsEvent, Rollout, Schedule, read_as


class Due(Frozen):
    """A slice of rollouts that are due in a minute."""

    version: Literal[1]
    rollouts: tuple[Rollout, ...] = Field(min_length=1)
    minute: int


class DueEvent(AwsEvent):
    """The application's own event: one slice of a tick is to be visited."""

    kind: Literal["Rollouts Due"] = Field(alias="detail-type")
    detail: Due


def _asked_of_collector(event: Any) -> str:
    keys = event if isinstance(event, Mapping) else {}
    return "due" if keys.get("detail-type") == "Rollouts Due" else "schedule"


CollectorEvent = Annotated[
    Annotated[Schedule, Tag("schedule")] | Annotated[DueEvent, Tag("due")],
    Discriminator(_asked_of_collector),
]


def collector_event(event: object) -> Schedule | DueEvent:
    """Return that a minute has passed, or the slice of it that is due. Raises Refused."""
    read: Schedule | DueEvent = read_as(CollectorEvent, event, "collector")
    return read
