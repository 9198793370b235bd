"""The one metric an alarm watches, whichever of the two ways PutMetricAlarm has to name it."""

from collections.abc import Iterable
from dataclasses import dataclass

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm, Dimension

from emulator.cloudwatch.alarms.rule import COMPARISONS, TREATMENTS, AlarmRule
from emulator.cloudwatch.sources import MetricName


@dataclass(frozen=True)
class Watched:
    """A metric, the length of its periods in seconds, and the statistic compared with the
    threshold.
    """

    name: MetricName
    period: int
    stat: str


def watched(alarm: Alarm) -> Watched:
    """Return what the alarm watches. Raises moto's ValidationError for metric math, which is not
    emulated.
    """
    if alarm.metric_data_queries:
        return _of_query(alarm)
    name = MetricName(alarm.namespace, alarm.metric_name, _pairs(alarm.dimensions), alarm.unit)
    return Watched(name, int(alarm.period), alarm.statistic or alarm.extended_statistic or "")


def rule(alarm: Alarm) -> AlarmRule:
    """Return the alarm's rule. Raises moto's ValidationError for what CloudWatch refuses or what is
    not emulated.
    """
    periods = int(alarm.evaluation_periods)
    if alarm.comparison_operator not in COMPARISONS:
        raise ValidationError(
            f"ComparisonOperator {alarm.comparison_operator} is not emulated (anomaly detection)."
        )
    treatment = alarm.treat_missing_data or "missing"
    if treatment not in TREATMENTS:
        raise ValidationError(
            f"Option {treatment} is not supported. Supported options are {', '.join(TREATMENTS)}."
        )
    return AlarmRule(
        alarm.comparison_operator,
        float(alarm.threshold),
        periods,
        int(alarm.datapoints_to_alarm or periods),
        treatment,
    )


def _of_query(alarm: Alarm) -> Watched:
    queries = alarm.metric_data_queries
    if len(queries) != 1 or queries[0].metric_stat is None:
        raise ValidationError("Alarms on metric math are not emulated; give the alarm one metric.")
    stat = queries[0].metric_stat
    name = MetricName(
        stat.metric.namespace, stat.metric.metric_name, _pairs(stat.metric.dimensions), stat.unit
    )
    return Watched(name, int(stat.period), stat.stat)


def _pairs(dimensions: Iterable[Dimension]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(dimension.name), str(dimension.value)) for dimension in dimensions))
