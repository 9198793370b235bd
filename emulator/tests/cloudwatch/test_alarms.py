"""CloudWatch alarms: evaluation, missing data, state changes, events, actions."""

import json
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.exceptions import ClientError

from emulator.cloudwatch.publication import Publication
from emulator.endpoints import ModelFailure


class Fails:
    """A model that answers nothing."""

    def predict_batch(self, rows: Any) -> Any:
        """Return one failure a row."""
        return [ModelFailure()] * len(rows)


def put(world: Any, name: str = "shop-5xx", **options: Any) -> None:
    """Put an alarm on variant a's error rate: one minute over 1% is enough."""
    dimensions = [{"Name": "VariantName", "Value": "a"}, {"Name": "EndpointName", "Value": "shop"}]
    alarm = {
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Dimensions": dimensions,
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0.01,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    alarm = {key: value for key, value in {**alarm, **options}.items() if value is not None}
    world.cloudwatch.put_metric_alarm(AlarmName=name, **alarm)


def state(world: Any, name: str = "shop-5xx") -> str:
    """Return the alarm's state."""
    return str(world.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])


@pytest.fixture
def busy(world: Any) -> Any:
    """A world with one endpoint under traffic."""
    world.endpoint({"a": 1})
    world.endpoints.attach_traffic("shop", np.ones((5, 2)), 600)
    return world


def test_an_alarm_is_born_without_data_and_becomes_ok(busy: Any) -> None:
    """A new alarm is INSUFFICIENT_DATA until it was evaluated, then OK."""
    put(busy)
    assert state(busy) == "INSUFFICIENT_DATA"
    busy.clock.run_for(120)
    assert state(busy) == "OK"


def test_an_alarm_follows_its_metric(busy: Any) -> None:
    """Errors bring ALARM within two minutes, their end brings OK back."""
    put(busy)
    busy.clock.run_for(120)
    busy.endpoints.outage("shop", busy.clock.now(), minutes=3, error_rate=0.5)
    busy.clock.run_for(120)
    assert state(busy) == "ALARM"
    busy.clock.run_for(300)
    assert state(busy) == "OK"


def test_publication_lag_delays_the_alarm(make_world: Any) -> None:
    """An alarm sees what is published, no earlier."""
    world = make_world(publication=Publication(lag_seconds=(100, 100), half_probability=0))
    world.endpoint({"a": 1})
    world.endpoints.attach_traffic("shop", np.ones((5, 2)), 600)
    put(world)
    world.clock.run_for(600 - world.clock.now().timestamp() % 60)
    world.endpoints.outage("shop", world.clock.now(), minutes=10, error_rate=0.5)
    world.clock.run_for(60 + 90)
    assert state(world) == "OK"
    world.clock.run_for(60)
    assert state(world) == "ALARM"


def test_a_rewritten_alarm_keeps_its_state(busy: Any) -> None:
    """PutMetricAlarm on an existing alarm changes its configuration, not its state."""
    put(busy)
    busy.cloudwatch.set_alarm_state(AlarmName="shop-5xx", StateValue="ALARM", StateReason="drill")
    put(busy, Threshold=0.5)
    alarm = busy.cloudwatch.describe_alarms(AlarmNames=["shop-5xx"])["MetricAlarms"][0]
    assert (alarm["StateValue"], alarm["Threshold"]) == ("ALARM", 0.5)


def test_a_state_set_by_hand_lasts_until_the_next_evaluation(busy: Any) -> None:
    """SetAlarmState takes effect at once; the next evaluation says what the metric says."""
    put(busy)
    busy.clock.run_for(120)
    busy.cloudwatch.set_alarm_state(AlarmName="shop-5xx", StateValue="ALARM", StateReason="drill")
    assert state(busy) == "ALARM"
    busy.clock.run_for(60)
    assert state(busy) == "OK"


def test_a_state_change_is_an_event_in_cloudwatchs_shape(busy: Any) -> None:
    """The event names the alarm, both states, the reason with its data, and the metric with its
    dimensions.
    """
    put(busy)
    busy.clock.run_for(120)
    events: list[Any] = []
    busy.endpoints.on_event(events.append)
    busy.clock.run_for(240 - busy.clock.now().timestamp() % 60)
    busy.endpoints.register_model("a", Fails())
    busy.clock.run_for(90)
    (event,) = [event for event in events if event["Source"] == "aws.cloudwatch"]
    assert event["DetailType"] == "CloudWatch Alarm State Change"
    assert event["Resources"] == ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:shop-5xx"]
    detail = json.loads(event["Detail"])
    assert detail["alarmName"] == "shop-5xx"
    assert (detail["previousState"]["value"], detail["state"]["value"]) == ("OK", "ALARM")
    assert detail["state"]["reason"].startswith(
        "Threshold Crossed: 1 out of the last 1 datapoints [1.0 ("
    )
    assert json.loads(detail["state"]["reasonData"])["threshold"] == 0.01
    assert detail["state"]["timestamp"].endswith("+0000")
    (metric,) = detail["configuration"]["metrics"]
    assert metric["metricStat"]["metric"]["dimensions"] == {
        "EndpointName": "shop",
        "VariantName": "a",
    }
    assert metric["metricStat"]["stat"] == "Average"


