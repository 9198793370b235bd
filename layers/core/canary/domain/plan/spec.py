"""The spec: what the user asked for, and every refusal that reading it alone can give.

Only `endpoint` and `canary` are required. Shares are fractions of traffic (0-1); percentage points
are written as the user says them (0.1 means 0.1 pp, a difference of 0.001).
"""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from canary.domain.errors import Refused
from canary.domain.model import Frozen, flags_for_numbers
from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.plan.capacity.values import CapacitySpec
from canary.domain.plan.reading.refusal import check_aliases, refusal_of
from canary.domain.plan.release.asked import After, AfterKeys, AskedCanary, StagedCanary
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
    steps: tuple[StepSpec, ...] = Field(
        default=DEFAULT_STEPS,
        max_length=50,
        description="The shares that the canary serves, one after the other.",
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
        description="Whether a canary that serves already is taken as it stands; otherwise it has "
        "to be at weight 0.",
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

    Raises Refused naming the first wrong field, what is wrong with it and the remedy.
    """
    if not isinstance(document, dict):
        raise Refused(
            "spec",
            f"expected a JSON object, got {type(document).__name__}",
            'Send an object such as {"endpoint": "churn-prod", "canary": "Variant2"}',
        )
    check_aliases(document, Spec)
    try:
        spec = Spec.model_validate_json(_as_json(document))
    except ValidationError as error:
        raise refusal_of(error.errors(include_url=False)) from error
    for field in flags_for_numbers(document, spec):
        raise Refused(field, "true and false are no numbers", "Write the number")
    shares = [step.share for step in spec.steps]
    _check_steps(shares)
    if spec.model_fields_set & BrakeKeys.model_fields.keys():
        # Most functions read plans, and most specs hold a step for evidence alone.
        from canary.domain.plan.brakes.checks import check_brakes  # noqa: PLC0415

        check_brakes(spec, shares)
    if spec.guards.custom:
        # Most functions read plans, and most specs have no guards of their own.
        from canary.domain.plan.custom.checks import check_custom  # noqa: PLC0415

        check_custom(spec.guards.counts, spec.guards.values)
    if spec.longest_minutes > LONGEST_ROLLOUT_MINUTES:
        raise Refused(
            "hold_at_most_minutes",
            f"this rollout could take {spec.longest_minutes} minutes, more than the "
            f"{LONGEST_ROLLOUT_MINUTES} the state machine allows",
            "Lower it, the longest bakes or the number of steps",
        )
    _check_warm_up(spec)
    return spec


def _check_warm_up(spec: Spec) -> None:
    """Raise Refused where the warm-up that was asked for leaves a bake or the watch no minute."""
    if "warm_up_minutes" not in spec.model_fields_set:
        return
    bakes = {
        f"steps.{i}.bake_minutes.max": step.bake_minutes.max
        for i, step in enumerate(spec.steps)
        if step.share < 1
    }
    spans = {**bakes, "watch_minutes": spec.watch_minutes}
    field, shortest = min(spans.items(), key=lambda span: span[1])
    if spec.warm_up_minutes >= shortest:
        raise Refused(
            "warm_up_minutes",
            f"{spec.warm_up_minutes} leaves nothing to judge of {field} ({shortest})",
            f"Lower it below {shortest}, or raise {field}",
        )


def _check_steps(shares: list[float]) -> None:
    if shares != sorted(set(shares)):
        raise Refused(
            "steps",
            f"shares must rise from step to step, got {shares}",
            "Sort them and drop repeats",
        )
    if not shares or shares[-1] != 1:
        raise Refused(
            "steps", f"the last share must be 1.0, got {shares}", 'End with {"share": 1.0}'
        )
    if len(shares) == 1:
        raise Refused(
            "steps",
            "there is no step below 1, so nothing could be judged",
            "Begin lower, such as 0.05",
        )


def _as_json(document: dict[Any, Any]) -> str:
    try:
        text = json.dumps(document, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(
            "spec", f"not plain JSON ({error})", "Use JSON numbers, strings, lists and objects"
        ) from error
    if len(text) > LARGEST_SPEC_CHARACTERS:
        raise Refused(
            "spec",
            f"{len(text)} characters of JSON, more than {LARGEST_SPEC_CHARACTERS}",
            "Leave out what is not needed; drop_columns may be indices",
        )
    return text
