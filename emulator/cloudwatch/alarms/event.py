"""What the world is told of an alarm's new state: the EventBridge event, and the message of its SNS
actions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import Alarm

from emulator.cloudwatch.alarms.metric import watched

ALARM_TIME = "%Y-%m-%dT%H:%M:%S.%f"


@dataclass(frozen=True)
class State:
    """One state of an alarm, since when and why."""

    value: str
    reason: str
    reason_data: str | None
    since: datetime

    @classmethod
    def of(cls, alarm: Alarm) -> "State":
        """Return the state the alarm is in."""
        return cls(
            alarm.state_value,
            alarm.state_reason,
            alarm.state_reason_data,
            alarm.state_updated_timestamp,
        )

    def detail(self) -> dict[str, Any]:
        """Return the state as events write it."""
        data = {"reasonData": self.reason_data} if self.reason_data else {}
        return {"value": self.value, "reason": self.reason, **data, "timestamp": stamp(self.since)}


def stamp(moment: datetime) -> str:
    """Return a time as alarm events write it: milliseconds and +0000."""
    return moment.strftime(ALARM_TIME)[:-3] + "+0000"


def state_change(alarm: Alarm, before: State) -> Mapping[str, Any]:
    """Return the PutEvents entry of "CloudWatch Alarm State Change"."""
    detail = {
        "alarmName": alarm.name,
        "state": State.of(alarm).detail(),
        "previousState": before.detail(),
        "configuration": {"description": alarm.description or "", "metrics": [_metric(alarm)]},
    }
    return {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Time": alarm.state_updated_timestamp,
        "Resources": [alarm.alarm_arn],
        "Detail": json.dumps(detail),
    }


def message(alarm: Alarm, before: State, account: str, region: str) -> tuple[str, str]:
    """Return subject and body of the message an SNS action gets."""
    body = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": account,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": stamp(alarm.state_updated_timestamp),
        "Region": region,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before.value,
    }
    return f'{alarm.state_value}: "{alarm.name}" in {region}'[:100], json.dumps(body)


def _metric(alarm: Alarm) -> dict[str, Any]:
    metric = watched(alarm)
    return {
        "id": "m1",
        "metricStat": {
            "metric": {
                "namespace": metric.name.namespace,
                "name": metric.name.name,
                "dimensions": dict(metric.name.dimensions),
            },
            "period": metric.period,
            "stat": metric.stat,
        },
        "returnData": True,
    }
