"""A guard alarm on a metric of rare events, on the deployed application."""

from tests.integration.stage import Stage

ALARM = "refunds-on-canary"


def test_an_alarm_without_data_is_named_first_in_between_and_last() -> None:
    """It is accepted, holds the share, is told of in time, and is what the end names."""
    with Stage() as stage:
        stage.client("cloudwatch").put_metric_alarm(
            AlarmName=ALARM,
            Namespace="Custom",
            MetricName="RefundsOnCanary",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="missing",
        )
        steps = [{"share": 0.25, "bake_minutes": {"min": 5, "max": 10}}, {"share": 1.0}]
        spec = {"guards": {"alarms": [ALARM]}, "hold_at_most_minutes": 20, "steps": steps}
        ended = stage.finish(stage.start(spec), 120)
        assert ended["error"] == "RolledBack"
        named = f"Alarm {ALARM} is INSUFFICIENT_DATA"
        assert named in ended["cause"]
        assert "It waited for" in ended["cause"]
        told = {
            subject: message.message
            for subject, message in zip(stage.subjects, stage.messages, strict=True)
        }
        assert f"Alarm {ALARM} has no data (INSUFFICIENT_DATA)" in told["rollout started"]
        assert named in told["needs a look"]
        assert named in told["ROLLED BACK, v2 at 0%"]
