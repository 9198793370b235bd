"""What a spec says of a canary that does not stand on the endpoint yet, and of what its end leaves.

Sources: API model of SageMaker (name patterns, lengths, InstanceType, environment of a container).
"""

import re
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from canary.domain.model import Frozen

LONGEST_NAME = 63
LONGEST_WARM_MINUTES = 13 * 1440
"""As long as a rollout may last."""
VariantName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$")]
PackageArn = Annotated[
    str,
    Field(
        max_length=2048,
        pattern=r"^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:model-package/[a-zA-Z0-9-]+(/\d+)?$",
    ),
]
After = Literal["keep", "settle", "retire"]
"""keep: configurations and variants stay as they are. settle: a configuration says what serves, so
that no later UpdateEndpoint undoes the promotion. retire: a configuration of the winner alone."""


class StagedCanary(Frozen):
    """A canary to be built beside the variants that serve: of a model, or of a model package."""

    model: VariantName | None = Field(
        default=None,
        description="Name of a SageMaker model that exists; the canary's variant runs it.",
        examples=["churn-2026-11"],
    )
    model_package: PackageArn | None = Field(
        default=None,
        description="An approved package of the model registry; a model is made of it, with the "
        "execution role, network and isolation of the baseline's model.",
        examples=["arn:aws:sagemaker:eu-west-1:111122223333:model-package/churn/12"],
    )
    variant: VariantName | None = Field(
        default=None,
        description="The variant's name; left out, the model's, or group and version of the "
        "package.",
        examples=["Challenger"],
    )
    instance_type: str | None = Field(
        default=None,
        pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$",
        description="Type of its instances; left out, that of the baseline with most weight.",
        examples=["ml.m5.large"],
    )
    count: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Instances to begin with; left out, as many as that baseline has now.",
        examples=[2],
    )
    environment: dict[str, Annotated[str, Field(max_length=1024)]] = Field(
        default_factory=dict,
        max_length=100,
        description="Environment variables of the package's containers, added to its own.",
        examples=[{"MODEL_SERVER_WORKERS": "2"}],
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.model is None) is (self.model_package is None):
            raise ValueError('give either "model" or "model_package"')
        if self.environment and self.model_package is None:
            raise ValueError(
                "environment is of a model made from a package; a model that exists has its own"
            )
        return self

    @property
    def variant_name(self) -> str:
        """Return the variant's name, the same for the same canary."""
        return self.variant or self.model or _named_after(self.model_package or "")


def _named_after(package: str) -> str:
    """Return group and version of a package's ARN as one name of at most 63 characters."""
    group, _, version = package.partition(":model-package/")[2].partition("/")
    tail = f"-{version}" if version else ""
    name = f"{group[: LONGEST_NAME - len(tail)].strip('-')}{tail}"
    return re.sub(r"-{2,}", "-", name)


BY_NAME, STAGED = "by name", "staged canary"
TAGS = frozenset({BY_NAME, STAGED})
"""Which of the two ways to name a canary; no part of a field's name."""


def _way_of(asked: object) -> str:
    """Return which of the two ways to name a canary is meant."""
    return BY_NAME if isinstance(asked, str) else STAGED


AskedCanary = Annotated[
    Annotated[VariantName, Tag(BY_NAME)] | Annotated[StagedCanary, Tag(STAGED)],
    Discriminator(_way_of),
]


class AfterKeys(Frozen):
    """What a spec says of what its end leaves."""

    # `but` writes fields by their names; a document that does is refused (`read_spec`).
    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    asked_after: After | None = Field(
        default=None,
        alias="after",
        description="What a promotion leaves. `keep`: configurations and variants as they are. "
        "`settle`: a configuration that says what serves, so that no later UpdateEndpoint undoes "
        "it. `retire`: a configuration of the winner alone. Left out: settle where the canary was "
        "built by this rollout, keep where it stood there.",
        examples=["retire"],
    )
    keep_warm_minutes: int | None = Field(
        default=None,
        ge=1,
        le=LONGEST_WARM_MINUTES,
        description="With `retire`: minutes for which the winner serves alone, watched, before the "
        "others are retired; left out, `watch_minutes`.",
        examples=[1440],
    )

    @model_validator(mode="after")
    def _keeps_what_it_retires(self) -> Self:
        if self.keep_warm_minutes is not None and self.asked_after != "retire":
            raise ValueError(
                'keep_warm_minutes goes with "after": "retire"; add that, or leave it out'
            )
        return self
