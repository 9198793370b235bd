"""Alarms come alive: evaluated every minute, their changes told to EventBridge and to their SNS
actions.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.sns.models import sns_backends

from emulator.cloudwatch.alarms.event import State, message, stamp, state_change
from emulator.cloudwatch.alarms.history import note_action
from emulator.cloudwatch.alarms.metric import Watched, rule, watched
from emulator.cloudwatch.alarms.rule import COMPARISONS, AlarmRule
from emulator.cloudwatch.endpoint_metrics import EndpointMetrics
from emulator.cloudwatch.sources import Sources
from emulator.cloudwatch.statistic import statistic

ACTIONS = {
    "ALARM": "alarm_actions",
    "OK": "ok_actions",
    "INSUFFICIENT_DATA": "insufficient_data_actions",
}


@dataclass(frozen=True)
class Alarms:
    """Everything that changes an alarm's state; moto's backend holds the alarms themselves."""

    metrics: EndpointMetrics
    now: Callable[[], datetime]
    emit: Callable[[Mapping[str, Any]], object]

    def evaluate_all(self, backend: CloudWatchBackend) -> None:
        """Look at every metric alarm once; composite alarms are only ever set by hand."""
        sources = Sources(self.metrics, backend, self.now())
        for alarm in list(backend.alarms.values()):
            if alarm.rule is None:
                self._evaluate(backend, alarm, sources)

    def changed(self, backend: CloudWatchBackend, alarm: Alarm, before: State) -> None:
        """Stamp the alarm's new state; when it is another than before, tell EventBridge and the
        state's actions.
        """
        alarm.state_updated_timestamp = self.now()
        if alarm.state_value == before.value:
            return
        self.emit(state_change(alarm, before))
        if alarm.actions_enabled:
            self._act(backend, alarm, before)

    def _evaluate(self, backend: CloudWatchBackend, alarm: Alarm, sources: Sources) -> None:
        alarm_rule, metric = rule(alarm), watched(alarm)
        points = _points(sources, metric, alarm_rule)
        state = alarm_rule.state([value for _, value in points], alarm.state_value)
        if state != alarm.state_value:
            reason, data = _reason(
                alarm_rule, metric, points, alarm.state_value, state, sources.now
            )
            before = State.of(alarm)
            alarm.update_state(reason, data, state)
            self.changed(backend, alarm, before)

    def _act(self, backend: CloudWatchBackend, alarm: Alarm, before: State) -> None:
        subject, body = message(alarm, before, backend.account_id, backend.region_name)
        topics = sns_backends[backend.account_id][backend.region_name].topics
        for action in getattr(alarm, ACTIONS[alarm.state_value]) or ():
            # An action on a topic that is gone fails silently in CloudWatch too: only the alarm's
            # history shows it.
            if action in topics:
                topics[action].publish(body, subject=subject)
            note_action(alarm, action, self.now(), succeeded=action in topics)


Points = Sequence[tuple[datetime, float | None]]


def _points(
    sources: Sources, metric: Watched, alarm_rule: AlarmRule
) -> list[tuple[datetime, float | None]]:
    """Return the periods looked at, newest first, the newest ending with the last full minute."""
    end = int(sources.now.timestamp()) // 60 * 60
    points = []
    for back in range(1, alarm_rule.periods_looked_at + 1):
        start = end - back * metric.period
        values = sources.read(metric.name, start, start + metric.period)
        value = None if values is None else statistic(metric.stat)(values)
        points.append((datetime.fromtimestamp(start, UTC), value))
    return points


def _reason(
    alarm_rule: AlarmRule, metric: Watched, points: Points, before: str, after: str, now: datetime
) -> tuple[str, str]:
    found = [(when, value) for when, value in points if value is not None][
        : alarm_rule.evaluation_periods
    ]
    data = {
        "version": "1.0",
        "queryDate": stamp(now),
        **({"startDate": stamp(found[-1][0])} if found else {}),
        "statistic": metric.stat,
        "period": metric.period,
        "recentDatapoints": [value for _, value in reversed(found)],
        "threshold": alarm_rule.threshold,
    }
    return _sentence(alarm_rule, found, before, after), json.dumps(data)


def _sentence(
    alarm_rule: AlarmRule, found: Sequence[tuple[datetime, float]], before: str, after: str
) -> str:
    if after == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {alarm_rule.evaluation_periods} datapoints were unknown."
    words = COMPARISONS[alarm_rule.comparison][1]
    if not found:
        count = alarm_rule.evaluation_periods
        treated = "Breaching" if after == "ALARM" else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {count} periods and they "
            f"were treated as [{treated}]."
        )
    breaching = after == "ALARM"
    shown = [(when, value) for when, value in found if alarm_rule.breaches(value) == breaching]
    values = ", ".join(f"{value} ({when:%d/%m/%y %H:%M:%S})" for when, value in shown)
    return (
        f"Threshold Crossed: {len(shown)} out of the last {len(found)} datapoints [{values}] "
        f"{'was' if breaching else 'was not'} {words} the threshold ({alarm_rule.threshold}) "
        f"(minimum {alarm_rule.datapoints_to_alarm} datapoint(s) for {before} -> {after} "
        "transition)."
    )
