"""A message as an event of the bus, for machines: the facts, and the same sentences a mail has.

Detail-type `Rollout State Change`, source `sagemaker-canary.<stack>`. The JSON Schema is written
from these models into `docs/schema/`; a change that a consumer must notice is a new `version`.
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from canary.domain.model import Frozen
from canary.domain.plan.custom.margins import Against
from canary.domain.plan.target import shares
from canary.domain.rollout.forms.commands import CommandLine, command_lines
from canary.domain.rollout.forms.places import Place
from canary.domain.rollout.forms.subject import subject_of
from canary.domain.rollout.kinds.fact import Kind, Severity
from canary.domain.rollout.kinds.values import Act, Seen
from canary.domain.rollout.messages import Facts, Message
from canary.domain.rollout.phase import Phase

DETAIL_TYPE = "Rollout State Change"
VERSION: Literal[1] = 1


class Serving(Frozen):
    """What an endpoint served when it was looked at."""

    weights: dict[str, float] = Field(description="SageMaker's weight of each variant")
    shares: dict[str, float] = Field(description="each variant's part of the traffic, 0 to 1")
    seen_at: datetime = Field(description="when DescribeEndpoint answered so")
    status: str = Field(description="the endpoint's status then, Gone where it did not exist")
    config_name: str = Field(description="its configuration, '' where it was not looked at")


class GuardNumbers(Frozen):
    """The numbers of the guard that spoke, over the step."""

    guard: str = Field(description="the guard's name in the plan")
    what: str = Field(description="what it counts or measures, in words")
    canary: float | None = Field(description="the canary's rate (0 to 1), or value")
    baseline: float | None = Field(description="the baseline's rate or value")
    against: Against = Field(
        description="whose the baseline's numbers are: its own, or those of a control"
    )
    unit: str | None = Field(description="of values; null where the numbers are rates")
    canary_counts: tuple[int, int] | None = Field(description="(bad, of) of the canary")
    baseline_counts: tuple[int, int] | None = Field(description="(bad, of) of the baseline")
    minutes: int = Field(description="judged minutes of the step")
    log_evidence: float = Field(description="natural logarithm of the evidence against the canary")
    log_needed: float = Field(description="at or beyond this the canary is taken back")


class StateChange(Frozen):
    """The detail of a `Rollout State Change`: one event of one rollout, told at least once."""

    version: Literal[1] = Field(default=VERSION, description="of this schema")
    id: str = Field(description="the same id is the same message: keep ids to tell repeats apart")
    about: str = Field(description="which kind of event, such as rolled_back")
    kind: Kind = Field(description="transition: the rollout went on; notice: nothing was moved")
    severity: Severity = Field(description="info, warning, or page: a person must act now")
    at: datetime = Field(description="when what is told took effect")
    endpoint: str
    rollout: str = Field(description="the rollout's id")
    canary: str = Field(description="the variant that is promoted or taken back")
    phase: Phase = Field(description="of the rollout, as the event left it")
    step: int = Field(description="index of the plan's step, 0 at share 0")
    share: float = Field(description="the canary's planned share at that step, 0 to 1")
    revision: int = Field(description="of the record: a higher one is newer, whatever comes first")
    generation: int = Field(description="which execution in turn holds the rollout")
    subject: str = Field(description="the mail's subject")
    now: str = Field(description="what is true, in a sentence")
    safe: str = Field(description="whether users are safe, in a sentence")
    why: str = Field(description="the reason, '' where there is none")
    then: str = Field(description="what happens if nobody acts")
    due: datetime | None = Field(description="when it happens, null where no time is set")
    serving: Serving | None = Field(description="the newest look, null where nobody looked")
    numbers: GuardNumbers | None = Field(description="null where no guard spoke")
    act: Act | None = Field(description="a person's order it follows from; `by` is claimed")
    commands: tuple[CommandLine, ...] = Field(description="what a person can do now, as typed")
    execution: str = Field(description="ARN of the execution that holds the rollout")
    links: dict[str, str] = Field(description="console pages: execution, endpoint, dashboard")
    facts: Facts = Field(description="what this kind of event has besides")


def state_change(message: Message) -> StateChange:
    """Return the event that tells a message."""
    said = message.facts.say(message)
    numbers = message.numbers
    return StateChange(
        id=message.id,
        about=message.facts.about,
        kind=message.kind,
        severity=message.severity,
        at=message.at,
        endpoint=message.endpoint,
        rollout=message.rollout,
        canary=message.canary,
        phase=message.phase,
        step=message.step,
        share=message.share,
        revision=message.revision,
        generation=message.generation,
        subject=subject_of(message.endpoint, said.what, said.brief),
        now=said.now,
        safe=said.safe,
        why=said.why,
        then=said.then,
        due=message.facts.due,
        serving=_serving(message.serving) if message.serving else None,
        numbers=GuardNumbers(what=numbers.words, **numbers.model_dump(exclude={"words"}))
        if numbers
        else None,
        act=message.act,
        commands=command_lines(message),
        execution=message.execution,
        links=_links(message),
        facts=message.facts,
    )


def _serving(seen: Seen) -> Serving:
    return Serving(
        weights=seen.target.weights,
        shares=shares(seen.target.weights),
        seen_at=seen.at,
        status=seen.status,
        config_name=seen.config_name,
    )


def _links(message: Message) -> dict[str, str]:
    place = Place.of(message.execution)
    if place is None:
        return {}
    links = {
        "execution": place.execution_link,
        "endpoint": place.endpoint_link(message.endpoint),
        "dashboard": place.dashboard_link,
    }
    return {name: link for name, link in links.items() if link}
