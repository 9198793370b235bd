"""The keys of `guards.counts` and `guards.values`: guards on any CloudWatch metric.

Rules: frozen values, no I/O. What reading the keys alone can refuse is refused in `checks`, what
the baseline's last day says about them in `first_look`.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from canary.domain.model import Frozen
from canary.domain.plan.custom.margins import ValueMargin
from canary.domain.plan.guards import (
    OF_ONE_VARIANT,
    REQUESTS,
    Better,
    CountSource,
    GuardName,
    Margin,
    Metric,
    check_one_of_both,
)

ALL_REQUESTS = "requests"
MOST_DIMENSIONS = 30
CloudWatchName = Annotated[str, Field(pattern=r"^[!-9;-~][ -~]{0,254}$")]
"""Printable ASCII that does not begin with a colon, as CloudWatch takes names."""
DimensionText = Annotated[str, Field(min_length=1, max_length=1024)]
A_METRIC = {
    "namespace": "Churn/Answers",
    "metric": "EmptyAnswers",
    "dimensions": {"Endpoint": "${endpoint}", "Variant": "${variant}"},
}
A_VALUE = {**A_METRIC, "namespace": "Churn/Model", "metric": "GpuMemory", "statistic": "Maximum"}
A_MARGIN = {"ratio": 1.1, "percentage_points": 0.1}
"""What documents show of them."""
Words = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]


class MetricKeys(Frozen):
    """One statistic of one CloudWatch metric of each variant, a number a minute."""

    namespace: CloudWatchName = Field(
        description="The metric's namespace in CloudWatch.", examples=["Churn/Answers"]
    )
    metric: CloudWatchName = Field(description="The metric's name.", examples=["EmptyAnswers"])
    dimensions: dict[CloudWatchName, DimensionText] = Field(
        min_length=1,
        max_length=MOST_DIMENSIONS,
        description="Every dimension it is published with; ${endpoint} and ${variant} stand for "
        "whom it is read of, and one of them must hold ${variant}.",
        examples=[{"Endpoint": "${endpoint}", "Variant": "${variant}"}],
    )
    statistic: str = Field(
        default="Sum",
        min_length=1,
        max_length=64,
        description="What of it is read. Of events: Sum, SampleCount, or TC(a:b), those between "
        "two bounds.",
        examples=["SampleCount"],
    )

    @property
    def read(self) -> Metric:
        """Return the metric as a guard's source names it."""
        return Metric(
            namespace=self.namespace,
            name=self.metric,
            statistic=self.statistic,
            dimensions=tuple(self.dimensions.items()),
        )


