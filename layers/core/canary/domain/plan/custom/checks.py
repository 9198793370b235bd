"""What reading `guards.counts` and `guards.values` alone can refuse: names, statistics,
placeholders, how many.

Rules: pure; every refusal names field, problem and remedy.
"""

from collections.abc import Iterator, Sequence

from canary.domain.plan.custom.keys import CountGuardKeys, MetricKeys, ValueGuardKeys
from canary.domain.plan.custom.statistic import in_percent, kind_of, wrong_bounds
from canary.domain.plan.reading.keys import anchor_of
from canary.domain.plan.reading.mistake import Mistake, Path, written

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


def custom_wrong(
    counts: Sequence[CountGuardKeys], values: Sequence[ValueGuardKeys]
) -> Iterator[Mistake]:
    """Yield where the guards cannot be told apart or read."""
    if len(counts) + len(values) > MOST_GUARDS:
        yield _wrong(
            ("guards", "counts" if counts else "values"),
            f"{len(counts) + len(values)} guards, more than {MOST_GUARDS}: each is read "
            "of every variant every minute, and shares the error budget with the others",
            "Keep those that would make you roll back",
        )
    names: dict[str, Path] = {}
    called: dict[str, Path] = {}
    for index, keys in enumerate(counts):
        path: Path = ("guards", "counts", index)
        yield from _name_wrong(keys.name, path, names)
        yield from _called_wrong(keys.called, path, called)
        for name, metric in _metrics(keys):
            yield from metric_wrong(metric, (*path, name))
            yield from _count_wrong(metric, (*path, name))
        yield from _reading_wrong(keys, path)
    for index, one in enumerate(values):
        path = ("guards", "values", index)
        yield from _name_wrong(one.name, path, names)
        yield from _called_wrong(one.called, path, called)
        yield from metric_wrong(one.value, (*path, "value"))
        yield from _value_wrong(one.value, (*path, "value"))


def _wrong(path: Path, problem: str, remedy: str) -> Mistake:
    """Return a mistake; where a key is described follows from its path."""
    return Mistake(path, problem, remedy, see=anchor_of(path))


def _value_wrong(metric: MetricKeys, path: Path) -> Iterator[Mistake]:
    if kind_of(metric.statistic) in VALUES:
        yield from _bounds_wrong(metric, path)
        return
    yield _wrong(
        (*path, "statistic"),
        f"{metric.statistic!r} is no value that could be compared: a sum or a count grows with "
        "traffic, so that a canary with little of it would always look good",
        "Use Average, Maximum, Minimum, IQM, a percentile such as p99, TM, WM or PR; "
        "for events use guards.counts",
    )


def _bounds_wrong(metric: MetricKeys, path: Path) -> Iterator[Mistake]:
    wrong = wrong_bounds(metric.statistic)
    if wrong:
        yield _wrong(
            (*path, "statistic"),
            f"{metric.statistic!r} {wrong}",
            "Write it as CloudWatch takes it, such as p99, TM(10%:90%) or TC(:300)",
        )


def _name_wrong(name: str, path: Path, seen: dict[str, Path]) -> Iterator[Mistake]:
    if name in TAKEN:
        yield _wrong(
            (*path, "name"),
            f"{name!r} is a name of its own here ({', '.join(TAKEN)})",
            "Choose another name",
        )
    elif name in seen:
        also = f"{name!r} is also the name of {written(seen[name])}"
        yield _wrong((*path, "name"), also, "Give each its own name")
    seen.setdefault(name, path)


def _called_wrong(called: str, path: Path, seen: dict[str, Path]) -> Iterator[Mistake]:
    words = called.strip().lower()
    if words.replace(" ", "_") in TAKEN or words in seen:
        other = "what we call our own"
        if words in seen:
            other = f"also what {written(seen[words])} is called"
        yield _wrong(
            (*path, "called"),
            f"{called!r} is {other}, so that a message could mean either",
            "Say what sets these events apart, such as fraud errors",
        )
    if words:
        seen.setdefault(words, path)


def _metrics(keys: CountGuardKeys) -> Iterator[tuple[str, MetricKeys]]:
    named = {"bad": keys.bad, "good": keys.good, "of": keys.of}
    return ((name, metric) for name, metric in named.items() if metric is not None)


def metric_wrong(metric: MetricKeys, path: Path) -> Iterator[Mistake]:
    """Yield where a metric's placeholders cannot be filled in, or do not tell the variants
    apart.
    """
    texts = {"namespace": metric.namespace, "metric": metric.metric}
    for name, text in texts.items():
        if "${" in text:
            yield _wrong(
                (*path, name),
                f"{text!r:.80} holds a placeholder; only dimensions are filled in",
                "Publish the variant as a dimension and name it there",
            )
    for name, text in metric.dimensions.items():
        left = text
        for known in PLACEHOLDERS:
            left = left.replace(known, "")
        if "${" in left:
            yield _wrong(
                (*path, "dimensions", name),
                f"{text!r:.80} holds a placeholder nobody knows",
                f"Use {' and '.join(PLACEHOLDERS)}",
            )
    if not any("${variant}" in text for text in metric.dimensions.values()):
        yield _wrong(
            (*path, "dimensions"),
            "no dimension holds ${variant}, so that canary and baseline would be one and the same "
            "series",
            'Name the dimension that tells them apart, such as {"Variant": "${variant}"}',
        )


def _count_wrong(metric: MetricKeys, path: Path) -> Iterator[Mistake]:
    known = kind_of(metric.statistic) in COUNTS
    if known and not in_percent(metric.statistic):
        yield from _bounds_wrong(metric, path)
        return
    yield _wrong(
        (*path, "statistic"),
        f"{metric.statistic!r} is no count of events",
        "Use Sum (each point counts events), SampleCount (each point is an event) or TC(a:b) "
        "(events whose value lies between two bounds, such as TC(:300))",
    )


def _reading_wrong(keys: CountGuardKeys, path: Path) -> Iterator[Mistake]:
    """Yield where keys of one guard contradict one another."""
    if keys.marked == keys.of:
        name = "bad" if keys.bad else "good"
        yield _wrong(
            (*path, name),
            f"{name} and of are the same metric and statistic, so that every event would count",
            "Name what marks the events, or another statistic",
        )
        return
    if keys.bad is not None and keys.judged_by == "good":
        yield _wrong(
            (*path, "judged_by"),
            "good events can be judged where the metric counts them, and this one counts bad ones",
            'Give "good" instead of "bad", or leave judged_by out',
        )
    if keys.good is not None and keys.judged_by is None and keys.has_margins:
        yield _wrong(
            (*path, "judged_by"),
            "margins beside `good` can be read as margins of the good events' rate or of the rate "
            "of those that were not good",
            'Say "good" (few events are good, as with conversions) or "bad" (nearly all are good)',
        )
    if keys.source.by_statistic and keys.missing == "zero":
        yield _wrong(
            (*path, "missing"),
            "both counts are statistics of one metric: where one is missing CloudWatch did not "
            "give it, and nothing says that none happened",
            "Leave it out",
        )
