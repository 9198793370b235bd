"""What reading `guards.counts` and `guards.values` alone can refuse: names, statistics,
placeholders, how many.

Rules: pure; every refusal names field, problem and remedy.
"""

from collections.abc import Iterator, Sequence

from canary.domain.errors import Refused
from canary.domain.plan.custom.keys import CountGuardKeys, MetricKeys, ValueGuardKeys
from canary.domain.plan.custom.statistic import in_percent, kind_of, wrong_bounds

TAKEN = ("errors", "slow_requests", "quality", "alarms", "requests", "rollback", "advance")
"""Names that messages, pages and recordings use for something else."""
MOST_GUARDS = 20
"""Ten variants with four queries of their own and two a guard still fit the 500 queries of one
GetMetricData call.
"""
PLACEHOLDERS = ("${endpoint}", "${variant}")
VALUES = frozenset({"AVERAGE", "MAXIMUM", "MINIMUM", "IQM", "P", "TM", "WM", "PR"})
COUNTS = frozenset({"SUM", "SAMPLECOUNT", "TC"})
"""Kinds of statistics, as `kind_of` names them."""


def check_custom(counts: Sequence[CountGuardKeys], values: Sequence[ValueGuardKeys]) -> None:
    """Raise Refused where the guards cannot be told apart or read."""
    if len(counts) + len(values) > MOST_GUARDS:
        raise Refused(
            "guards.counts" if counts else "guards.values",
            f"{len(counts) + len(values)} guards, more than {MOST_GUARDS}: each is read "
            "of every variant every minute, and shares the error budget with the others",
            "Keep those that would make you roll back",
        )
    seen: dict[str, str] = {}
    called: dict[str, str] = {}
    for index, keys in enumerate(counts):
        field = f"guards.counts.{index}"
        _check_name(keys.name, field, seen)
        _check_called(keys.called, field, called)
        seen[keys.name] = field
        for name, metric in _metrics(keys):
            check_metric(metric, f"{field}.{name}")
            _check_count(metric, f"{field}.{name}")
        _check_reading(keys, field)
    for index, one in enumerate(values):
        field = f"guards.values.{index}"
        _check_name(one.name, field, seen)
        _check_called(one.called, field, called)
        seen[one.name] = field
        check_metric(one.value, f"{field}.value")
        _check_value(one.value, f"{field}.value")


def _check_value(metric: MetricKeys, field: str) -> None:
    if kind_of(metric.statistic) not in VALUES:
        raise Refused(
            f"{field}.statistic",
            f"{metric.statistic!r} is no value that could be compared: a sum or a count grows with "
            "traffic, so that a canary with little of it would always look good",
            "Use Average, Maximum, Minimum, IQM, a percentile such as p99, TM, WM or PR; "
            "for events use guards.counts",
        )
    _check_bounds(metric, field)


def _check_bounds(metric: MetricKeys, field: str) -> None:
    wrong = wrong_bounds(metric.statistic)
    if wrong:
        raise Refused(
            f"{field}.statistic",
            f"{metric.statistic!r} {wrong}",
            "Write it as CloudWatch takes it, such as p99, TM(10%:90%) or TC(:300)",
        )


def _check_name(name: str, field: str, seen: dict[str, str]) -> None:
    if name in TAKEN:
        raise Refused(
            f"{field}.name",
            f"{name!r} is a name of its own here ({', '.join(TAKEN)})",
            "Choose another name",
        )
    if name in seen:
        raise Refused(
            f"{field}.name", f"{name!r} is also the name of {seen[name]}", "Give each its own name"
        )


def _check_called(called: str, field: str, seen: dict[str, str]) -> None:
    words = called.strip().lower()
    if words.replace(" ", "_") in TAKEN or words in seen:
        other = f"also what {seen[words]} is called" if words in seen else "what we call our own"
        raise Refused(
            f"{field}.called",
            f"{called!r} is {other}, so that a message could mean either",
            "Say what sets these events apart, such as fraud errors",
        )
    if words:
        seen[words] = field


def _metrics(keys: CountGuardKeys) -> Iterator[tuple[str, MetricKeys]]:
    named = {"bad": keys.bad, "good": keys.good, "of": keys.of}
    return ((name, metric) for name, metric in named.items() if metric is not None)


def check_metric(metric: MetricKeys, field: str) -> None:
    """Raise Refused where a metric's placeholders cannot be filled in, or do not tell the variants
    apart.
    """
    texts = {"namespace": metric.namespace, "metric": metric.metric}
    for name, text in texts.items():
        if "${" in text:
            raise Refused(
                f"{field}.{name}",
                f"{text!r:.80} holds a placeholder; only dimensions are filled in",
                "Publish the variant as a dimension and name it there",
            )
    for name, text in metric.dimensions.items():
        left = text
        for known in PLACEHOLDERS:
            left = left.replace(known, "")
        if "${" in left:
            raise Refused(
                f"{field}.dimensions.{name:.80}",
                f"{text!r:.80} holds a placeholder nobody knows",
                f"Use {' and '.join(PLACEHOLDERS)}",
            )
    if not any("${variant}" in text for text in metric.dimensions.values()):
        raise Refused(
            f"{field}.dimensions",
            "no dimension holds ${variant}, so that canary and baseline would be one and the same "
            "series",
            'Name the dimension that tells them apart, such as {"Variant": "${variant}"}',
        )


def _check_count(metric: MetricKeys, field: str) -> None:
    known = kind_of(metric.statistic) in COUNTS
    if not known or in_percent(metric.statistic):
        raise Refused(
            f"{field}.statistic",
            f"{metric.statistic!r} is no count of events",
            "Use Sum (each point counts events), SampleCount (each point is an event) or TC(a:b) "
            "(events whose value lies between two bounds, such as TC(:300))",
        )
    _check_bounds(metric, field)


def _check_reading(keys: CountGuardKeys, field: str) -> None:
    """Raise Refused where keys of one guard contradict one another."""
    if keys.marked == keys.of:
        name = "bad" if keys.bad else "good"
        raise Refused(
            f"{field}.{name}",
            f"{name} and of are the same metric and statistic, so that every event would count",
            "Name what marks the events, or another statistic",
        )
    if keys.bad is not None and keys.judged_by == "good":
        raise Refused(
            f"{field}.judged_by",
            "good events can be judged where the metric counts them, and this one counts bad ones",
            'Give "good" instead of "bad", or leave judged_by out',
        )
    if keys.good is not None and keys.judged_by is None and keys.has_margins:
        raise Refused(
            f"{field}.judged_by",
            "margins beside `good` can be read as margins of the good events' rate or of the rate "
            "of those that were not good",
            'Say "good" (few events are good, as with conversions) or "bad" (nearly all are good)',
        )
    if keys.source.by_statistic and keys.missing == "zero":
        raise Refused(
            f"{field}.missing",
            "both counts are statistics of one metric: where one is missing CloudWatch did not "
            "give it, and nothing says that none happened",
            "Leave it out",
        )
