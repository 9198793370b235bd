"""A step up waits: for a person's approval, for the calendar, for a person who takes it."""

from datetime import datetime
from typing import Literal

from canary.domain.plan.standstill import StandstillKind
from canary.domain.plan.target import Target, describe
from canary.domain.rollout.kinds.fact import Fact, Said, Standing, sentence
from canary.domain.words import duration, moment, percent


class ApprovalAsked(Fact):
    """A share needs a person's approval. `known` is what the evidence says so far; `deadline` until
    when the step waits for it, None while its evidence still gathers; then what the spec says.
    """

    kind = "notice"
    severity = "warning"
    commands = ("approve", "reject")
    about: Literal["approval_asked"] = "approval_asked"
    before: float
    known: str
    deadline: datetime | None
    within_minutes: int
    after_it: Literal["hold", "roll_back"]

    @property
    def due(self) -> datetime | None:
        """Return until when it is awaited."""
        return self.deadline

    def said_with(self, of: Standing) -> dict[str, str | float]:
        """Return which share of which rollout is answered for."""
        return {"share": self.before, "rollout": of.rollout}

    def say(self, of: Standing) -> Said:
        """Return how a question reads."""
        at, waits = percent(self.before), duration(60 * self.within_minutes)
        back = "it is taken back"
        if self.after_it == "hold":
            back = "it stays where it is and its time limits run again"
        then = (
            f"Its evidence still gathers. Once that is enough it waits {waits} for your answer; "
            f"then {back}."
        )
        if self.deadline is not None:
            then = f"It waits for your answer until {moment(self.deadline)}; then {back}."
        return Said(
            what=f"approval needed before {at}",
            brief=f"waits until {moment(self.deadline)}" if self.deadline else "not urgent yet",
            now=f"{of.canary} has {percent(of.share)} and needs a person's approval for {at}.",
            safe="Watched every minute, still taken back on evidence.",
            why=sentence(f"Known so far: {self.known}"),
            then=then,
        )


class Approved(Fact):
    """A person approved a share; who, is in the order it came with."""

    kind = "notice"
    routine = True
    about: Literal["approved"] = "approved"
    before: float

    def say(self, of: Standing) -> Said:
        """Return how an approval reads."""
        execution = of.act.execution if of.act else ""
        told = "The name is what came with the order. CloudTrail knows who really gave it"
        return Said(
            what=f"approved before {percent(self.before)}",
            now=f"Going to {percent(self.before)} is approved.",
            safe="Watched every minute; nothing has to be done.",
            more=(sentence(f"{told}: StartExecution of {execution}"),),
            then="It goes there as soon as its evidence is enough.",
        )


class StepWaits(Fact):
    """A step up that evidence allows waits for the calendar or a place, or is advised to a
    person.
    """

    kind = "notice"
    commands = ("rollback", "promote")
    about: Literal["step_waits"] = "step_waits"
    on: StandstillKind
    next_share: float
    target: Target
    reason: str
    until: datetime

    @property
    def due(self) -> datetime | None:
        """Return when the wait is over by itself, None where nobody knows."""
        return None if self.on == "place" else self.until

    def say(self, of: Standing) -> Said:
        """Return how a wait, or advice, reads."""
        to = percent(self.next_share)
        safe = f"{of.canary_serves}, watched every minute, still taken back on evidence."
        if self.on == "advice":
            return Said(
                what=f"advice to go to {to}",
                now=sentence(self.reason),
                safe=safe,
                more=(
                    f"promote takes the step; so do weights set by hand: {describe(self.target)}.",
                    "Any others are somebody else's change: the rollout ends and leaves them.",
                ),
                then="It stays where it is.",
            )
        if self.on == "place":
            return Said(
                what=f"waits for a place before {to}",
                now=sentence(self.reason),
                safe=f"Safe: {of.canary} has no traffic; the variants before it serve.",
                then="It goes on by itself when its turn comes; the wait counts against none of "
                "its time limits.",
            )
        return Said(
            what=f"waits before {to}",
            brief=f"until {moment(self.until)}",
            now=sentence(self.reason),
            safe=safe,
            then=f"It may go on at {moment(self.until)}; the wait counts against none of its time "
            "limits.",
        )
