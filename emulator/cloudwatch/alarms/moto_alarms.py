"""Moto's alarms as CloudWatch has them: born INSUFFICIENT_DATA, keeping their state when rewritten,
told when changed.

Restores on moto: any statistic in ExtendedStatistic, the first state, SetAlarmState's event and
actions, several DescribeAlarms filters at once, and its pages.
"""

from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from emulator.cloudwatch.alarms.evaluation import Alarms
from emulator.cloudwatch.alarms.event import State
from emulator.cloudwatch.alarms.history import patch_history
from emulator.cloudwatch.alarms.metric import rule, watched
from emulator.cloudwatch.statistic import UnknownStatistic, statistic
from emulator.patching import Patches

PAGE = 50
MOST_A_PAGE = 100


def patch_alarms(patches: Patches, alarms: Alarms) -> None:
    """Make moto's alarms live by `alarms`; evaluating them every minute is the caller's."""
    _patch_making(patches, alarms)
    _patch_setting(patches, alarms)
    _patch_reading(patches)
    patch_history(patches)


def _patch_making(patches: Patches, alarms: Alarms) -> None:
    def put_metric_alarm(self: CloudWatchBackend, *args: Any, **options: Any) -> Alarm:
        existing = self.alarms.get(options["name"])
        extended = options.pop("extended_statistic", None)
        alarm: Alarm = original(self, *args, **options)
        alarm.extended_statistic = extended
        try:
            _refuse_what_cannot_be_evaluated(alarm)
        except Exception:
            self.alarms.pop(alarm.name)
            if existing is not None:
                self.alarms[alarm.name] = existing
            raise
        _keep_state(alarm, existing)
        alarm.configuration_updated_timestamp = alarms.now()
        alarm.state_updated_timestamp = (
            existing.state_updated_timestamp if existing else alarms.now()
        )
        return alarm

    original = patches.replace(CloudWatchBackend, "put_metric_alarm", put_metric_alarm)


def _refuse_what_cannot_be_evaluated(alarm: Alarm) -> None:
    if alarm.rule is not None:
        return
    rule(alarm)
    try:
        statistic(watched(alarm).stat)
    except UnknownStatistic as unknown:
        raise InvalidParameterValue(str(unknown)) from unknown


def _keep_state(alarm: Alarm, existing: Alarm | None) -> None:
    if existing is None:
        alarm.state_value = "INSUFFICIENT_DATA"
        return
    for name in ("state_value", "state_reason", "state_reason_data", "history"):
        setattr(alarm, name, getattr(existing, name))


def _patch_setting(patches: Patches, alarms: Alarms) -> None:
    def set_alarm_state(
        self: CloudWatchBackend,
        alarm_name: str,
        reason: str,
        reason_data: str | None,
        state_value: str,
    ) -> None:
        before = State.of(self.alarms[alarm_name]) if alarm_name in self.alarms else None
        original(
            self, alarm_name, reason, reason_data, state_value
        )  # refuses what CloudWatch refuses
        if before is not None:
            alarms.changed(self, self.alarms[alarm_name], before)

    original = patches.replace(
        CloudWatchBackend,
        "set_alarm_state",
        set_alarm_state,
        parameters=("alarm_name", "reason", "reason_data", "state_value"),
    )


def _patch_reading(patches: Patches) -> None:
    def describe_alarms(self: CloudWatchResponse) -> ActionResult:
        filters = {
            name: self._get_param(name)
            for name in ("AlarmNames", "AlarmNamePrefix", "StateValue", "ActionPrefix")
        }
        found = [
            alarm for alarm in self.cloudwatch_backend.alarms.values() if _passes(alarm, filters)
        ]
        size, first = (
            int(self._get_param("MaxRecords") or PAGE),
            int(self._get_param("NextToken") or 0),
        )
        if not 1 <= size <= MOST_A_PAGE:
            raise InvalidParameterValue(
                f"maxRecords must be between 1 and {MOST_A_PAGE}, got {size}"
            )
        page = found[first : first + size]
        answer: dict[str, Any] = {
            "MetricAlarms": [alarm for alarm in page if alarm.rule is None],
            "CompositeAlarms": [alarm for alarm in page if alarm.rule is not None],
        }
        return ActionResult(
            answer | ({"NextToken": str(first + size)} if first + size < len(found) else {})
        )

    patches.replace(CloudWatchResponse, "describe_alarms", describe_alarms, parameters=())


def _passes(alarm: Alarm, filters: Mapping[str, Any]) -> bool:
    names, prefix, state, action = (filters[name] for name in filters)
    return (
        (not names or alarm.name in names)
        and (not prefix or alarm.name.startswith(prefix))
        and (not state or alarm.state_value == state)
        and (not action or any(arn.startswith(action) for arn in alarm.alarm_actions))
    )
