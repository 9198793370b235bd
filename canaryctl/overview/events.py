"""What became of an endpoint's rollouts, and what happened in one of them: when, what, by whom and
why.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.model import Frozen
from canary.domain.rollout.outbox import TOLD_KEPT
from canary.domain.rollout.record import Record
from canary.domain.rollout.transitions.acts import ACTS_KEPT
from canary.domain.time import start_of
from canary.domain.words import percent
from canaryctl.history import told_as


class PastRollout(Frozen):
    """One rollout of an endpoint."""

    rollout: str
    canary: str
    phase: str
    started_at: datetime
    ended_at: datetime | None
    why: str = Field(description="why it ended as it did, '' while it has not")


class HappenedEvent(Frozen):
    """One thing that happened in a rollout."""

    at: datetime
    kind: Literal["order", "verdict", "serving", "message"]
    what: str
    by: str = Field(description="who or what: a person as claimed, judge, alarm, fault; '' else")
    why: str


class EndpointHistory(Frozen):
    """An endpoint's rollouts, the newest first, and what happened in one of them."""

    endpoint: str
    rollouts: tuple[PastRollout, ...]
    events_of: str | None
    events: tuple[HappenedEvent, ...]
    forgotten: str = Field(description="what of the events is not kept any more, '' where all is")


def past(records: Sequence[Record]) -> tuple[PastRollout, ...]:
    """Return what became of rollouts, the newest first."""
    return tuple(
        PastRollout(
            rollout=record.rollout,
            canary=record.canary,
            phase=record.phase,
            started_at=record.started_at,
            ended_at=record.ended_at,
            why=record.outcome.reason if record.outcome else "",
        )
        for record in sorted(records, key=lambda one: one.started_at, reverse=True)
    )


def events(record: Record, verdicts: Sequence[VerdictRecord]) -> tuple[HappenedEvent, ...]:
    """Return what happened in a rollout, the oldest first: orders, verdicts that moved it, shares
    that served, and what was told.
    """
    found = [*_orders(record), *_verdicts(verdicts), *_serving(record), *_messages(record)]
    return tuple(sorted(found, key=lambda event: event.at))


def forgotten(record: Record) -> str:
    """Return what a record has not kept, '' where everything is there."""
    lost = []
    if len(record.acts) >= ACTS_KEPT:
        lost.append(f"orders before the newest {ACTS_KEPT}")
    if len(record.told) >= TOLD_KEPT:
        lost.append(f"messages before the newest {TOLD_KEPT}")
    return f"Not kept any more, where there were some: {' and '.join(lost)}." if lost else ""


def _orders(record: Record) -> Iterator[HappenedEvent]:
    for act in record.acts:
        yield HappenedEvent(at=act.at, kind="order", what=act.command, by=act.by, why=act.reason)


def _verdicts(verdicts: Sequence[VerdictRecord]) -> Iterator[HappenedEvent]:
    for one in verdicts:
        if one.verdict != "HOLD":
            yield HappenedEvent(
                at=start_of(one.minute), kind="verdict", what=one.verdict, by=one.by, why=one.reason
            )


def _serving(record: Record) -> Iterator[HappenedEvent]:
    for bake in record.bakes:
        what = f"serves {percent(record.plan.steps[bake.step].share)}"
        yield HappenedEvent(
            at=start_of(bake.reached_minute), kind="serving", what=what, by="", why=""
        )


def _messages(record: Record) -> Iterator[HappenedEvent]:
    for message in (*record.told, *record.outbox):
        told = told_as(message)
        yield HappenedEvent(at=told.at, kind="message", what=told.subject, by="", why="")
