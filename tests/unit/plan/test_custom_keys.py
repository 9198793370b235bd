"""Guards on metrics of the user's own: read whole, or refused with field, problem and remedy."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.guards import REQUESTS, Metric
from canary.domain.plan.spec import Spec, read_spec
from canary.domain.plan.standard_guards import guards_of

OWN = {"Endpoint": "${endpoint}", "Variant": "${variant}"}


def metric(name: str, **changes: Any) -> dict[str, Any]:
    """Return the keys of one metric."""
    return {"namespace": "Churn/Answers", "metric": name, "dimensions": OWN, **changes}


EMPTY: dict[str, Any] = {
    "name": "empty_answers",
    "bad": metric("EmptyAnswers"),
    "of": metric("Answers"),
}
SALES: dict[str, Any] = {
    "name": "sales",
    "good": metric("Sales"),
    "of": "requests",
    "missing": "zero",
}


def spec(*counts: object, **guards: object) -> Spec:
    """Return the minimal spec with guards of the user's own."""
    document = {"endpoint": "churn", "canary": "v2", "guards": {"counts": counts, **guards}}
    return read_spec(document)


def test_a_guard_of_ones_own_reads_what_its_keys_say() -> None:
    """Both metrics, their dimensions to be filled in, among events or among the requests."""
    *_, empty, sales = guards_of(spec(EMPTY, SALES, slow_requests=None).guards, {})
    assert empty.source is not None
    assert sales.source is not None
    assert empty.source.bad == Metric(
        namespace="Churn/Answers", name="EmptyAnswers", dimensions=tuple(OWN.items())
    )
    assert empty.source.of.at("churn", "v2").dimensions == (
        ("Endpoint", "churn"),
        ("Variant", "v2"),
    )
    assert sales.source.of == REQUESTS
    assert (empty.words.bad, empty.title) == ("empty answers", "Empty answers")


def test_a_spec_is_read_again_as_it_was_stored() -> None:
    """The record keeps the spec as JSON, and what is stored must be readable."""
    given = spec(EMPTY, SALES)
    assert read_spec(given.model_dump(mode="json", exclude_unset=True)) == given


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": "Empty"}, "guards.counts[0].name", "lower case"),
        ({"name": "errors"}, "guards.counts[0].name", "name of its own"),
        ({"bad": None}, "guards.counts[0]", "either bad or good"),
        ({"good": metric("Full")}, "guards.counts[0]", "either bad or good"),
        ({"of": None}, "guards.counts[0].of", ""),
        ({"of": "answers"}, "guards.counts[0].of", '"requests" or a metric'),
        ({"bad": metric("E", statistic="Average")}, "guards.counts[0].bad.statistic", "no count"),
        ({"bad": metric("E", statistic="p99")}, "guards.counts[0].bad.statistic", "no count"),
        ({"bad": metric("E", statistic="PR(:3)")}, "guards.counts[0].bad.statistic", "TC(:300)"),
        ({"of": metric("E", statistic="Max")}, "guards.counts[0].of.statistic", "no count"),
        ({"of": metric("E", statistic="TC(:)")}, "guards.counts[0].of.statistic", "no bound"),
        ({"of": metric("E", statistic="TC(9:3)")}, "guards.counts[0].of.statistic", "not below"),
        ({"of": metric("E", statistic="tc90")}, "guards.counts[0].of.statistic", "no count"),
        ({"called": "Errors"}, "guards.counts[0].called", "either"),
        ({"called": "slow requests"}, "guards.counts[0].called", "either"),
        (
            {"bad": metric("E", dimensions={"Endpoint": "${endpoint}"})},
            "guards.counts[0].bad.dimensions",
            "one and the same series",
        ),
        (
            {"bad": metric("E", dimensions={"Variant": "${variant}", "Stage": "${stage}"})},
            "guards.counts[0].bad.dimensions.Stage",
            "nobody knows",
        ),
        ({"bad": metric("E-${variant}")}, "guards.counts[0].bad.metric", "only dimensions"),
        ({"bad": metric("E", dimensions={})}, "guards.counts[0].bad.dimensions", ""),
        ({"bad": metric("E", unit="Count")}, "guards.counts[0].bad.unit", "unknown key"),
        ({"bad": metric("Answers")}, "guards.counts[0].bad", "every event would count"),
        ({"judged_by": "good"}, "guards.counts[0].judged_by", "counts bad ones"),
        ({"missing": "none"}, "guards.counts[0].missing", ""),
        (
            {"missing": "zero", "of": metric("EmptyAnswers", statistic="SampleCount")},
            "guards.counts[0].missing",
            "one metric",
        ),
        (
            {
                "bad": None,
                "good": metric("Full"),
                "last_gate": {"ratio": 2, "percentage_points": 0},
            },
            "guards.counts[0].judged_by",
            "margins",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, Any], field: str, words: str) -> None:
    """With the field, what is wrong with it, and what to do."""
    with pytest.raises(Refused) as refusal:
        spec({**EMPTY, **change})
    assert refusal.value.field == field
    assert words in str(refusal.value)
    assert refusal.value.remedy


