"""What every kind of message has: where the rollout stood, how grave it is, how it reads.

A new kind is one class: its own numbers as fields, `about` as its name, and `say`. It goes into
`Facts` of `messages.py`, a sample into `tests/golden/samples.py`, a section into the runbook.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

from canary.domain.model import Frozen
from canary.domain.plan.target import Target, describe
from canary.domain.rollout.kinds.values import Act, CommandName, Numbers, Seen
from canary.domain.rollout.phase import Phase
from canary.domain.words import percent

Kind = Literal["transition", "notice"]
"""Whether the rollout went on, or nothing was moved but a person may want to know."""

PLAIN = re.compile(r"[\w.@=+-]*", re.ASCII)

Severity = Literal["info", "warning", "page"]


class Standing(Frozen):
    """The rollout as the event left it.

    `serving` is the newest look at the endpoint, None where nobody looked yet; `act` what a person
    ordered where the event follows from it; `numbers` those of the guard that spoke, where one did.
    """

    at: datetime
    rollout: str
    endpoint: str
    canary: str
    phase: Phase
    step: int
    share: float
    revision: int
    generation: int
    execution: str = ""
    serving: Seen | None = None
    act: Act | None = None
    numbers: Numbers | None = None

    @property
    def canary_serves(self) -> str:
        """Return the canary's part of the traffic as it was seen last, such as: v2 at 25%."""
        if self.serving is None or not self.serving.exists:
            return f"{self.canary} at an unknown share"
        weights = self.serving.target.weights
        total = sum(weights.values())
        share = weights.get(self.canary, 0.0) / total if total else 0.0
        return f"{self.canary} at {percent(share)}"

    def unless_seen(self, target: Target) -> str:
        """Return a target as the end of a sentence where no look is told beside it: messages of
        earlier versions carried none.
        """
        return f": {describe(target)}" if self.serving is None else ""


class Said(Frozen):
    """How one message reads, in any form.

    `what` and `brief` make the subject: what is true in a few words, then number and reason. `now`
    is the first sentence, `safe` answers whether users are safe, `why` the reason, `more` what else
    is known, `then` what happens if nobody acts, `look` commands that only look, `mend` commands of
    the AWS CLI that change something, below what they do.
    """

    what: str
    now: str
    safe: str
    brief: str = ""
    why: str = ""
    more: tuple[str, ...] = ()
    then: str = ""
    look: tuple[str, ...] = ()
    mend: tuple[tuple[str, str], ...] = ()


class Fact(Frozen):
    """One kind of event; `routine` ones are kept from people who want the important alone."""

    kind: ClassVar[Kind] = "transition"
    severity: ClassVar[Severity] = "info"
    commands: ClassVar[tuple[CommandName, ...]] = ()
    does: ClassVar[Mapping[CommandName, str]] = {}
    """What a command does here, where that is not what it always does."""
    routine: ClassVar[bool] = False

    @property
    def due(self) -> datetime | None:
        """Return when what happens if nobody acts will happen; None where no time is set."""
        return None

    def said_with(self, of: Standing) -> dict[str, str | float]:
        """Return what its commands name besides the endpoint."""
        del of
        return {}

    def say(self, of: Standing) -> Said:
        """Return how it reads, of a rollout that stood so."""
        raise NotImplementedError


def sentence(text: str) -> str:
    """Return a text that ends as a sentence does."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def looks_at(endpoint: str) -> str:
    """Return the command that shows what an endpoint serves."""
    return f"aws sagemaker describe-endpoint --endpoint-name {endpoint}"


def who_called(operation: str, named: str) -> str:
    """Return the command that tells who called an operation of late, for what is named.

    Of a name that shells or queries read as more, the beginning that they do not is asked for.
    """
    plain = PLAIN.match(named)
    about = f"contains(CloudTrailEvent, '{plain[0] if plain else ''}')"
    return (
        "aws cloudtrail lookup-events --max-items 50 "
        f"--lookup-attributes AttributeKey=EventName,AttributeValue={operation} "
        f'--query "Events[?{about}].[EventTime, Username]"'
    )


def refusal(denial: str) -> str:
    """Return AWS's own name for a refusal, out of `Action: Name: text`, for a subject."""
    parts = denial.split(": ", 2)
    return f"denied: {parts[1] if len(parts) > 1 else clause(denial)}"


def named(reason: str) -> str:
    """Return AWS's own name for why not, out of `Action: Name: text`; else the first clause."""
    parts = reason.split(": ", 2)
    return parts[1] if len(parts) > 2 and parts[1].isalnum() else clause(reason)


def clause(text: str) -> str:
    """Return the first sentence of a reason, without its end: what a subject has room for."""
    first = text.strip().split("\n", 1)[0]
    for end in (". ", "; ", ": canary ", ": baseline "):
        first = first.split(end, 1)[0]
    return first.rstrip(".")
