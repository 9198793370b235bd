"""How a rollout ends: promoted, rolled back, handed over, or unproven and a person's."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

from canary.domain.plan.release.asked import After
from canary.domain.plan.target import Target, as_written, describe
from canary.domain.rollout.kinds.fact import (
    Fact,
    Said,
    Standing,
    clause,
    looks_at,
    refusal,
    sentence,
    who_called,
)
from canary.domain.rollout.kinds.values import CommandName
from canary.domain.words import duration, moment

WHO_IS_ASKED = (
    "Who did it: CloudTrail tells, some minutes later (last command below; ask again if it is "
    "empty)."
)
OTHERS_STAY = "The other variants are still there at weight 0"


class Promoted(Fact):
    """The canary serves everything."""

    commands = ("rollback",)
    does: ClassVar[Mapping[CommandName, str]] = {
        "rollback": "Undo the promotion: every variant as it was found"
    }
    about: Literal["promoted"] = "promoted"
    target: Target
    began_at: datetime
    reason: str
    leaves: After = "keep"
    config: str = ""
    """The configuration that is in use, or with `settle` and `retire` will be."""
    left: tuple[str, ...] = ()
    """What of the instances was not given back, each with the remedy."""

    def say(self, of: Standing) -> Said:
        """Return how a promotion reads."""
        took = duration((of.at - self.began_at).total_seconds())
        return Said(
            what="PROMOTED",
            brief=f"{of.canary} at 100% after {took}",
            now=f"{of.canary} serves all traffic, confirmed by DescribeEndpoint"
            f"{of.unless_seen(self.target)}.",
            safe="Safe: nothing has to be done tonight.",
            why=sentence(self.reason),
            more=(f"It took {took}. {self._others()}", *self._settled(), *self.left),
            then=self._then(of.canary),
        )

    def _others(self) -> str:
        if self.leaves == "retire":
            return f"{OTHERS_STAY} until they are retired."
        return f"{OTHERS_STAY}; retire them when you no longer want the way back."

    def _settled(self) -> tuple[str, ...]:
        if self.leaves != "keep" or not self.config:
            return ()
        weights = as_written(self.target.weights)
        undone = (
            f"Not settled: the configuration {self.config} still says the weights of before, and "
            "an UpdateEndpoint that does not retain weights (terraform apply, a deployment) undoes "
            f"the promotion. Write InitialVariantWeight {weights} where your code says them; "
            'with "after": "settle" the next rollout makes such a configuration itself.'
        )
        return (undone,)

    def _then(self, canary: str) -> str:
        if self.leaves == "retire":
            return (
                f"The configuration {self.config} is put in use, which holds {canary} alone; "
                "a roll-back is possible until then."
            )
        until = "A roll-back is possible until somebody changes the endpoint."
        if self.leaves == "settle":
            return f"The configuration {self.config} is put in use, which says what serves. {until}"
        return f"It stays so. {until}"


class RolledBack(Fact):
    """The safe target is verified; `decided_at` None where no weight had been moved."""

    severity = "warning"
    about: Literal["rolled_back"] = "rolled_back"
    safe: Target
    reason: str
    decided_at: datetime | None
    safe_at: datetime
    left: tuple[str, ...] = ()
    """What of instances and packages is not as it should be, each with the remedy."""

    def say(self, of: Standing) -> Said:
        """Return how a roll-back reads."""
        spoke = of.numbers.brief if of.numbers else ""
        stands = of.canary in self.safe.weights
        where = "at 0 and" if stands else "not on the endpoint;"
        return Said(
            what=f"ROLLED BACK, {of.canary} {'at 0%' if stands else 'not built'}",
            brief=spoke or clause(self.reason),
            now=f"{of.canary} is {where} every other variant as it was found, verified by "
            f"DescribeEndpoint{of.unless_seen(self.safe)}.",
            safe=f"Safe. {self._time_to_safe()}",
            why=sentence(self.reason),
            more=self.left,
            then="It stays so. Nothing has to be done tonight; start a new rollout when the cause "
            "is fixed.",
        )

    def _time_to_safe(self) -> str:
        if self.decided_at is None:
            return "No weight had been moved."
        seconds = (self.safe_at - self.decided_at).total_seconds()
        return f"Decided {moment(self.decided_at)}, safe {duration(seconds)} later."


class HandedOver(Fact):
    """Somebody else owns the endpoint; the last write is None where this rollout made none. `ours`
    is the configuration it began with.
    """

    severity = "warning"
    about: Literal["handed_over"] = "handed_over"
    reason: str
    last_write: Target | None
    written_at: datetime | None
    ours: str = ""
    safe: Target | None = None
    """The weights that the endpoint was found with; None in messages of earlier versions."""
    left: tuple[str, ...] = ()
    """What of instances and packages is not as it should be, each with the remedy."""

    def say(self, of: Standing) -> Said:
        """Return how a hand-over reads: what was changed, and by whom as far as that is known."""
        gone = of.serving is not None and not of.serving.exists
        other = self._other_configuration(of)
        weights = "Not known to be safe: the weights are as they are, and nobody here watches them"
        nobody = "NOT SAFE: without the endpoint nobody answers its callers"
        then = "Nothing more is done here: it stays so until somebody changes it."
        if gone:
            again = f" with the configuration {self.ours}" if self.ours else ""
            then = f"Nothing more is done here. CreateEndpoint{again} makes it again."
        return Said(
            what="HANDED OVER",
            brief=self._brief(of, other),
            now="The endpoint is yours now: nothing was overwritten, another rollout may start.",
            safe=sentence(nobody if gone else weights),
            why=sentence(f"{self.reason}{f' ({other})' if other else ''}"),
            more=(
                f"Our last write: {self._write()}.",
                *(() if of.act else (WHO_IS_ASKED,)),
                *self.left,
            ),
            then=then,
            look=(
                *(() if gone else (looks_at(of.endpoint),)),
                *(() if of.act else (self._lookup(of, other),)),
            ),
            mend=self._way_back(of),
        )

    def _way_back(self, of: Standing) -> tuple[tuple[str, str], ...]:
        """Return the command that puts the weights back as they were found, where the variants are
        those and serve otherwise.
        """
        if self.safe is None or of.serving is None:
            return ()
        now, found = of.serving.target.weights, self.safe.weights
        if now.keys() != found.keys() or now == found:
            return ()
        pairs = " ".join(
            f"VariantName={name},DesiredWeight={weight:.9g}" for name, weight in found.items()
        )
        does = f"Put the weights back as the rollout found them ({describe(self.safe)})"
        line = (
            "aws sagemaker update-endpoint-weights-and-capacities --endpoint-name "
            f"{of.endpoint} --desired-weights-and-capacities {pairs}"
        )
        return ((does, line),)

    def _brief(self, of: Standing, other: str) -> str:
        if of.serving is not None and not of.serving.exists:
            return self.reason
        if of.act is not None:
            by = f" by {of.act.who}" if of.act.who else ""
            why = f": {of.act.reason}" if of.act.reason else ""
            return f"{of.canary_serves}, released{by}{why}"
        return f"{of.canary_serves}, {other or self.reason.split(':', 1)[0]}"

    def _other_configuration(self, of: Standing) -> str:
        seen = of.serving.config_name if of.serving else ""
        if not self.ours or not seen or seen == self.ours:
            return ""
        return f"configuration {seen}, ours was {self.ours}"

    def _write(self) -> str:
        if self.last_write is None or self.written_at is None:
            return "none: this rollout never moved a weight"
        return f"{describe(self.last_write)} at {moment(self.written_at)}"

    def _lookup(self, of: Standing, other: str) -> str:
        if of.serving is not None and not of.serving.exists:
            return who_called("DeleteEndpoint", of.endpoint)
        moved = "UpdateEndpoint" if other else "UpdateEndpointWeightsAndCapacities"
        return who_called(moved, of.endpoint)


class Unproven(Fact):
    """The safe target could not be verified: a person must act.

    `reason` is what stood in the way, `denial` SageMaker's own answer, `because` why it was to be
    taken back; `asks` for the safe target were made since `began_at`, `accepted` of them taken.
    """

    severity = "page"
    commands = ("retry", "release")
    about: Literal["unproven"] = "unproven"
    safe: Target
    reason: str
    denial: str | None = None
    because: str = ""
    began_at: datetime | None = None
    asks: int = 0
    accepted: int = 0
    left: tuple[str, ...] = ()
    """What of instances and packages is not as it should be, each with the remedy."""

    def say(self, of: Standing) -> Said:
        """Return how a page reads: the cause that stood in the way comes first."""
        cause = self.reason
        if self.denial and self.denial not in cause:
            cause = f"SageMaker refuses the change: {self.denial.rstrip('.')}. {cause}"
        tried = ""
        if self.began_at is not None:
            span = duration((of.at - self.began_at).total_seconds())
            tried = f"Tried for {span}: {self.asks} asks, {self.accepted} of them accepted."
        because = sentence(f"It was to go back because: {self.because}") if self.because else ""
        return Said(
            what="UNPROVEN, act now",
            brief=f"{of.canary_serves}, {refusal(self.denial) if self.denial else clause(cause)}",
            now=f"The safe weights {describe(self.safe)} could not be verified.",
            safe="NOT SAFE: whatever the canary does wrong, it still does to its part of the "
            "traffic.",
            why=sentence(cause),
            more=tuple(text for text in (tried, because, *self.left) if text),
            then="Nothing moves by itself any more, and no other rollout can start. Remove the "
            "cause, then retry.",
            look=(looks_at(of.endpoint),),
        )
