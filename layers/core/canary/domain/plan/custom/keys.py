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
Words = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]


class MetricKeys(Frozen):
    """One statistic of one CloudWatch metric of each variant, a number a minute."""

    namespace: CloudWatchName
    """Such as "Churn/Answers"."""
    metric: CloudWatchName
    """The metric's name."""
    dimensions: dict[CloudWatchName, DimensionText] = Field(
        min_length=1, max_length=MOST_DIMENSIONS
    )
    """Every dimension it is published with; ${endpoint} and ${variant} stand for whom it is read
    of, and one of them must hold ${variant}.
    """
    statistic: str = Field(default="Sum", min_length=1, max_length=64)
    """What of it is read. Of events: Sum, SampleCount, or TC(a:b), those between two bounds."""

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

    name: GuardName
    """What it is called everywhere: lower case, digits and underscores."""
    bad: MetricKeys | None = None
    """What counts the bad events; or else:"""
    good: MetricKeys | None = None
    """What counts the good events: conversions, answers accepted."""
    of: MetricKeys
    """What counts all events the marked ones are among; "requests": the variant's Invocations."""
    missing: Literal["zero", "unknown"] | None = None
    """What a minute says that has events and no point of `bad` or `good`: none happened (zero: a
    metric published only on events), or nothing (unknown: one published every minute). Left out:
    what the baseline's last day shows; refused where it does not show which.
    """
    judged_by: Literal["bad", "good"] | None = None
    """Whose rate is judged, and what the margins are about; the rarer ones can be judged sooner.
    Left out: the bad ones with `bad`, the rarer ones in the baseline's last day with `good`.
    """
    called: Words = Field(default="", max_length=60)
    """What the judged events are called in messages, in the plural; made of `name` unless given."""
    title: Words = Field(default="", max_length=120)
    """The heading of its chart."""
    roll_back_beyond: Margin | None = None
    """Taken back when shown worse than this; see the margins' defaults below."""
    last_gate: Margin | None = None
    """Shown within this at the last step below 100%."""
    early_steps: Margin | None = None
    """Shown within this at the steps before."""

    @field_validator("of", mode="before")
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

    statistic: str = Field(min_length=1, max_length=64)
    """Average, Maximum, Minimum, IQM, a percentile (p99), TM, WM or PR: nothing that grows with
    traffic.
    """


class ValueGuardKeys(Frozen):
    """One number a minute of each variant: memory, a percentile, the cost of a request."""

    name: GuardName
    """What it is called everywhere: lower case, digits and underscores."""
    value: ValueKeys
    """What is read."""
    better: Better = "lower"
    """Whether a lower or a higher value is better."""
    unit: Words = Field(default="", max_length=12)
    """Written behind its numbers: "%", " ms", " GB"."""
    called: Words = Field(default="", max_length=60)
    """What it is called in messages; made of `name` unless given."""
    title: Words = Field(default="", max_length=120)
    """The heading of its chart."""
    roll_back_beyond: ValueMargin = ValueMargin(ratio=1.1, absolute=0)
    """Taken back when shown to be worse than this in more than half of the minutes."""
    last_gate: ValueMargin = ValueMargin(ratio=1.25, absolute=0)
    """Shown within this in more than half of the minutes at the last step below 100%."""
    early_steps: ValueMargin = ValueMargin(ratio=1.5, absolute=0)
    """Shown within this at the steps before."""
