"""Every mistake of a spec is told at once: where, what, what is wanted, what was meant."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.reading.mistake import LONGEST_REFUSAL, Mistake
from canary.domain.plan.reading.read import read_whole
from canary.domain.plan.spec import Spec, read_spec

MINIMAL = {"endpoint": "churn-prod", "canary": "Variant2"}
METRIC = {"namespace": "N", "metric": "M", "dimensions": {"V": "${variant}"}}


def told(document: Any) -> list[str]:
    """Return what is told of a document, without the page."""
    read = read_whole(document)
    assert not isinstance(read, Spec)
    return [f"{one.field}: {one.problem}. {one.remedy}" for one in read]


def test_all_mistakes_are_told_in_the_order_of_the_document() -> None:
    """A person mends them in one go; one mistake hides no other, and none is told twice."""
    wrong = {
        "endpoint": "churn_prod",
        "canaryVariant": "Variant2",
        "steps": [{"share": 5}, {"share": 0.5, "bake_minuts": {}}, {"share": "100%"}],
        "watch_seconds": 1800,
        "guards": {"latency": {}, "alarms": "churn-5xx", "quality": {"dataset": "s3://b/k"}},
        "on_inconclusive": "rollback",
    }
    assert [line.partition(":")[0] for line in told(wrong)] == [
        "endpoint",
        "canaryVariant",
        "steps[0].share",
        "steps[1].bake_minuts",
        "steps[2].share",
        "watch_seconds",
        "guards.latency",
        "guards.alarms",
        "guards.quality.dataset",
        "on_inconclusive",
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"steps": [{"share": 50}, {"share": 1}]},
            (
                "steps[0].share: 50 is not a number above 0 and at most 1. "
                "Write 0.5, which is 50%: it is a fraction"
            ),
        ),
        (
            {"steps": [0.05, 1]},
            'steps[0]: 0.05 is not an object with share, bake_minutes. Write {"share": 0.05}',
        ),
        (
            {"guards": {"slow_requests": {"threshold": 200}}},
            (
                'guards.slow_requests.threshold: unknown key. Did you mean "threshold_ms"? '
                "Otherwise take it out"
            ),
        ),
        (
            {"threshold_ms": 200},
            (
                "threshold_ms: unknown key. Did you mean guards.slow_requests.threshold_ms? "
                "Otherwise take it out"
            ),
        ),
        (
            {"watch_hours": 2},
            'watch_hours: unknown key. Write "watch_minutes": 120, in minutes',
        ),
        (
            {"watch_minutes": "2h"},
            (
                'watch_minutes: "2h" is not a whole number of minutes from 1 to 18720. '
                "Write 120, in minutes"
            ),
        ),
        (
            {"hold_at_most_minutes": 0},
            (
                "hold_at_most_minutes: 0 is not a whole number of minutes from 1 to 18720. "
                "Write it as in 480"
            ),
        ),
        (
            {"hours": {"zone": "UTC", "days": ["Monday"], "times": ["09:00-17:00"]}},
            (
                'hours.days[0]: "Monday" is not "mon", "tue", "wed", "thu", "fri", "sat" or "sun". '
                'Did you mean "mon"?'
            ),
        ),
        (
            {"capacity": False},
            'capacity: false is not "off" or an object with headroom, at_most. Write "off"',
        ),
        (
            {"adopt_live": 2},
            "adopt_live: 2 is not true or false. Write it as in true",
        ),
        (
            {"guards": {"quality": {"labelled_set": "s3://b/k", "positive_label": 1}}},
            (
                "guards.quality.positive_label: 1 is not text of 1 to 256 characters. "
                'Write it as text, in quotes: "1"'
            ),
        ),
        (
            {"canary": {"model_package": 3, "environment": {"PASSWORD": 12345}}},
            (
                "canary.environment.PASSWORD: this value is not text of at most 1024 characters. "
                "Write it as text, in quotes"
            ),
        ),
        (
            {"keep_warm_minutes": 30},
            (
                'keep_warm_minutes: keep_warm_minutes goes with "after": "retire". '
                "Add that, or leave it out"
            ),
        ),
        (
            {"asked_canary": "Variant3"},
            'asked_canary: unknown key. Did you mean "canary"? Otherwise take it out',
        ),
    ],
)
def test_what_was_meant_is_told(changes: dict[str, Any], line: str) -> None:
    """By name, by meaning, in another unit, in another spelling."""
    assert line in told({**MINIMAL, **changes})


def test_a_key_that_explains_a_missing_one_is_told_alone() -> None:
    """Nobody is told to add what is there under another name."""
    assert told({"endpoint": "churn-prod", "variant": "Variant2"}) == [
        'variant: unknown key. Did you mean "canary"? Otherwise take it out'
    ]


def test_what_stands_in_for_a_mistake_is_never_told_of() -> None:
    """Shares cannot be said not to rise where one of them could not be read; others still are."""
    half = {"steps": [{"share": 0.05}, {"share": "half"}, {"share": 1}]}
    assert len(told({**MINIMAL, **half})) == 1
    minutes = [{"share": 0.5, "bake_minutes": 10}, {"share": 0.25}, {"share": 1}]
    assert [line.partition(":")[0] for line in told({**MINIMAL, "steps": minutes})] == [
        "steps[0].bake_minutes",
        "steps[1].share",
    ]
    task = {
        "labelled_set": "s3://b/k",
        "task": "classification",
        "metrics": {"recall": {"max_worse": 1}},
    }
    assert len(told({**MINIMAL, "guards": {"quality": task}})) == 1


def test_a_wrong_guard_hides_no_mistake_of_another() -> None:
    """What guards refuse together is told of each that can be read."""
    counts = [
        {"name": "One", "bad": METRIC, "of": "requests"},
        {"name": "errors", "bad": METRIC, "of": "requests"},
    ]
    fields = [line.partition(":")[0] for line in told({**MINIMAL, "guards": {"counts": counts}})]
    assert fields == ["guards.counts[0].name", "guards.counts[1].name"]


def test_a_refusal_is_bounded_and_counts_what_it_leaves_out() -> None:
    """It ends in an execution's cause and in mails."""
    many = {**MINIMAL, **{f"nobody_knows_{number}": number for number in range(40)}}
    with pytest.raises(Refused) as refused:
        read_spec(many)
    text = str(refused.value)
    assert text.startswith("40 mistakes:\n- nobody_knows_0: unknown key.")
    assert len(text) < LONGEST_REFUSAL + 200
    assert len(refused.value.also) + 1 + refused.value.untold == 40
    assert text.endswith(f"and {refused.value.untold} more: canaryctl validate tells them all.")


