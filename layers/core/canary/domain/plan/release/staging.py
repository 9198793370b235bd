"""A staged release as planned: what is built, under which names, and whether it can be.

Rules: pure; what was found comes in. Names are made of the rollout's id, so that a write that was
made is found again.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, JsonValue

from canary.domain.errors import Refused
from canary.domain.model import Frozen
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.release.asked import After, StagedCanary

MOST_VARIANTS = 10
"""Production variants of one endpoint (Service Quotas, SageMaker endpoints)."""
PREFIX = "canary-"
"""What every object of ours is called by, so that a role can be kept to them."""
Configuration = Mapping[str, JsonValue]
"""An endpoint configuration as CreateEndpointConfig takes it."""


class Staging(Frozen):
    """The canary's variant as it will be built."""

    variant: str
    like: str
    """The baseline it is built like."""
    model: str
    model_package: str | None = None
    """Of what the model is made; None where it exists."""
    environment: dict[str, str] = Field(default_factory=dict)
    instance_type: str | None = None
    """None: that of `like`."""
    count: int
    control: str | None = None
    """The control's variant where it is built as well: `like` once more, on as many instances of
    the canary's type."""
    config: str
    """The configuration with it."""
    found_counts: dict[str, int] = Field(default_factory=dict)
    """Instances of every variant when it was planned."""

    @property
    def built(self) -> tuple[str, ...]:
        """Return the variants that are built, by name."""
        return (self.variant,) if self.control is None else (self.variant, self.control)


class Release(Frozen):
    """What is built before a rollout, if anything, and what its end leaves."""

    found_config: str
    """The configuration in use when it was planned."""
    after: After
    end_config: str
    """The configuration that an end which settles or retires makes."""
    staging: Staging | None = None

    @property
    def takes_off(self) -> bool:
        """Return whether a canary that was taken back is taken off the endpoint as well."""
        return self.staging is not None and self.after != "keep"


class Candidate(Frozen):
    """What was found of a canary that is to be built."""

    model_found: bool = True
    approval: Literal["Approved", "Rejected", "PendingManualApproval"] | None = None
    """Of its package; None where it names a model."""
    package_status: str = "Completed"


def plan_release(
    canary: StagedCanary | None,
    after: After,
    rollout: str,
    view: EndpointView,
    found: Candidate,
    control: str | None = None,
) -> Release:
    """Return the release of a rollout; a `control` that does not stand is built with its canary.

    Raises Refused, naming field and remedy, with nothing changed.
    """
    staging = None
    if canary is not None:
        built = None if control in {variant.name for variant in view.variants} else control
        _check(canary, view, found, 1 if built is None else 2)
        staging = _staging(canary, rollout, view).but(control=built)
    return Release(
        found_config=view.config_name,
        after=after,
        end_config=f"{PREFIX}{rollout}-end",
        staging=staging,
    )


def _check(canary: StagedCanary, view: EndpointView, found: Candidate, more: int) -> None:
    name, standing = canary.variant_name, [variant.name for variant in view.variants]
    if view.shadows:
        raise Refused(
            "canary",
            f"{view.name} has the shadow variant {', '.join(view.shadows)}, and beside one "
            "SageMaker takes a single production variant",
            "Deploy a configuration without ShadowProductionVariants first",
        )
    if name in standing:
        raise Refused(
            "canary.variant",
            f"{view.name} has a variant {name!r} already",
            f'Write "canary": "{name}" to roll that one out, or give the new one another name',
        )
    if len(standing) + more > MOST_VARIANTS:
        raise Refused(
            "canary",
            f"{view.name} has {len(standing)} variants, and SageMaker takes {MOST_VARIANTS}",
            "Take off one that serves nothing"
            + (", or leave the control out that would be built as well" if more > 1 else ""),
        )
    if canary.model is not None and not found.model_found:
        raise Refused(
            "canary.model",
            f"no model named {canary.model!r} here",
            "Create it, or check name, account and region",
        )
    if canary.model_package is not None:
        _check_package(found)


def _check_package(found: Candidate) -> None:
    if not found.model_found:
        raise Refused(
            "canary.model_package",
            "no such model package here",
            "Check its ARN, and that this account may read it",
        )
    if found.package_status != "Completed":
        raise Refused(
            "canary.model_package",
            f"its status is {found.package_status}",
            "Wait until it is Completed, or make it again",
        )
    if found.approval is None:  # API model, ModelApprovalStatus: not of unversioned packages
        raise Refused(
            "canary.model_package",
            "it is no version of a group, and only these can be approved",
            "Register it as a version of a model package group and approve that",
        )
    if found.approval != "Approved":
        raise Refused(
            "canary.model_package",
            f"its approval status is {found.approval}",
            "Approve it in the model registry first",
        )


def _staging(canary: StagedCanary, rollout: str, view: EndpointView) -> Staging:
    like = max(view.variants, key=lambda variant: variant.current_weight)
    return Staging(
        variant=canary.variant_name,
        like=like.name,
        model=canary.model or f"{PREFIX}{rollout}-model",
        model_package=canary.model_package,
        environment=canary.environment,
        instance_type=canary.instance_type,
        count=canary.count or like.current_count or 1,
        config=f"{PREFIX}{rollout}-stage",
        found_counts={v.name: v.current_count for v in view.variants if v.current_count},
    )


def with_canary(view: EndpointView, staging: Staging) -> EndpointView:
    """Return the endpoint as it will be once all that is built stands on it at weight 0."""
    like = next(variant for variant in view.variants if variant.name == staging.like)
    built = (
        like.but(
            name=name,
            current_weight=0.0,
            desired_weight=0.0,
            current_count=staging.count,
            desired_count=staging.count,
        )
        for name in staging.built
    )
    return view.but(config_name=staging.config, variants=(*view.variants, *built))


def told_of_release(release: Release | None) -> list[str]:
    """Return what a person should know of what will be built and left; nothing without either."""
    told: list[str] = []
    if release is None:
        return told
    if release.staging is not None:
        staging = release.staging
        source = staging.model_package or f"the model {staging.model}"
        told.append(
            f"The variant {staging.variant} is built first, of {source}, like {staging.like} with "
            f"{staging.count} instances at weight 0, in the configuration {staging.config}. "
            "UpdateEndpoint makes new instances for every variant and then drops the old ones: "
            "the account must have room for both meanwhile."
        )
        if staging.control is not None:
            goes = {
                "keep": "stays at weight 0, with its instances",
                "settle": "is taken off when that is settled",
            }
            told.append(
                f"Its control {staging.control} is built in the same configuration, of the model "
                f"of {staging.like} on as many instances as the canary. After a promotion it "
                f"{goes.get(release.after, 'is retired with the losers')}; after a way back it "
                f"{'is taken off with the canary' if release.takes_off else 'stays at weight 0'}."
            )
        if staging.model_package is not None and release.takes_off:
            told.append(
                "If a guard or the labelled set shows it worse, the package is set to Rejected in "
                "the model registry."
            )
    leaves = {
        "keep": "configurations and variants stay as they are then",
        "settle": f"the configuration {release.end_config} then says what serves",
        "retire": f"the configuration {release.end_config} then holds the winner alone, and there "
        "is no way back any more",
    }
    told.append(f"When it is promoted, {leaves[release.after]}.")
    return told
