"""Nothing was moved, but a person may want to look: at a question, a gate, a slow way back, a dead
execution.
"""

from datetime import datetime
from typing import Literal

from canary.domain.plan.target import Target, describe
from canary.domain.rollout.kinds.fact import Fact, Said, Standing, clause, refusal, sentence
from canary.domain.words import duration, moment, percent

WHO_STOPPED = (
    "aws cloudtrail lookup-events --lookup-attributes "
    "AttributeKey=EventName,AttributeValue=StopExecution"
)


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

    @property
    def due(self) -> datetime | None:
        """Return when the canary is taken back."""
        return self.deadline

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
            safe=f"Nothing was moved: {of.canary_serves}, still watched, still taken back on "
            "evidence.",
            then=then,
        )


class LacksInstances(Fact):
    """The next share needs more instances than AWS gives; `again_at` is when they are asked for
    again, None when a person promotes.
    """

    kind = "notice"
    severity = "warning"
    commands = ("promote", "pause", "rollback")
    about: Literal["lacks_instances"] = "lacks_instances"
    share: float
    reason: str
    tries: int
    again_at: datetime | None

    def say(self, of: Standing) -> Said:
        """Return how a step without instances reads."""
        then = (
            f"They are asked for again at {moment(self.again_at)}, at once when you promote."
            if self.again_at
            else f"They were asked for {self.tries} times; that is done again when you promote."
        )
        return Said(
            what=f"no instances for {percent(self.share)}",
            brief=clause(self.reason),
            now=f"The step to {percent(self.share)} waits: it needs instances that are not there.",
            safe=f"Nothing was moved: {of.canary_serves}, still watched, still taken back on "
            "evidence.",
            why=sentence(self.reason),
            then=f"{then} Held beyond its limit, the step is taken back.",
        )


class HoldingAtGate(Fact):
    """The labelled set does not let the canary go on from share 0."""

    kind = "notice"
    severity = "warning"
    commands = ("promote", "rollback")
    about: Literal["holding_at_gate"] = "holding_at_gate"
    reason: str
    deadline: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """Return when the canary is taken back."""
        return self.deadline

    def say(self, of: Standing) -> Said:
        """Return how a closed gate reads."""
        until = "at hold_at_most_minutes"
        if self.deadline is not None:
            until = f"at {moment(self.deadline)}"
        return Said(
            what="holding at share 0",
            brief=clause(self.reason.split(": ", 1)[-1]),
            now=sentence(self.reason),
            safe=f"Safe: {of.canary} gets no live request.",
            then=f"It rolls back {until}, unless more labelled records decide, or a person does.",
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
            then="It goes on trying: 15 minutes against a refusal, 60 in all; then UNPROVEN pages.",
            look=(f"aws sagemaker describe-endpoint --endpoint-name {of.endpoint}",),
        )


class TakenOver(Fact):
    """A dead execution was replaced by one that restores."""

    kind = "notice"
    severity = "warning"
    about: Literal["taken_over"] = "taken_over"
    safe: Target
    cause: str

    def say(self, of: Standing) -> Said:
        """Return how a take-over reads."""
        return Said(
            what="execution died, restoring",
            brief=f"{of.canary} from {percent(of.share)} back to 0",
            now=sentence(self.cause),
            safe=f"Not safe yet: a new execution goes back to {describe(self.safe)}; ROLLED BACK "
            "follows within minutes.",
            then="It restores by itself. If it cannot, UNPROVEN pages.",
            look=(WHO_STOPPED,),
        )
