"""A count guard is a value: where its two counts a minute come from, how much worse counts, and
what people call it.

Rules: everything that differs from guard to guard stands in the value; whoever judges, reads, shows
or replays asks the value and never its name. A guard watches bad events among events, per closed
minute and variant.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from canary.domain.model import Frozen
from canary.domain.plan.custom.margins import Against, Ratio, ValueMargin
from canary.stats.counts import Bound
from canary.stats.history import History, Minute, learn

GuardName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
OF_ONE_VARIANT = (("EndpointName", "${endpoint}"), ("VariantName", "${variant}"))
RARE_GRID = (1.5, 2.6, 6.0, 22.0)
COMMON_GRID = (1.2, 1.5, 2.2, 5.0)
"""Multiples of the allowed rate worth betting on, where events are rare and where they are not."""

Better = Literal["lower", "higher"]
Gap = Literal["zero", "unknown"]


class Margin(Frozen):
    """How much worse counts: a bad-event rate above `ratio` x the baseline's plus
    `percentage_points`.
    """

    ratio: Ratio = Field(
        description="How many times the baseline's rate is still within the margin; a factor.",
        examples=[1.1],
    )
    percentage_points: float = Field(
        ge=0,
        le=100,
        allow_inf_nan=False,
        description="Added to it, in percentage points: 0.1 is a difference of 0.001.",
        examples=[0.1],
    )

    @property
    def bound(self) -> Bound:
        """Return the margin as a line between rates, its additive part a fraction of requests."""
        return Bound(self.ratio, self.percentage_points / 100)

    def words_above(self, of: Against) -> str:
        """Return the margin in the user's own units, beside the side it is of."""
        return f"{self.ratio:g}x the {of} + {self.percentage_points:g} pp"

    def words_below(self, of: Against) -> str:
        """Return the margin of a rate that is better the higher it is."""
        points = self.percentage_points
        whole = f"(the {of} - {points:g} pp)" if points else f"the {of}"
        return f"{whole} / {self.ratio:g}"


AnyMargin = Margin | ValueMargin


class Metric(Frozen):
    """One statistic of one CloudWatch metric, a number a minute.

    In `dimensions`, (name, value) pairs, ${endpoint} and ${variant} stand for whom it is read of.
    """

    namespace: str = "AWS/SageMaker"
    name: str
    statistic: str = "Sum"
    dimensions: tuple[tuple[str, str], ...] = OF_ONE_VARIANT

    @property
    def words(self) -> str:
        """Return what is read, for a person."""
        return f"{self.name} ({self.statistic})"

    @property
    def interpolated(self) -> bool:
        """Return whether CloudWatch estimates the statistic from bins, so that it has fractions."""
        return self.statistic.startswith("TC(")

    def at(self, endpoint: str, variant: str) -> "Metric":
        """Return the metric of one variant of an endpoint."""
        filled = (
            (name, value.replace("${endpoint}", endpoint).replace("${variant}", variant))
            for name, value in self.dimensions
        )
        return Metric(
            namespace=self.namespace,
            name=self.name,
            statistic=self.statistic,
            dimensions=tuple(filled),
        )


REQUESTS = Metric(name="Invocations")
"""A variant's requests: what its share of the traffic is read from."""


def check_one_of_both(bad: object, good: object) -> None:
    """Return where either the bad or the good events are counted; raise ValueError otherwise."""
    if (bad is None) is (good is None):
        raise ValueError("give either bad or good: the other is what is left of `of`")


class CountSource(Frozen):
    """Where a guard's counts come from: events, and among them either the bad or the good ones."""

    of: Metric
    bad: Metric | None = None
    good: Metric | None = None
    missing: Gap = "unknown"
    """What a minute with events and no point of the marked ones says, once none is expected any
    more: that none happened (zero), or nothing.
    """
    exact: bool = False
    """Whether counts that cannot be (negative, fractional, more marked than there are events) say
    nothing; otherwise they are rounded and cut, as where SageMaker counts both.
    """

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        check_one_of_both(self.bad, self.good)
        return self

    @property
    def marked(self) -> Metric:
        """Return the metric that tells the bad or the good events."""
        return self.bad or self.good or self.of

    @property
    def by_statistic(self) -> bool:
        """Return whether both counts are statistics of one metric, so that one may be there without
        the other.
        """
        return self.marked.but(statistic=self.of.statistic) == self.of

    @property
    def published_together(self) -> bool:
        """Return whether its counts are the endpoint's own, published with the requests, so that a
        first read of a minute has as much of them.
        """
        return not self.exact

    def counts(self, of: float, marked: float) -> tuple[int, int] | str:
        """Return (bad, of) of a minute, a count read before its total cut to it; or what was read,
        in words, where the source is exact and these can be no counts.
        """
        if self.exact and (problem := self._problem(of, marked)):
            return problem
        bad = of - marked if self.good else marked
        return min(round(of), max(0, round(bad))), round(of)

    def _problem(self, of: float, marked: float) -> str:
        for metric, value in ((self.of, of), (self.marked, marked)):
            if value < 0:
                return f"{metric.words} was {value:g}, and no count is negative"
            if not metric.interpolated and value != round(value):
                return f"{metric.words} was {value:g}, and no count has a fraction"
        if round(marked) > round(of):
            return (
                f"{self.marked.words} was {marked:g}, more than the {of:g} of {self.of.words} that "
                "they are among"
            )
        return ""


