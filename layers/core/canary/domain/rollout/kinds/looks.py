"""Nothing was moved, but a person may want to look: at a question, a gate, a slow way back, a dead
execution.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from canary.domain.plan.target import Target, describe
from canary.domain.rollout.kinds.fact import (
    Fact,
    Said,
    Standing,
    clause,
    looks_at,
    named,
    refusal,
    sentence,
    who_called,
)
from canary.domain.rollout.kinds.values import CommandName
from canary.domain.words import duration, moment, percent

LONGEST = timedelta(minutes=60)
"""How long a way back is tried before a person is paged."""


class NeedsLook(Fact):
    """The judge cannot tell by itself; `deadline` is when it takes the canary back unless something
    changes.
    """

    kind = "notice"
    severity = "warning"
    commands = ("rollback", "pause", "promote")
    about: Literal["needs_look"] = "needs_look"
    reason: str
    deadline: datetime | None = None
    blind: bool = False
    """Whether it is that nobody sees the canary any more."""

    @property
    def due(self) -> datetime | None:
        """Return when the canary is taken back."""
        return self.deadline

    def _safe(self, serves: str) -> str:
        if self.blind:
            return (
                f"NOT WATCHED: nothing was moved, {serves}, and nobody sees what it does until "
                "this can be read again."
            )
        return f"Nothing was moved: {serves}, still watched, still taken back on evidence."

    def say(self, of: Standing) -> Said:
        """Return how a question reads."""
        spoke = of.numbers.brief if of.numbers else ""
        numbered = of.numbers is not None and spoke and of.numbers.words in self.reason
        told = f"{spoke}; {clause(self.reason)}" if numbered else clause(self.reason)
        then = "It goes on watching; nothing is promoted and nothing taken back for this alone."
        if self.deadline is not None:
            left = duration((self.deadline - of.at).total_seconds())
            then = (
                f"Unless something changes, it is taken back at {moment(self.deadline)}, in {left}."
            )
        return Said(
            what="needs a look",
            brief=told,
            now=sentence(self.reason),
            safe=self._safe(of.canary_serves),
            then=then,
        )


class LacksInstances(Fact):
    """The next share needs more instances than AWS gives; `again_at` is when they are asked for
    again, None when a person promotes.
    """

    kind = "notice"
    severity = "warning"
    commands = ("rollback", "promote", "pause")
    does: ClassVar[Mapping[CommandName, str]] = {
        "promote": "Ask for the instances again now, and take the step"
    }
    about: Literal["lacks_instances"] = "lacks_instances"
    share: float
    reason: str
    tries: int
    again_at: datetime | None
    deadline: datetime | None = None
    """When the canary is taken back unless something changes; None in messages of earlier
    versions.
    """

    @property
    def due(self) -> datetime | None:
        """Return when the canary is taken back."""
        return self.deadline

    def _ends(self, now: datetime) -> str:
        if self.deadline is None:
            return "Held beyond its limit, the canary is taken back."
        left = duration((self.deadline - now).total_seconds())
        return f"Without them the canary is taken back at {moment(self.deadline)}, in {left}."

    def say(self, of: Standing) -> Said:
        """Return how a step without instances reads."""
        then = (
            f"They are asked for again at {moment(self.again_at)}, at once when you promote."
            if self.again_at
            else f"They were asked for {self.tries} times; that is done again when you promote."
        )
        return Said(
            what=f"no instances for {percent(self.share)}",
            brief=f"{of.canary_serves}, {named(self.reason)}",
            now=f"The step to {percent(self.share)} waits: AWS does not give its instances.",
            safe=f"Nothing was moved: {of.canary_serves}, still watched, still taken back on "
            "evidence.",
            why=sentence(self.reason),
            then=f"{then} {self._ends(of.at)}",
        )


class HoldingAtGate(Fact):
    """The labelled set does not let the canary go on from share 0."""

    kind = "notice"
    severity = "warning"
    commands = ("rollback", "promote")
    does: ClassVar[Mapping[CommandName, str]] = {
        "rollback": "End the rollout now; nothing was moved",
        "promote": "Go on to live traffic without the labelled set's answer",
    }
    about: Literal["holding_at_gate"] = "holding_at_gate"
    reason: str
    deadline: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """Return when the canary is taken back."""
        return self.deadline

    def say(self, of: Standing) -> Said:
        """Return how a closed gate reads."""
        until = "when hold_at_most_minutes are over"
        if self.deadline is not None:
            left = duration((self.deadline - of.at).total_seconds())
            until = f"at {moment(self.deadline)}, in {left}"
        return Said(
            what="holding at share 0",
            brief=clause(self.reason.split(": ", 1)[-1]),
            now=sentence(self.reason),
            safe=f"Safe: {of.canary} gets no live request.",
            then=f"The rollout ends {until}, without having moved anything, unless more labelled "
            "records decide before, or a person does.",
        )


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
    because: str = ""

    def say(self, of: Standing) -> Said:
        """Return how a slow way back reads."""
        since = duration((of.at - self.began_at).total_seconds())
        refused = f"SageMaker refuses: {self.denial.rstrip('.')}" if self.denial else ""
        because = sentence(f"It goes back because: {self.because}") if self.because else ""
        stands = f"The endpoint is {self.standing}"
        return Said(
            what="not safe yet",
            brief=f"{of.canary_serves} after {since}, "
            f"{refusal(self.denial) if self.denial else stands}",
            now=f"Rolling back since {moment(self.began_at)}, and the safe weights "
            f"{describe(self.safe)} do not serve yet.",
            safe="NOT SAFE YET: the canary may still get its part of the traffic.",
            why=sentence(f"{refused}. {stands}" if refused else stands),
            more=tuple(
                text
                for text in (f"Asked {self.asks} times, {self.accepted} of them accepted.", because)
                if text
            ),
            then="It goes on trying: 15 minutes against a refusal, otherwise until "
            f"{moment(self.began_at + LONGEST)}; then a mail UNPROVEN pages and says what to type. "
            "Once the cause is gone it becomes safe by itself.",
            look=(looks_at(of.endpoint),),
        )


class TakenOver(Fact):
    """A dead execution was replaced by one that restores.

    `died` is the dead one, empty in messages of earlier versions: who stopped it stopped it by that
    name.
    """

    kind = "notice"
    severity = "warning"
    about: Literal["taken_over"] = "taken_over"
    safe: Target
    cause: str
    died: str = ""

    def say(self, of: Standing) -> Said:
        """Return how a take-over reads."""
        return Said(
            what="execution died, restoring",
            brief=f"{of.canary} from {percent(of.share)} back to 0",
            now=sentence(self.cause),
            safe=f"NOT SAFE YET: a new execution goes back to {describe(self.safe)}; a mail ROLLED "
            "BACK follows within minutes.",
            then="It restores by itself. If it cannot within an hour, a mail UNPROVEN pages.",
            look=(who_called("StopExecution", self.died.rsplit(":", 1)[-1]),),
        )