def test_no_change_is_no_event(busy: Any) -> None:
    """An alarm that stays OK, or is set to the state it has, tells nobody."""
    put(busy)
    busy.clock.run_for(120)
    events: list[Any] = []
    busy.endpoints.on_event(events.append)
    busy.cloudwatch.set_alarm_state(AlarmName="shop-5xx", StateValue="OK", StateReason="drill")
    busy.clock.run_for(300)
    assert events == []


def test_actions_reach_the_topic_unless_they_are_off(busy: Any) -> None:
    """An ALARM publishes to the topic in AlarmActions; with actions disabled it does not."""
    topic = boto3.client("sns", region_name="us-east-1").create_topic(Name="pager")["TopicArn"]
    queue = boto3.client("sqs", region_name="us-east-1")
    url = queue.create_queue(QueueName="inbox")["QueueUrl"]
    arn = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    boto3.client("sns", region_name="us-east-1").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn
    )
    put(busy, AlarmActions=[topic])
    put(busy, "quiet", AlarmActions=[topic], ActionsEnabled=False)
    for name in ("shop-5xx", "quiet"):
        busy.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="drill")
    received = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    (body,) = [json.loads(json.loads(message["Body"])["Message"]) for message in received]
    assert (body["AlarmName"], body["NewStateValue"], body["OldStateValue"]) == (
        "shop-5xx",
        "ALARM",
        "INSUFFICIENT_DATA",
    )


def test_alarms_are_found_by_name_prefix_and_state_together(busy: Any) -> None:
    """DescribeAlarms combines its filters."""
    for name in ("shop-5xx", "shop-slow", "other"):
        put(busy, name)
    busy.cloudwatch.set_alarm_state(AlarmName="shop-slow", StateValue="ALARM", StateReason="drill")

    def found(**filters: Any) -> list[str]:
        return [
            alarm["AlarmName"]
            for alarm in busy.cloudwatch.describe_alarms(**filters)["MetricAlarms"]
        ]

    assert found(AlarmNamePrefix="shop-") == ["shop-5xx", "shop-slow"]
    assert found(AlarmNamePrefix="shop-", StateValue="ALARM") == ["shop-slow"]
    assert found(AlarmNames=["other", "nobody"]) == ["other"]


def test_an_extended_statistic_can_be_watched(busy: Any) -> None:
    """An alarm on p99 of ModelLatency, or on a trimmed count, is evaluated."""
    put(busy, MetricName="ModelLatency", Statistic=None, ExtendedStatistic="p99", Threshold=100)
    put(
        busy,
        "few",
        MetricName="ModelLatency",
        Statistic=None,
        ExtendedStatistic="TC(1:)",
        Threshold=1e9,
    )
    busy.clock.run_for(120)
    assert (state(busy), state(busy, "few")) == ("ALARM", "OK")


@pytest.mark.parametrize(
    "options",
    [
        {"Metrics": [{"Id": "m", "Expression": "a/b"}]},
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
        {"ExtendedStatistic": "q5", "Statistic": None},
        {"TreatMissingData": "guess"},
    ],
    ids=["metric math", "anomaly detection", "unknown statistic", "unknown treatment"],
)
def test_what_cannot_be_evaluated_is_refused(busy: Any, options: Any) -> None:
    """An alarm the emulator could not evaluate is refused, and the alarm of that name stays as it
    was.
    """
    put(busy)
    with pytest.raises(ClientError):
        put(busy, **options)
    (alarm,) = busy.cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["Statistic"] == "Average"


def test_evaluation_happens_every_minute(busy: Any) -> None:
    """Between two evaluations nothing changes, however bad the minute is."""
    put(busy)
    busy.clock.run_for(240 - busy.clock.now().timestamp() % 60)
    busy.endpoints.outage("shop", busy.clock.now(), minutes=1, error_rate=1.0)
    busy.clock.run_for(59)
    assert state(busy) == "OK"
    busy.clock.run_for(2)
    assert state(busy) == "ALARM"


def many(world: Any, count: int) -> list[str]:
    """Put that many alarms and return their names."""
    names = [f"guard-{index:03d}" for index in range(count)]
    for name in names:
        put(world, name)
    return names


def test_alarms_are_described_page_by_page(world: Any) -> None:
    """An answer holds 50 alarms or MaxRecords, even of those asked for by name; the token leads to
    the next ones.
    """
    names = many(world, 120)
    describe = world.cloudwatch.describe_alarms
    first = describe(AlarmNames=names[:60])
    assert [alarm["AlarmName"] for alarm in first["MetricAlarms"]] == names[:50]
    rest = describe(AlarmNames=names[:60], NextToken=first["NextToken"])
    assert [alarm["AlarmName"] for alarm in rest["MetricAlarms"]] == names[50:60]
    assert "NextToken" not in rest
    assert len(describe(AlarmNames=names[:100], MaxRecords=100)["MetricAlarms"]) == 100
    pages = world.cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="guard-")
    assert sum(len(page["MetricAlarms"]) for page in pages) == 120


def test_more_records_than_a_page_holds_are_refused(world: Any) -> None:
    """MaxRecords ends at 100."""
    with pytest.raises(ClientError, match="maxRecords"):
        world.cloudwatch.describe_alarms(MaxRecords=101)
