"""What a message is made of besides its kind: what was seen serving, who acted and why, the numbers
of the guard that spoke.
"""

from datetime import datetime
from typing import Literal, Self

from canary.domain.model import Frozen
from canary.domain.plan.custom.margins import Against
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.target import Target, describe
from canary.domain.words import moment, percent, strength, strength_beside

CommandName = Literal[
    "pause", "resume", "promote", "rollback", "retry", "release", "approve", "reject"
]


class Seen(Frozen):
    """What DescribeEndpoint answered: the weights that serve, when, in which state; `config_name`
    and `exists` where they were part of the look.
    """

    target: Target
    at: datetime
    status: str = "InService"
    config_name: str = ""
    exists: bool = True

    @classmethod
    def of(cls, view: EndpointView, at: datetime) -> Self:
        """Return one read of an endpoint, without the counts: nobody asked for them."""
        return cls(
            target=Target(weights=view.current_weights),
            at=at,
            status=view.status,
            config_name=view.config_name,
            exists=view.exists,
        )

    @property
    def words(self) -> str:
        """Return what serves, how it is known and since when."""
        if not self.exists:
            return f"DescribeEndpoint does not know the endpoint any more, {moment(self.at)}"
        state = "" if self.status == "InService" else f", endpoint {self.status}"
        return f"{describe(self.target)}, seen by DescribeEndpoint at {moment(self.at)}{state}"


class Act(Frozen):
    """What a person ordered, when and why.

    `by` is what came with the order and is claimed, not proven: an execution does not know its
    caller. CloudTrail names the caller of the StartExecution of `execution`.
    """

    command: CommandName
    at: datetime
    by: str = ""
    reason: str = ""
    execution: str = ""

    @property
    def who(self) -> str:
        """Return a name short enough for a subject: of an ARN its last part."""
        return self.by.rsplit("/", 1)[-1]

    @property
    def words(self) -> str:
        """Return who ordered what and why, saying how far it is known."""
        who = f"{self.by} (claimed, not verified)" if self.by else "somebody who gave no name"
        why = f": {self.reason}" if self.reason else ", without a reason"
        return f"{self.command} by {who}{why}"


class Numbers(Frozen):
    """A guard's numbers over the step: rates with their counts, or values with a unit; evidence
    against the canary and what takes it back, as natural logarithms.
    """

    guard: str
    words: str
    canary: float | None
    baseline: float | None
    canary_counts: tuple[int, int] | None = None
    baseline_counts: tuple[int, int] | None = None
    against: Against = "baseline"
    """Whose the baseline's numbers are."""
    unit: str | None = None
    """None where the numbers are rates."""
    minutes: int = 0
    log_evidence: float = 0.0
    log_needed: float = 0.0

    @property
    def brief(self) -> str:
        """Return both sides in a few words: errors 17.2% vs 0.246%."""
        if self.canary is None:
            return ""
        against = "" if self.baseline is None else f" vs {self._one(self.baseline)}"
        return f"{self.words} {self._one(self.canary)}{against}"

    def said_in(self, text: str) -> bool:
        """Return whether a text tells the canary's number already."""
        return self.canary is None or self._one(self.canary) in text

    @property
    def sentence(self) -> str:
        """Return both sides with their counts, and the evidence beside what takes the canary
        back.
        """
        if self.canary is None:
            return f"{self.words}: nothing measured"
        sides = [f"canary {self._one(self.canary)}{_counts(self.canary_counts)}"]
        if self.baseline is not None:
            sides.append(
                f"{self.against} {self._one(self.baseline)}{_counts(self.baseline_counts)}"
            )
        reached = strength_beside(self.log_evidence, self.log_needed)
        return (
            f"{self.words}: {', '.join(sides)}; evidence against the canary {reached} of the "
            f"{strength(self.log_needed)} that take it back"
        )

    def _one(self, value: float) -> str:
        return percent(value) if self.unit is None else f"{value:.4g}{self.unit}"


def _counts(counts: tuple[int, int] | None) -> str:
    return f" ({counts[0]:,} of {counts[1]:,})" if counts else ""