class CountGuardKeys(Frozen):
    """Events of each variant, and among them the bad or the good ones."""

    name: GuardName = Field(
        description="What it is called everywhere: lower case, digits and underscores.",
        examples=["empty_answers"],
    )
    bad: MetricKeys | None = Field(
        default=None,
        description="What counts the bad events; give this or `good`.",
        examples=[A_METRIC],
    )
    good: MetricKeys | None = Field(
        default=None,
        description="What counts the good events, such as conversions; give this or `bad`.",
        examples=[{**A_METRIC, "metric": "Sales"}],
    )
    of: MetricKeys = Field(
        description='What counts all events the bad or good ones are among; "requests": the '
        "variant's Invocations.",
        examples=[ALL_REQUESTS],
    )
    missing: Literal["zero", "unknown"] | None = Field(
        default=None,
        description="What a minute says that has events and no point of `bad` or `good`. `zero`: "
        "none happened (a metric published only on events); `unknown`: nothing (one published "
        "every minute). Left out: what the baseline's last day shows; refused where it does not "
        "show which.",
        examples=["unknown"],
    )
    judged_by: Literal["bad", "good"] | None = Field(
        default=None,
        description="Whose rate is judged, and what the margins are about; the rarer ones can be "
        "judged sooner. Left out: the bad ones with `bad`, the rarer ones in the baseline's last "
        "day with `good`.",
        examples=["good"],
    )
    called: Words = Field(
        default="",
        max_length=60,
        description="What the judged events are called in messages, in the plural; made of `name` "
        "unless given.",
        examples=["empty answers"],
    )
    title: Words = Field(
        default="",
        max_length=120,
        description="The heading of its chart; made of `name` unless given.",
        examples=["Answers without a text"],
    )
    roll_back_beyond: Margin | None = Field(
        default=None,
        description="Taken back when shown to be worse than this. Left out: by how rare the judged "
        "events are (docs/guards.md).",
        examples=[A_MARGIN],
    )
    last_gate: Margin | None = Field(
        default=None,
        description="The last step below 100% ends when it is shown to be within this; left out, "
        "as above.",
        examples=[A_MARGIN],
    )
    early_steps: Margin | None = Field(
        default=None,
        description="The steps before end when it is shown to be within this; left out, as above.",
        examples=[A_MARGIN],
    )

    @field_validator("of", mode="before", json_schema_input_type=MetricKeys | Literal["requests"])
    @classmethod
    def _requests(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value != ALL_REQUESTS:
            raise ValueError(f'give "{ALL_REQUESTS}" or a metric')
        return MetricKeys(
            namespace=REQUESTS.namespace,
            metric=REQUESTS.name,
            statistic=REQUESTS.statistic,
            dimensions=dict(OF_ONE_VARIANT),
        )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        check_one_of_both(self.bad, self.good)
        return self

    @property
    def source(self) -> CountSource:
        """Return where the counts come from, a gap being what the keys say of it."""
        return CountSource(
            of=self.of.read,
            bad=self.bad.read if self.bad else None,
            good=self.good.read if self.good else None,
            missing=self.missing or "unknown",
            exact=True,
        )

    @property
    def marked(self) -> MetricKeys:
        """Return the metric that tells the bad or the good events."""
        return self.bad or self.good or self.of

    @property
    def has_margins(self) -> bool:
        """Return whether the user wrote a margin."""
        return any((self.roll_back_beyond, self.last_gate, self.early_steps))


class ValueKeys(MetricKeys):
    """A metric that is one number a minute."""

    namespace: CloudWatchName = Field(
        description="The metric's namespace in CloudWatch.", examples=["Churn/Model"]
    )
    metric: CloudWatchName = Field(description="The metric's name.", examples=["GpuMemory"])
    statistic: str = Field(
        min_length=1,
        max_length=64,
        description="Average, Maximum, Minimum, IQM, a percentile, TM, WM or PR: nothing that "
        "grows with traffic.",
        examples=["p99", "Average"],
    )


class ValueGuardKeys(Frozen):
    """One number a minute of each variant: memory, a percentile, the cost of a request."""

    name: GuardName = Field(
        description="What it is called everywhere: lower case, digits and underscores.",
        examples=["gpu_memory"],
    )
    value: ValueKeys = Field(
        description="The metric that is read, a number a minute.",
        examples=[A_VALUE],
    )
    better: Better = Field(
        default="lower",
        description="Whether a lower or a higher value is better.",
        examples=["higher"],
    )
    unit: Words = Field(
        default="", max_length=12, description="Written behind its numbers.", examples=["%", " ms"]
    )
    called: Words = Field(
        default="",
        max_length=60,
        description="What it is called in messages; made of `name` unless given.",
        examples=["GPU memory"],
    )
    title: Words = Field(
        default="",
        max_length=120,
        description="The heading of its chart; made of `name` unless given.",
        examples=["Memory of the GPU"],
    )
    roll_back_beyond: ValueMargin = Field(
        default=ValueMargin(ratio=1.1, absolute=0),
        description="Taken back when shown to be worse than this in more than half of the minutes.",
        examples=[{"ratio": 1.1, "absolute": 2}],
    )
    last_gate: ValueMargin = Field(
        default=ValueMargin(ratio=1.25, absolute=0),
        description="The last step below 100% ends when it is shown to be within this in more than "
        "half of the minutes.",
        examples=[{"ratio": 1.2}],
    )
    early_steps: ValueMargin = Field(
        default=ValueMargin(ratio=1.5, absolute=0),
        description="The steps before end when it is shown to be within this in more than half of "
        "the minutes.",
        examples=[{"ratio": 2}],
    )
