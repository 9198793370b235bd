"""One guard more than the two that every spec has, on a metric made up for tests."""

from canary.domain.plan.guards import CountGuard, CountSource, GuardWords, Margin, Metric
from canary.domain.plan.standard_guards import ERRORS_GRID, Thresholds
from canary.domain.plan.watching.keys import Guards

NAMESPACE = "Churn/Answers"
OF_ONE_VARIANT = (("Endpoint", "${endpoint}"), ("Variant", "${variant}"))


def empty_answers(_: Guards, __: Thresholds) -> CountGuard:
    """Return the guard: the share of answers that have nothing in them."""
    given = Metric(namespace=NAMESPACE, name="Answers", dimensions=OF_ONE_VARIANT)
    empty = Metric(namespace=NAMESPACE, name="EmptyAnswers", dimensions=OF_ONE_VARIANT)
    return CountGuard(
        name="empty_answers",
        words=GuardWords(bad="empty answers", title="Answers with nothing in them"),
        grid=ERRORS_GRID,
        source=CountSource(of=given, bad=empty),
        roll_back_beyond=Margin(ratio=1.1, percentage_points=0.01),
        last_gate=Margin(ratio=1.5, percentage_points=0.1),
        early_steps=Margin(ratio=3, percentage_points=0.5),
    )
