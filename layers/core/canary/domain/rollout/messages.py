"""Messages are facts: what happened, how grave it is, where the rollout stood, what can be done.

Facts are of the moment of their event and stay so, however late they are published. How they read
is a renderer's business: `mail.py` today. A new form adds a renderer, a new event a class here and
one case a renderer. No payloads, labels or predictions ever appear in them.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from canary.domain.model import Frozen
from canary.domain.plan.target import Target
from canary.domain.rollout.phase import Phase

Kind = Literal["transition", "notice"]
"""Whether the rollout went on, or nothing was moved but a person may want to know."""

Severity = Literal["info", "warning", "page"]
CommandName = Literal["pause", "resume", "promote", "rollback", "retry", "release"]


class Fact(Frozen):
    """What every kind of event says of itself: how grave it is and what a person can do then."""

    kind: ClassVar[Kind] = "transition"
    severity: ClassVar[Severity] = "info"
    commands: ClassVar[tuple[CommandName, ...]] = ()


class Started(Fact):
    """A rollout began; `notices` are what is not known."""

    commands = ("pause", "promote", "rollback")
    about: Literal["started"] = "started"
    shares: tuple[float, ...]
    watched: tuple[str, ...]
    safe: Target
    notices: tuple[str, ...] = ()


class Reached(Fact):
    """A step serves. It bakes (least and most minutes), or is watched before promotion."""

    commands = ("pause", "promote", "rollback")
    about: Literal["reached"] = "reached"
    target: Target
    bake_minutes: tuple[int, int] | None = None
    watch_minutes: int | None = None


class Promoted(Fact):
    """The canary serves everything."""

    about: Literal["promoted"] = "promoted"
    target: Target
    began_at: datetime
    reason: str


class RolledBack(Fact):
    """The safe target is verified; `decided_at` None where no weight had been moved."""

    severity = "warning"
    about: Literal["rolled_back"] = "rolled_back"
    safe: Target
    reason: str
    decided_at: datetime | None
    safe_at: datetime


class HandedOver(Fact):
    """Somebody else owns the endpoint; the last write is None where this rollout made none."""

    severity = "warning"
    about: Literal["handed_over"] = "handed_over"
    reason: str
    last_write: Target | None
    written_at: datetime | None


class Unproven(Fact):
    """The safe target could not be verified: a person must act."""

    severity = "page"
    commands = ("retry", "release")
    about: Literal["unproven"] = "unproven"
    safe: Target
    reason: str


class TakenOver(Fact):
    """A dead execution was replaced by one that restores."""

    kind = "notice"
    severity = "warning"
    about: Literal["taken_over"] = "taken_over"
    safe: Target
    cause: str


class PauseOver(Fact):
    """A pause ended by itself; since when it lasted and whose it was, where that is known."""

    kind = "notice"
    commands = ("pause", "promote", "rollback")
    about: Literal["pause_over"] = "pause_over"
    paused_until: datetime
    since: datetime | None = None
    by: str = ""
    reason: str = ""


class NeedsLook(Fact):
    """The judge cannot tell by itself; `deadline` is when it takes the canary back unless something
    changes.
    """

    kind = "notice"
    severity = "warning"
    commands = ("pause", "promote", "rollback")
    about: Literal["needs_look"] = "needs_look"
    reason: str
    deadline: datetime | None = None


class HoldingAtGate(Fact):
    """The labelled set does not let the canary go on from share 0."""

    kind = "notice"
    severity = "warning"
    commands = ("promote", "rollback")
    about: Literal["holding_at_gate"] = "holding_at_gate"
    reason: str


class NotSafeYet(Fact):
    """The way to the safe target takes long or is blocked; it goes on."""

    kind = "notice"
    severity = "warning"
    commands = ("release",)
    about: Literal["not_safe_yet"] = "not_safe_yet"
    safe: Target
    began_at: datetime
    standing: str
    asks: int
    accepted: int
    denial: str | None


Facts = Annotated[
    Started
    | Reached
    | Promoted
    | RolledBack
    | HandedOver
    | Unproven
    | TakenOver
    | PauseOver
    | NeedsLook
    | HoldingAtGate
    | NotSafeYet,
    Field(discriminator="about"),
]


class Queued(Frozen):
    """What waits to be told; `at` is when what it tells took effect.

    `claim` names who is publishing it since `claimed_at`, so that two ticks at once do not tell it
    twice.
    """

    id: str
    kind: Kind
    at: datetime
    claim: str | None = None
    claimed_at: datetime | None = None


class Message(Queued):
    """One event with its facts, and the rollout as the event left it: phase, step, share."""

    severity: Severity
    rollout: str
    endpoint: str
    canary: str
    phase: Phase
    step: int
    share: float
    revision: int
    generation: int
    commands: tuple[CommandName, ...] = ()
    facts: Facts


class WrittenMessage(Queued):
    """A message as version 5d17009 kept it: words alone. It is published as it stands."""

    subject: str = Field(max_length=100)
    body: str
