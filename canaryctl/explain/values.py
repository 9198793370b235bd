"""What an explanation says, as values."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from canary.domain.model import Frozen

HoldKind = Literal[
    "evidence",
    "labelled set",
    "blind",
    "endpoint",
    "alarm",
    "instances",
    "pause",
    "approval",
    "hours",
    "freeze",
    "advice",
    "place",
    "aws",
    "person",
]


class Hold(Frozen):
    """One thing that keeps a rollout where it is."""

    kind: HoldKind = Field(description="what holds it")
    said: str = Field(description="why, in a sentence")
    until: datetime | None = Field(None, description="when it ends by itself, null if it does not")


class Deadline(Frozen):
    """Something that happens by itself."""

    at: datetime = Field(description="when, UTC")
    then: str = Field(description="what happens then, unless the rollout went on before")


class GuardStanding(Frozen):
    """How far one guard is from both its thresholds; evidence as natural logarithms."""

    guard: str
    finding: str = Field(description="PASS, FAIL, INCONCLUSIVE or NO_DATA")
    reason: str = Field(description="rates, counts and evidence in words")
    log_worse: float = Field(description="evidence that the canary is worse than its margin")
    log_good_enough: float = Field(description="evidence of this step that it is within it")
    log_good_enough_threshold: float = Field(description="it passes from here on")
    minutes_to_pass: int | None = Field(
        description="more minutes like those of this step until it passes; 0 where it has, null "
        "where such minutes never would"
    )


class Explanation(Frozen):
    """Why a rollout is where it is. `rollout`, `phase` and `canary` are null where the endpoint
    never had one.
    """

    endpoint: str
    rollout: str | None = None
    phase: str | None = None
    canary: str | None = None
    step: int | None = None
    steps: int | None = None
    share: float | None = None
    doing: str = Field(description="what it does now")
    holds: tuple[Hold, ...] = Field((), description="what keeps it from going on, all of it")
    unknown: str | None = Field(
        None, description="what may hold it too and could not be looked at, null where all was"
    )
    changes: tuple[str, ...] = Field((), description="what would change that")
    when: datetime | None = Field(
        None, description="when it may go on at the earliest, as far as that can be known"
    )
    then: str = Field(description="what happens if nobody acts")
    deadlines: tuple[Deadline, ...] = Field((), description="what happens by itself, in order")
    log_worse: float | None = Field(
        None, description="combined evidence against the canary, of the whole rollout"
    )
    log_worse_threshold: float | None = Field(None, description="it is taken back from here on")
    guards: tuple[GuardStanding, ...] = ()
    newest: datetime | None = Field(None, description="when it was last judged")
    commands: tuple[str, ...] = Field((), description="what a person may type, whole")