def test_every_guard_has_a_name_of_its_own() -> None:
    """Counts, messages and pages are told apart by it."""
    with pytest.raises(
        Refused, match=r"guards\.counts\[1\]\.name.*also the name of guards\.counts\[0\]"
    ):
        spec(EMPTY, EMPTY)


def test_there_are_at_most_as_many_as_one_call_reads() -> None:
    """GetMetricData takes 500 queries: ten variants with twenty guards still fit."""
    many = [{**EMPTY, "name": f"empty_{number}"} for number in range(21)]
    assert len(spec(*many[:20]).guards.counts) == 20
    with pytest.raises(Refused, match=r"guards\.counts: 21 guards, more than 20"):
        spec(*many)


MEMORY = {"name": "memory", "value": metric("GpuMemory", statistic="Average")}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"value": metric("M")}, "guards.values[0].value.statistic", "missing"),
        ({"value": metric("M", statistic="Sum")}, "guards.values[0].value.statistic", "grows"),
        ({"value": metric("M", statistic="SampleCount")}, "guards.values[0].value.statistic", "gr"),
        *(
            ({"value": metric("M", statistic=statistic)}, "guards.values[0].value.statistic", words)
            for statistic, words in (
                ("TM(:)", "no bound"),
                ("TM(90%:10%)", "not below"),
                ("WM(5:5)", "not below"),
                ("TM(10%:101%)", "beyond 100"),
                ("TM(10%:300)", "one bound in percent"),
                ("PR(10%:)", "no percent"),
                ("p101", "beyond 100"),
                ("wm100.5", "beyond 100"),
                ("p99.12345678901", "no value"),
                ("TS(:3)", "grows"),
                ("TM(::)", "no value"),
            )
        ),
        ({"name": "errors"}, "guards.values[0].name", "name of its own"),
        ({"name": "empty_answers"}, "guards.values[0].name", "also the name of guards.counts[0]"),
        ({"better": "more"}, "guards.values[0].better", ""),
        ({"last_gate": {"ratio": 0.9}}, "guards.values[0].last_gate.ratio", ""),
        (
            {"value": metric("M", statistic="p99", dimensions={"Host": "a"})},
            "guards.values[0].value.dimensions",
            "one and the same series",
        ),
    ],
)
def test_what_is_no_value_is_refused(change: dict[str, Any], field: str, words: str) -> None:
    """A number that grows with traffic would always look good at a small share."""
    with pytest.raises(Refused) as refusal:
        spec(EMPTY, values=[{**MEMORY, **change}])
    assert refusal.value.field == field
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    "statistic",
    [
        "Average",
        "Maximum",
        "p99",
        "p99.9",
        "tm99.5",
        "p100",
        "WM(2%:)",
        "PR(:300)",
        "TM(10%:90%)",
        "IQM",
    ],
)
def test_any_statistic_that_does_not_grow_with_traffic_is_read(statistic: str) -> None:
    """As CloudWatch spells it."""
    asked = spec(values=[{**MEMORY, "value": metric("M", statistic=statistic)}])
    guard = guards_of(asked.guards, {})[-1]
    assert guard.value is not None
    assert guard.value.statistic == statistic
