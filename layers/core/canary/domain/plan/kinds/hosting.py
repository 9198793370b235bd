"""What stands behind the variants of an endpoint, as far as it could be read; and whether a
rollout's requests can be answered by it.

Sources: Developer Guide, "Multi-model endpoints" and "Invoke a multi-container endpoint with direct
invocation": a request that names no model or container where one must be named, or names one where
none can be, is a validation error.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from canary.domain.errors import Refused
from canary.domain.model import Frozen
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.kinds.unlike import Fleet
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.spec import Spec

Addressed = Literal["variant", "model", "container"]
"""What a request must name: nothing more (the variant's one model answers), one of its models
(TargetModel), or one of its containers (TargetContainerHostname).
"""
Captured = Literal["Input", "Output"]
UnreadThing = Literal["configuration", "model", "tags"]
TELLS: Mapping[Addressed, str] = {
    "variant": "answers with one model",
    "model": "hosts many models (Mode MultiModel) of which a request names one",
    "container": "calls its containers one by one (InferenceExecutionConfig Direct), and a "
    "request names one",
}

KEYS: Mapping[Addressed, str] = {
    "model": "target_model",
    "container": "target_container_hostname",
}
"""The key of a quality guard that names it."""


class Hosting(Frozen):
    """How the model of one variant is addressed; `containers` are the names of those that are
    called one by one, empty where one of them has none.
    """

    addressed: Addressed = "variant"
    containers: tuple[str, ...] = ()


class Behind(Frozen):
    """Which model a variant has by the configuration, and on which type of instance; None where it
    has none.
    """

    model: str
    instance_type: str | None = None


class Unread(Frozen):
    """What could not be read, of which variant or endpoint, and why in AWS's words."""

    what: UnreadThing
    name: str
    why: str


class Configured(Frozen):
    """What an endpoint's configuration, models and tags say that the endpoint itself does not."""

    hosting: dict[str, Hosting] = Field(default_factory=dict)
    """By variant, where its model could be read."""
    behind: dict[str, Behind] = Field(default_factory=dict)
    """By variant of the configuration."""
    fleets: dict[str, Fleet] = Field(default_factory=dict)
    """By variant of the configuration."""
    captured: tuple[Captured, ...] = ()
    """What Data Capture keeps of a request; empty where that could not be read."""
    stack: str | None = None
    """The CloudFormation stack that made the endpoint."""
    unread: tuple[Unread, ...] = ()

    def taking_part(self, spec: Spec, view: EndpointView) -> dict[str, Hosting]:
        """Return the canary's hosting and its baselines', where they could be read."""
        names = (variant.name for variant in view.taking_part(spec.from_zero))
        return {name: self.hosting[name] for name in names if name in self.hosting}


def check_hosting(spec: Spec, view: EndpointView, configured: Configured) -> None:
    """Raise Refused when canary and baselines do not take the same requests, or the labelled set's
    are not of their kind; what could not be read refuses nothing.
    """
    hosting = configured.taking_part(spec, view)
    mine = hosting.get(spec.canary)
    for name, other in hosting.items():
        if mine and other.addressed != mine.addressed:
            raise Refused(
                "canary",
                f"{spec.canary} {TELLS[mine.addressed]}, and {name} {TELLS[other.addressed]}: "
                "requests that suit the one are refused by the other",
                f"Serve the canary as {name} is served",
            )
    for name, one in hosting.items():
        if spec.guards.quality:
            _check_requests(spec.guards.quality, name, one)


def addressed_by(quality: QualityGuardSpec) -> dict[Addressed, str | None]:
    """Return what the labelled set's requests name, by what must be named of the variant."""
    return {"model": quality.target_model, "container": quality.target_container_hostname}


def _check_requests(quality: QualityGuardSpec, name: str, hosting: Hosting) -> None:
    for addressed, given in addressed_by(quality).items():
        key, how = KEYS[addressed], TELLS[hosting.addressed]
        if hosting.addressed == addressed and given is None:
            known = f": one of {', '.join(hosting.containers)}" if hosting.containers else ""
            raise Refused(
                f"guards.quality.{key}",
                f"{name} {how}, and the labelled set's name none",
                f'Give "{key}"{known}',
            )
        if hosting.addressed != addressed and given is not None:
            raise Refused(
                f"guards.quality.{key}",
                f"{name} {how}, so SageMaker refuses requests with it",
                f'Leave "{key}" out',
            )
    asked_for = quality.target_container_hostname
    if hosting.containers and asked_for not in hosting.containers:
        raise Refused(
            "guards.quality.target_container_hostname",
            f"{name} has no container {asked_for!r}",
            f"Choose one of {', '.join(hosting.containers)}",
        )