class GuardWords(Frozen):
    """What people read of a guard: `bad` names the events it is judged by in the plural ("slow
    requests"), which are good ones where a higher rate is better ("conversions").
    """

    bad: str = Field(min_length=1, max_length=60)
    title: str = Field(default="", max_length=120)
    """The heading of its chart; the bad events where there is none."""
    detail: str = Field(default="", max_length=60)
    """What exactly counts as bad, for a table: "over 200 ms"."""
    fuse: str = Field(default="", max_length=60)
    """What has happened to requests when the fuse blows: "failed"."""
    origin: str = Field(default="", max_length=1000)
    """Where a learnt threshold comes from; empty where the spec gives it."""


class GuardHistory(Frozen):
    """What 24 hours of the baseline's minutes teach about one guard.

    `rate` bad events a request, `burstiness` k and `burst_lags` D of the statistics,
    `requests_per_minute` the mean. Fewer than 720 minutes teach nothing about bursts: k = D = 0.
    Of a value guard: `rate` is the mean value, `spread` how far apart two minutes lie.
    """

    minutes: int = 0
    rate: float = 0.0
    burstiness: float = 0.0
    burst_lags: int = 0
    requests_per_minute: float = 0.0
    spread: tuple[float, ...] = ()
    """Quantiles (0, 5, ... 100%) of the ratio of a minute's value to that of the minute before."""

    @classmethod
    def learnt(cls, minutes: Sequence[Minute]) -> Self:
        """Return what minutes, (events, bad) or None where missing, oldest first, teach."""
        history = learn(minutes)
        return cls(
            minutes=history.minutes,
            rate=history.rate,
            burstiness=history.burstiness,
            burst_lags=history.burst_lags,
            requests_per_minute=history.requests_per_minute,
        )

    @property
    def known(self) -> History:
        """Return what the bets may know of it."""
        history = History(
            self.minutes, self.rate, self.burstiness, self.burst_lags, self.requests_per_minute
        )
        if history.known:
            return history
        return History(self.minutes, self.rate, 0.0, 0, self.requests_per_minute)


class CountGuard(Frozen):
    """One count guard as planned: what is counted, its margins, and what its history teaches.

    A value guard is one as well: its events are minutes, and a bad one is a minute in which the
    canary's `value` was worse than the margin of the baseline's allows.
    """

    name: GuardName
    words: GuardWords
    grid: tuple[float, ...] = Field(min_length=1)
    """Multiples of the allowed rate that its roll-back bets are fitted to."""
    source: CountSource | None = None
    """None: nothing is read, its counts come with a recording."""
    value: Metric | None = None
    """Of a value guard: the one number a minute that is read."""
    unit: str = ""
    fuse: bool = False
    """Whether the fuse watches it. A minute without its counts is half published: it says nothing
    of its variant.
    """
    better: Better = "lower"
    """Which rate is better: that of bad events the lower, that of good ones the higher. The judged
    events are the bad or the good ones accordingly.
    """
    warm_up_from: int | None = None
    """The first step (1 is the first live one) whose warm-up is bet on already, for rolling back at
    the catastrophe margin; None: no warm-up is.
    """
    roll_back_beyond: AnyMargin
    last_gate: AnyMargin
    early_steps: AnyMargin
    history: GuardHistory = GuardHistory()
    """Of the judged events."""

    def judged(self, bad: int, of: int) -> tuple[int, int]:
        """Return (judged events, events) of a count of bad ones."""
        return (bad if self.better == "lower" else of - bad), of

    @property
    def unmeasurable(self) -> bool:
        """Return whether nobody has said yet what is to be read."""
        return self.source is None and self.value is None

    def beyond(self, margin: AnyMargin, canary: float, baseline: float) -> bool:
        """Return whether a canary's rate is worse than a margin of the baseline's allows."""
        if self.better == "lower":
            return canary > margin.bound.rate(baseline)
        return baseline > margin.bound.rate(canary)

    def margin_words(self, margin: AnyMargin, of: Against = "baseline") -> str:
        """Return one of its margins as a line that the canary's rate is held against, beside the
        side that it is compared with.
        """
        return margin.words_above(of) if self.better == "lower" else margin.words_below(of)

    def worse_than(self, margin: AnyMargin, of: Against = "baseline") -> str:
        """Return what a canary beyond one of its margins has: "more errors than 1.1x ..."."""
        lower = self.better == "lower"
        than = f"{self.words.bad} than {self.margin_words(margin, of)}"
        if self.value is not None:
            return f"{'higher' if lower else 'lower'} {than} in more than half of the minutes"
        return f"{'more' if lower else 'fewer'} {than}"

    @property
    def title(self) -> str:
        """Return the heading of its chart."""
        return self.words.title or self.words.bad.capitalize()

    @property
    def full_name(self) -> str:
        """Return its bad events with what exactly counts as bad."""
        return f"{self.words.bad} ({self.words.detail})" if self.words.detail else self.words.bad
