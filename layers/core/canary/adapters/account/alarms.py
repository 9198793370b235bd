"""Alarms with what they do and what a missing point means to them, how their actions went, and a
test ring.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from canary.adapters.translation import translated

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

ALARMS_A_CALL = 100
SAME_MOMENT = timedelta(seconds=5)
"""Between an alarm's change of state and its history's item about that."""


@dataclass(frozen=True)
class AlarmView:
    """One alarm; `missing` is what a missing point counts as, in CloudWatch's word."""

    name: str
    state: str
    since: datetime
    reason: str
    actions_enabled: bool
    actions: tuple[str, ...]
    missing: str


@dataclass(frozen=True)
class ActionTaken:
    """How one action of an alarm went; `summary` in CloudWatch's own words."""

    alarm: str
    at: datetime
    summary: str

    @property
    def failed(self) -> bool:
        """Return whether the action did not get through."""
        return self.summary.startswith("Failed")


class AlarmReader:
    """Looks at alarms and their history, and rings one where that is asked for."""

    def __init__(self, client: "CloudWatchClient") -> None:
        """Take a boto3 CloudWatch client."""
        self._client = client

    def alarms(self, names: Sequence[str]) -> list[AlarmView]:
        """Return those of the named metric alarms that exist."""
        found: list[AlarmView] = []
        for first in range(0, len(names), ALARMS_A_CALL):
            with translated("cloudwatch:DescribeAlarms"):
                answer = self._client.describe_alarms(
                    AlarmNames=list(names[first : first + ALARMS_A_CALL]), MaxRecords=ALARMS_A_CALL
                )
            found += [_view(one) for one in answer["MetricAlarms"]]
        return found

    def newest_action(self, name: str) -> ActionTaken | None:
        """Return how the newest action of an alarm went; None where its history, which CloudWatch
        keeps for 30 days, has none.
        """
        with translated("cloudwatch:DescribeAlarmHistory"):
            items = self._client.describe_alarm_history(
                AlarmName=name, HistoryItemType="Action", MaxRecords=1
            )["AlarmHistoryItems"]
        return (
            ActionTaken(name, items[0]["Timestamp"], items[0]["HistorySummary"]) if items else None
        )

    def had_data(self, alarm: AlarmView) -> bool | None:
        """Return whether an alarm came from OK or ALARM into the state it is in; None where its
        history, which CloudWatch keeps for 30 days, does not tell.
        """
        with translated("cloudwatch:DescribeAlarmHistory"):
            items = self._client.describe_alarm_history(
                AlarmName=alarm.name, HistoryItemType="StateUpdate", MaxRecords=1
            )["AlarmHistoryItems"]
        if not items or abs(items[0]["Timestamp"] - alarm.since) > SAME_MOMENT:
            return None
        return "from INSUFFICIENT_DATA" not in items[0]["HistorySummary"]

    def ring(self, name: str, reason: str) -> None:
        """Set an alarm to ALARM; its next evaluation sets it back."""
        with translated("cloudwatch:SetAlarmState"):
            self._client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=reason)


def _view(alarm: Any) -> AlarmView:
    return AlarmView(
        alarm["AlarmName"],
        alarm["StateValue"],
        alarm["StateUpdatedTimestamp"],
        alarm.get("StateReason", ""),
        alarm.get("ActionsEnabled", True),
        tuple(alarm.get("AlarmActions", [])),
        alarm.get("TreatMissingData", "missing"),
    )
