"""DescribeAlarmHistory, as far as actions go: whether what an alarm wanted to tell left CloudWatch.

Source: CloudWatch API reference, DescribeAlarmHistory; the summaries as CloudWatch writes them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from emulator.patching import Patches

ACTION = "Action"


def note_action(alarm: Alarm, action: str, when: datetime, *, succeeded: bool) -> None:
    """Keep in the alarm's history how one of its actions went."""
    words = (
        f"Successfully executed action {action}"
        if succeeded
        else f'Failed to execute action {action}. Received error: "Resource not found"'
    )
    alarm.history.append((ACTION, words, "{}", alarm.state_value, when))


def patch_history(patches: Patches) -> None:
    """Answer DescribeAlarmHistory, which moto does not know, newest first."""

    def describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
        name, kind = self._get_param("AlarmName"), self._get_param("HistoryItemType")
        alarms = self.cloudwatch_backend.alarms.values()
        items = [
            item
            for alarm in alarms
            if not name or alarm.name == name
            for item in _items(alarm, kind)
        ]
        items.sort(key=lambda item: item["Timestamp"], reverse=True)
        return ActionResult({"AlarmHistoryItems": items[: self._get_param("MaxRecords") or 100]})

    patches.add(CloudWatchResponse, "describe_alarm_history", describe_alarm_history)


def _items(alarm: Alarm, wanted: str | None) -> Iterator[dict[str, Any]]:
    for kind, summary, data, _, when in alarm.history:
        if wanted in {None, kind}:
            yield {
                "AlarmName": alarm.name,
                "AlarmType": "MetricAlarm",
                "Timestamp": when,
                "HistoryItemType": kind,
                "HistorySummary": summary,
                "HistoryData": data,
            }
