"""What a spec asks of instances, and what a plan has settled about them.

A variant's instances are moved by its own count, or, where Application Auto Scaling scales it, by
the minimum of its scalable target. `bounds` and `found_count` are what every end gives back.
"""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from canary.domain.model import Frozen

Count = Annotated[int, Field(ge=0)]
DEFAULT_HEADROOM = 1.3
MOST_INSTANCES = 1_000


class CapacityKeys(Frozen):
    """How many instances the canary gets before each share."""

    headroom: float = Field(
        default=DEFAULT_HEADROOM,
        ge=1,
        le=10,
        allow_inf_nan=False,
        description="How many times the instances that the baseline needs for a share the canary "
        "gets before it; a factor.",
        examples=[2],
    )
    at_most: int | None = Field(
        default=None,
        ge=1,
        le=MOST_INSTANCES,
        description="The most instances the canary may be given; left out, with `headroom` left "
        "out too, as many as carry all traffic today.",
        examples=[20],
    )


def _kind(given: object) -> str:
    return "off" if isinstance(given, str) else CapacityKeys.__name__


CapacitySpec = Annotated[
    Annotated[CapacityKeys, Tag(CapacityKeys.__name__)] | Annotated[Literal["off"], Tag("off")],
    Discriminator(_kind),
]
"""What a spec may say; told apart by its kind, so that a mistake is told of what was meant."""


class Bounds(Frozen):
    """Between how many instances Application Auto Scaling may move a variant."""

    least: Count
    most: Count


class Raised(Frozen):
    """A variant's instances when it was found, and by step."""

    found_count: int = Field(ge=1)
    counts: tuple[Count, ...]


class CapacityPlan(Raised):
    """The canary's instances by step, those of its control, and the minimum at which each
    autoscaled baseline is held while the way back to it is open.
    """

    control: dict[str, Raised] = Field(default_factory=dict)
    """By name; empty where there is none."""
    held: dict[str, Count] = Field(default_factory=dict)
    bounds: dict[str, Bounds] = Field(default_factory=dict)
    """By variant that takes part, as found; a variant without any is not autoscaled."""

    @model_validator(mode="after")
    def _held_are_bound(self) -> Self:
        if self.held.keys() - self.bounds.keys():
            raise ValueError("only a variant with bounds can be held by its minimum")
        return self

    def raised(self, canary: str) -> dict[str, Raised]:
        """Return the instances of every variant that gets more of them, the control's first: what
        the canary is compared with is there before it.
        """
        return {**self.control, canary: self}

    def least_of(self, variant: str, canary: str, step: int) -> int | None:
        """Return the minimum an autoscaled variant is to have before a step; None where it has
        none, or the one that was found will do.
        """
        if variant not in self.bounds:
            return None
        raised = self.raised(canary)
        wanted = raised[variant].counts[step] if variant in raised else self.held.get(variant, 0)
        return wanted if wanted > self.bounds[variant].least else None
