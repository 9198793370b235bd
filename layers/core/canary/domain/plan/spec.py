"""The spec: what the user asked for; `reading` says what is wrong with a document that is none.

Only `endpoint` and `canary` are required. Shares are fractions of traffic (0-1); percentage points
are written as the user says them (0.1 means 0.1 pp, a difference of 0.001).
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from canary.domain.model import Frozen
from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.plan.capacity.values import CapacitySpec
from canary.domain.plan.release.asked import (
    After,
    AfterKeys,
    AskedCanary,
    StagedCanary,
    VariantName,
)
from canary.domain.plan.watching.keys import Guards

MINUTES_PER_DAY = 1440
# The state machine ends every execution after 90 days, bypassing Catch: one day is left for a
# restore. People may pause a rollout beyond its own time, and the 76 days leave the whole of it.
LONGEST_ROLLOUT_MINUTES = 13 * MINUTES_PER_DAY
LATEST_PAUSE_MINUTES = 76 * MINUTES_PER_DAY

# The record keeps spec and plan, and one item of the table holds 400 KB.
LARGEST_SPEC_CHARACTERS = 32_768

Minutes = Annotated[int, Field(ge=1, le=LONGEST_ROLLOUT_MINUTES)]
ErrorRate = Annotated[float, Field(gt=0, lt=0.5)]

DEFAULT_WARM_UP_MINUTES = 2
"""Also what a plan stored without one was made with."""
LONGEST_WARM_UP_MINUTES = 120


class BakeMinutes(Frozen):
    """How long a step serves before it may advance (`min`) and before it is called inconclusive
    (`max`).
    """

    min: Minutes = Field(
        default=5,
        description="Minutes a step serves before it may advance, whatever the evidence.",
        examples=[10],
    )
    max: Minutes = Field(
        default=120,
        description="Minutes after which a step without a verdict is called inconclusive.",
        examples=[240],
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            msg = f"min ({self.min}) is longer than max ({self.max}); lower min or raise max"
            raise ValueError(msg)
        return self


class StepSpec(Frozen):
    """One planned share of the canary, 0 < share <= 1."""

    share: float = Field(
        gt=0,
        le=1,
        allow_inf_nan=False,
        description="The canary's part of the traffic, a fraction: 0.05 is 5%. Shares rise from "
        "step to step, and the last is 1.",
        examples=[0.05],
    )
    bake_minutes: BakeMinutes = Field(
        default=BakeMinutes(),
        description="How long the step serves.",
        examples=[{"min": 10, "max": 240}],
    )


class ErrorRates(Frozen):
    """How often the controller may be wrong, as fractions of rollouts."""

    false_rollback: ErrorRate = Field(
        default=0.05,
        description="In at most this part of rollouts is a canary no worse than the baseline taken "
        "back; a fraction.",
        examples=[0.01],
    )
    false_promotion: ErrorRate = Field(
        default=0.05,
        description="In at most this part of rollouts does a canary worse than the margin pass the "
        "last gate; a fraction.",
        examples=[0.01],
    )


DEFAULT_STEPS = (
    StepSpec(share=0.05),
    StepSpec(share=0.25),
    StepSpec(share=0.5),
    StepSpec(share=1.0),
)


class Spec(BrakeKeys, AfterKeys):
    """One rollout as the user wants it; frozen, unknown keys refused."""

    version: Literal[1] = Field(
        default=1, description="The version of this language.", examples=[1]
    )
    endpoint: str = Field(
        pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$",
        description="Name of the SageMaker endpoint.",
        examples=["churn-prod"],
    )
    asked_canary: AskedCanary = Field(
        alias="canary",
        description="A variant of the endpoint that stands at weight 0, by name; or what it is to "
        "be built of.",
        examples=["Variant2", {"model": "churn-2026-11"}],
    )
    control: VariantName | None = Field(
        default=None,
        description="A variant at weight 0 with the baseline's model, which is given as much of "
        "the traffic as the canary: while both serve, the canary is compared with it alone. Where "
        "the canary is built and no variant is called so, it is built with it.",
        examples=["Control"],
    )
    steps: tuple[StepSpec, ...] = Field(
        default=DEFAULT_STEPS,
        max_length=50,
        description="The shares that the canary serves, one after the other; 5, 25, 50 and 100% "
        "unless given.",
        examples=[[{"share": 0.05}, {"share": 0.5}, {"share": 1.0}]],
    )
    guards: Guards = Field(
        default=Guards(),
        description="What is watched besides; errors and slow requests unless given.",
        examples=[{"alarms": ["churn-prod-5xx"]}],
    )
    error_rates: ErrorRates = Field(
        default=ErrorRates(),
        description="How often the controller may be wrong.",
        examples=[{"false_rollback": 0.01}],
    )
    on_inconclusive: Literal["hold", "roll_back"] = Field(
        default="hold",
        description="What happens where a step's evidence decides nothing by `bake_minutes.max`: "
        "go on waiting, for `hold_at_most_minutes` at most, or take the canary back.",
        examples=["roll_back"],
    )
    hold_at_most_minutes: Minutes = Field(
        default=MINUTES_PER_DAY,
        description="Minutes a step that decides nothing is held beyond its bake before the canary "
        "is taken back.",
        examples=[480],
    )
    watch_minutes: Minutes = Field(
        default=30,
        description="Minutes the canary serves everything, watched, before it counts as promoted.",
        examples=[60],
    )
    warm_up_minutes: int = Field(
        default=DEFAULT_WARM_UP_MINUTES,
        ge=0,
        le=LONGEST_WARM_UP_MINUTES,
        description="Whole minutes after each move that are not judged (fuse and alarms are); 0: "
        "none.",
        examples=[5],
    )
    notify: Literal["all", "important"] = Field(
        default="all",
        description="What people are told: `all`, or `important`: ends and what a person should "
        "look at, without starts, steps and pauses that are over. Events on the bus tell "
        "everything.",
        examples=["important"],
    )
    capacity: CapacitySpec | None = Field(
        default=None,
        description="Instances before each share; `off`: none are asked for. Left out: as many as "
        "carry it today at most.",
        examples=[{"headroom": 1.3, "at_most": 20}, "off"],
    )
    adopt_live: bool = Field(
        default=False,
        description="Whether a canary that serves already is taken to share 0 and begun with; "
        "otherwise it has to be at weight 0.",
        examples=[True],
    )
    require_conclusive: bool = Field(
        default=False,
        description="Whether the spec is refused where the endpoint's traffic is too little for a "
        "step to conclude; otherwise that is told.",
        examples=[True],
    )

    @property
    def canary(self) -> str:
        """Return the name of the canary's variant."""
        asked = self.asked_canary
        return asked.variant_name if isinstance(asked, StagedCanary) else asked

    @property
    def staged(self) -> StagedCanary | None:
        """Return of what the canary is built; None where it stands there."""
        return self.asked_canary if isinstance(self.asked_canary, StagedCanary) else None

    @property
    def from_zero(self) -> tuple[str, ...]:
        """Return the variants that begin at weight 0: the canary, and its control if any."""
        return (self.canary,) if self.control is None else (self.canary, self.control)

    @property
    def after(self) -> After:
        """Return what a promotion leaves."""
        return self.asked_after or ("settle" if self.staged else "keep")

    @property
    def watched_minutes(self) -> int:
        """Return how long the canary serves alone before it counts as promoted: as long as the
        losers are kept warm, since an alarm may take it back all that time.
        """
        return max(self.watch_minutes, self.keep_warm_minutes or 0)

    @property
    def releases(self) -> bool:
        """Return whether anything is built before the rollout or left by it."""
        return self.staged is not None or self.after != "keep"

    @field_validator("control", mode="before")
    @classmethod
    def _by_name(cls, control: Any) -> Any:
        if control is True or control is False:
            raise ValueError(
                'give its name, such as "Control": of a variant that stands at weight 0, or of one '
                "that is to be built with a canary that is built"
            )
        return control

    @field_validator("capacity", mode="before")
    @classmethod
    def _only_word(cls, capacity: Any) -> Any:
        if isinstance(capacity, str) and capacity != "off":
            raise ValueError('the only word here is "off"; or an object such as {"headroom": 1.3}')
        return capacity

    @property
    def longest_minutes(self) -> int:
        """Return the most minutes the rollout can take: every gate held to its limit, an hour for
        each move.
        """
        bakes = sum(step.bake_minutes.max for step in self.steps) + self.watched_minutes
        return bakes + (len(self.steps) + 1) * (self.hold_at_most_minutes + 60)


def read_spec(document: object) -> Spec:
    """Return the spec a document describes.

    Raises Refused with every mistake: the field, what is wrong with it and the remedy.
    """
    # Most functions read plans, and the room that reads specs needs this module.
    from canary.domain.plan.reading.mistake import refusal_of  # noqa: PLC0415
    from canary.domain.plan.reading.read import read_whole  # noqa: PLC0415

    read = read_whole(document)
    if isinstance(read, Spec):
        return read
    raise refusal_of(read)
