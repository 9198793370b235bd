"""Messages are facts: what happened, how grave it is, where the rollout stood, what can be done.

Facts are of the moment of their event and stay so, however late they are published. How a kind
reads is its own (`kinds/`), what a mail, an event or a chat makes of it a form's (`forms/`). No
payloads, labels or predictions ever appear in them.
"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from canary.domain.model import Frozen
from canary.domain.rollout.kinds.ends import HandedOver, Promoted, RolledBack, Unproven
from canary.domain.rollout.kinds.fact import Kind, Severity, Standing
from canary.domain.rollout.kinds.going import PauseOver, Reached, Started
from canary.domain.rollout.kinds.looks import (
    HoldingAtGate,
    LacksInstances,
    NeedsLook,
    NotSafeYet,
    TakenOver,
)
from canary.domain.rollout.kinds.release import Arranged, NotArranged
from canary.domain.rollout.kinds.values import CommandName
from canary.domain.rollout.kinds.waits import ApprovalAsked, Approved, StepWaits

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
    | LacksInstances
    | HoldingAtGate
    | ApprovalAsked
    | Approved
    | StepWaits
    | NotSafeYet
    | Arranged
    | NotArranged,
    Field(discriminator="about"),
]


class Queued(Frozen):
    """What waits to be told; `at` is when what it tells took effect.

    `claim` names who is publishing it since `claimed_at`, so that two ticks at once do not tell it
    twice; `sent` are the channels that took it already.
    """

    id: str
    kind: Kind
    at: datetime
    claim: str | None = None
    claimed_at: datetime | None = None
    sent: tuple[str, ...] = ()


class Message(Queued, Standing):
    """One event with its facts, and the rollout as the event left it."""

    severity: Severity
    commands: tuple[CommandName, ...] = ()
    facts: Facts


class WrittenMessage(Queued):
    """A message as version 5d17009 kept it: words alone. It is published as it stands."""

    subject: str = Field(max_length=100)
    body: str
