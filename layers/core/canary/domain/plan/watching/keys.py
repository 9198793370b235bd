"""The keys of `guards`: errors, slow requests, alarms; and the place of the user's own guards and
of the labelled set.
"""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from canary.domain.model import Frozen
from canary.domain.plan.custom.keys import A_METRIC, A_VALUE, CountGuardKeys, ValueGuardKeys
from canary.domain.plan.guards import Margin
from canary.domain.plan.quality import QualityGuardSpec

ROLL_BACK_BEYOND = "Taken back when shown to be worse than this."
LAST_GATE = "The last step below 100% ends when it is shown to be within this."
EARLY_STEPS = "The steps before end when it is shown to be within this; against catastrophes."


class ErrorsGuard(Frozen):
    """The share of requests that failed; `count` says which CloudWatch counter is meant, never a
    sum of them.
    """

    count: Literal["model_errors", "5xx", "4xx"] = Field(
        default="model_errors",
        description="Which of CloudWatch's counters is an error: InvocationModelErrors, "
        "Invocation5XXErrors or Invocation4XXErrors; never a sum of them.",
        examples=["5xx"],
    )
    roll_back_beyond: Margin = Field(
        default=Margin(ratio=1.1, percentage_points=0.01),
        description=ROLL_BACK_BEYOND,
        examples=[{"ratio": 1.2, "percentage_points": 0.05}],
    )
    last_gate: Margin = Field(
        default=Margin(ratio=1.5, percentage_points=0.1),
        description=LAST_GATE,
        examples=[{"ratio": 1.5, "percentage_points": 0.2}],
    )
    early_steps: Margin = Field(
        default=Margin(ratio=3, percentage_points=0.5),
        description=EARLY_STEPS,
        examples=[{"ratio": 3, "percentage_points": 1}],
    )


class SlowRequestsGuard(Frozen):
    """The share of requests slower than `threshold_ms`; without it the median of the baseline's
    own p95 over the last day's hours.
    """

    threshold_ms: float | None = Field(
        default=None,
        gt=0,
        le=3_600_000,
        allow_inf_nan=False,
        description="Milliseconds of ModelLatency above which a request is slow; left out, the "
        "median of the baseline's own p95 over the last day's hours, which is told.",
        examples=[200],
    )
    roll_back_beyond: Margin = Field(
        default=Margin(ratio=1.05, percentage_points=0.1),
        description=ROLL_BACK_BEYOND,
        examples=[{"ratio": 1.1, "percentage_points": 0.2}],
    )
    last_gate: Margin = Field(
        default=Margin(ratio=1.2, percentage_points=0.5),
        description=LAST_GATE,
        examples=[{"ratio": 1.3, "percentage_points": 0.5}],
    )
    early_steps: Margin = Field(
        default=Margin(ratio=2, percentage_points=2),
        description=EARLY_STEPS,
        examples=[{"ratio": 2, "percentage_points": 3}],
    )


class Guards(Frozen):
    """What is watched."""

    errors: ErrorsGuard = Field(
        default=ErrorsGuard(), description="Failed requests.", examples=[{"count": "5xx"}]
    )
    slow_requests: SlowRequestsGuard | None = Field(
        default=None,
        description="Slow requests. Left out: watched where the metric allows it; null: not "
        "watched.",
        examples=[{"threshold_ms": 200}],
    )
    counts: tuple[CountGuardKeys, ...] = Field(
        default=(),
        description="Guards on events of your own that CloudWatch counts by variant.",
        examples=[[{"name": "empty_answers", "bad": A_METRIC, "of": "requests"}]],
    )
    values: tuple[ValueGuardKeys, ...] = Field(
        default=(),
        description="Guards on what is one number a minute, such as memory or a percentile.",
        examples=[[{"name": "gpu_memory", "value": A_VALUE}]],
    )
    alarms: tuple[Annotated[str, Field(min_length=1, max_length=255)], ...] = Field(
        default=(),
        description="Names of CloudWatch alarms: one in ALARM takes the canary back, one that is "
        "unclear holds a step.",
        examples=[["churn-prod-5xx"]],
    )
    quality: QualityGuardSpec | None = Field(
        default=None,
        description="The labelled set, which both variants answer before the canary serves "
        "anybody; left out, none is asked.",
        examples=[{"labelled_set": "s3://bucket/churn.csv", "label_column": 0}],
    )

    @field_validator("quality")
    @classmethod
    def _scorer_can_be_called(cls, quality: QualityGuardSpec | None) -> QualityGuardSpec | None:
        if quality is not None and quality.scorer is not None and not quality.has_lambda_scorer:
            raise ValueError("scorer must be the ARN of a Lambda function in a rollout")
        return quality

    @property
    def custom(self) -> tuple[str, ...]:
        """Return the names of the user's own guards."""
        return (*(keys.name for keys in self.counts), *(keys.name for keys in self.values))

    @property
    def slow_requests_named(self) -> bool:
        """Return whether the user wrote the key, so that leaving it out and switching it off stay
        apart.
        """
        return "slow_requests" in self.model_fields_set
