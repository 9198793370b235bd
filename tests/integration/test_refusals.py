"""Bad input: a clear error that names field and remedy, no weight moved, no lease left, no restore
attempted.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.refusals import refused
from tests.integration.stage import Stage

Change = dict[str, Any]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One stage for all refusals: none of them changes anything."""
    with Stage() as ready:
        yield ready


@pytest.fixture(scope="module")
def quality(stage: Stage) -> Change:
    """A labelled set in S3 that fits the endpoint."""
    s3 = stage.client("s3")
    s3.create_bucket(Bucket="labelled")
    s3.put_object(
        Bucket="labelled",
        Key="good.csv",
        Body=b"".join(b"%d,1,2,3,4\n" % (i % 2) for i in range(200)),
    )
    s3.put_object(
        Bucket="labelled", Key="words.csv", Body=b"".join(b"maybe,1,2,3,4\n" for _ in range(200))
    )
    return {"labelled_set": "s3://labelled/good.csv", "label_column": 0}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"endpoint": "nobody"}, "endpoint"),
        ({"endpoint": "Churn-Prod"}, "it is written 'churn-prod' here"),
        ({"canary": "v9"}, "canary"),
        ({"colour": "blue"}, "colour"),
        ({"steps": [{"share": 1.0}]}, "steps"),
        ({"steps": [{"share": 0.5}, {"share": 0.9}]}, "steps"),
        ({"hold_at_most_minutes": 20_000}, "hold_at_most_minutes"),
        ({"guards": {"alarms": ["no-such-alarm"]}}, "guards.alarms[0]"),
        (
            {"guards": {"quality": {"labelled_set": "s3://nowhere/set.csv"}}},
            "guards.quality.labelled_set",
        ),
        ({"guards": {"quality": {"labelled_set": "set.csv"}}}, "guards.quality.labelled_set"),
    ],
)
def test_an_impossible_spec_is_refused(stage: Stage, spec: Change, field: str) -> None:
    """The cause of the failed execution names the field."""
    assert field in refused(stage, spec)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label_column": 77}, "label_column"),
        ({"labelled_set": "s3://labelled/none.csv"}, "labelled_set"),
        ({"labelled_set": "s3://labelled/words.csv"}, "label"),
    ],
)
def test_a_labelled_set_that_does_not_fit_is_refused(
    stage: Stage, quality: Change, change: Change, field: str
) -> None:
    """Before anything is moved, the head of the set is read."""
    assert field in refused(stage, {"guards": {"quality": {**quality, **change}}})


def test_an_alarm_that_rings_already_is_refused(stage: Stage) -> None:
    """Nothing starts into an incident."""
    stage.client("cloudwatch").put_metric_alarm(
        AlarmName="ringing",
        Namespace="Nobody/Publishes",
        MetricName="M",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    stage.client("cloudwatch").set_alarm_state(
        AlarmName="ringing", StateValue="ALARM", StateReason="test"
    )
    assert "ringing is in ALARM" in refused(stage, {"guards": {"alarms": ["ringing"]}})
