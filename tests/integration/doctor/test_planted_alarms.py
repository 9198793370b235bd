"""Faults of alarms, planted: each is named by the doctor's own line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from demo.account import STACK
from tests.integration.doctor.patient import Patient, is_broken


def test_an_alarm_that_rings(patient: Patient) -> None:
    """Named as the runbook has it, since when and why."""
    patient.client("cloudwatch").set_alarm_state(
        AlarmName=patient.physical("UntoldAlarm"), StateValue="ALARM", StateReason="mail is stuck"
    )
    patient.put_back(lambda: patient.emulator.run_minutes(2))
    is_broken(patient, "alarms", "untold since", "mail is stuck", "docs/operations.md, untold")


def test_an_alarm_that_was_deleted(patient: Patient) -> None:
    """Gone, by its name."""
    _without(patient, "UntoldAlarm")
    is_broken(patient, "alarms", "gone", patient.physical("UntoldAlarm"))


def test_an_alarm_that_never_had_data(patient: Patient) -> None:
    """It stands in INSUFFICIENT_DATA for ever, and never rings."""
    alarm = _without(patient, "UnprovenAlarm")
    cloudwatch = patient.client("cloudwatch")
    cloudwatch.put_metric_alarm(**{**alarm, "MetricName": "NobodyPublishesThis"})
    patient.emulator.run_minutes(21)
    is_broken(patient, "alarms", "unproven had none since it was made or changed")


def test_an_alarm_whose_data_stopped(patient: Patient) -> None:
    """Its history tells that it was OK before; where that is gone, both are said."""
    now = patient.emulator.clock.now()
    since = now - timedelta(minutes=30)
    name = patient.physical("UntoldAlarm")
    history = {"at": since, "summary": "Alarm updated from OK to INSUFFICIENT_DATA"}

    def silent(call: Any, proceed: Callable[[], Any]) -> Any:
        answer = proceed()
        if call.operation == "DescribeAlarms":
            for one in answer["MetricAlarms"]:
                if one["AlarmName"] == name:
                    one |= {"StateValue": "INSUFFICIENT_DATA", "StateUpdatedTimestamp": since}
        if call.operation == "DescribeAlarmHistory":
            item = {"Timestamp": history["at"], "HistorySummary": history["summary"]}
            answer["AlarmHistoryItems"] = [item]
        return answer

    patient.answer(silent)
    is_broken(patient, "alarms", "untold had data until ")
    since = history["at"] = now - timedelta(minutes=5)
    found = patient.diagnosis("alarms")
    assert (found.state, "untold had data until " in found.said) == ("unknown", True), found
    since, history["at"] = now - timedelta(days=40), now
    is_broken(patient, "alarms", "never, or it stopped then")


def _without(patient: Patient, logical_id: str) -> dict[str, Any]:
    """Delete an alarm until the test is over; return what it was made from."""
    cloudwatch, name = patient.client("cloudwatch"), patient.physical(logical_id)
    told = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    kept = (
        "AlarmName Namespace MetricName Dimensions Statistic Period EvaluationPeriods Threshold "
        "ComparisonOperator TreatMissingData AlarmActions"
    )
    alarm = {key: told[key] for key in kept.split() if key in told}
    cloudwatch.delete_alarms(AlarmNames=[name])

    def again() -> None:
        cloudwatch.delete_alarms(AlarmNames=[name])
        cloudwatch.put_metric_alarm(**alarm)
        patient.emulator.run_minutes(3)

    patient.put_back(again)
    return alarm


def test_an_alarm_whose_actions_are_off(patient: Patient) -> None:
    """It rings and tells nobody."""
    cloudwatch, name = patient.client("cloudwatch"), patient.physical("UntoldAlarm")
    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    patient.put_back(lambda: cloudwatch.enable_alarm_actions(AlarmNames=[name]))
    is_broken(patient, "alarm actions", f"enable-alarm-actions --alarm-names {name}")


def test_an_alarm_that_tells_another_topic(patient: Patient) -> None:
    """Its action does not name the stack's own."""
    alarm = _without(patient, "UntoldAlarm")
    elsewhere = [f"{patient.topic}-of-another"]
    patient.client("cloudwatch").put_metric_alarm(**{**alarm, "AlarmActions": elsewhere})
    is_broken(patient, "alarm actions", "do not name the stack's topic", alarm["AlarmName"])


def test_a_topic_under_awss_own_key(patient: Patient) -> None:
    """CloudWatch may not use it."""
    sns = patient.client("sns")
    key = sns.get_topic_attributes(TopicArn=patient.topic)["Attributes"]["KmsMasterKeyId"]
    change = {"TopicArn": patient.topic, "AttributeName": "KmsMasterKeyId"}
    sns.set_topic_attributes(**change, AttributeValue="alias/aws/sns")
    patient.put_back(lambda: sns.set_topic_attributes(**change, AttributeValue=key))
    is_broken(patient, "alarm actions", "AWS's own key")


def test_an_alarm_that_was_not_heard(patient: Patient) -> None:
    """CloudWatch's history is the one place that tells; the words are its own."""
    patient.without_topic()
    name = patient.physical("UndeliveredAlarm")
    patient.client("cloudwatch").set_alarm_state(
        AlarmName=name, StateValue="ALARM", StateReason="a test"
    )
    patient.client("sns").create_topic(Name=patient.topic.rsplit(":", 1)[1])
    is_broken(patient, "alarm actions", "Failed to execute action", f"{name} was not heard")


def test_alarms_that_never_rang(patient: Patient) -> None:
    """Nobody knows whether they would be heard; --send tells."""
    place = patient.emulator.place
    for alarm in cloudwatch_backends[place.account][place.region].alarms.values():
        patient.put_back(partial(alarm.history.extend, list(alarm.history)))
        alarm.history.clear()
    found = patient.diagnosis("alarm actions")
    assert (found.state, found.command) == (
        "unknown",
        f"canaryctl doctor --stack {STACK} --send",
    )


def test_a_test_alarm_that_is_not_heard(patient: Patient) -> None:
    """CloudWatch's own words say why."""
    patient.without_topic()
    is_broken(patient, "test alarm", "Failed to execute action", send=True)