def test_one_mistake_is_one_sentence_with_its_place_in_the_reference() -> None:
    """As it always was, and with a page that exists."""
    with pytest.raises(Refused) as refused:
        read_spec({**MINIMAL, "watch_minutes": 0})
    assert refused.value.field == "watch_minutes"
    assert str(refused.value).endswith(" (docs/spec.md#watch_minutes)")


def test_a_value_of_the_environment_is_never_told() -> None:
    """What containers are started with may be a password."""
    wrong = {**MINIMAL, "canary": {"model_package": 3, "environment": {"PASSWORD": 12345}}}
    assert "12345" not in "".join(told(wrong))


def test_a_long_name_is_cut() -> None:
    """A mistake says where it is in 160 characters at most."""
    assert len(Mistake(("x" * 500,), "", "").field) == 160


@pytest.mark.parametrize(
    "address", ["churn.csv", "s3://bucket", "s3://bucket/", "s3:///k", "S3://b/k"]
)
def test_a_labelled_set_that_no_rollout_could_read_is_a_mistake_before_its_start(
    address: str,
) -> None:
    """A file of this machine is for the command line alone."""
    (line,) = told({**MINIMAL, "guards": {"quality": {"labelled_set": address}}})
    assert line.startswith("guards.quality.labelled_set:")
    assert "s3://" in line
