"""Whole rollouts on the deployed template: the real state machine, the real handlers, the real
judge.
"""

import pytest

from emulator.cloudwatch.publication import Publication
from tests.integration.stage import ENDPOINT, Stage, SumModel


def test_a_good_canary_is_promoted_step_by_step(stage: Stage) -> None:
    """5, 25, 50, 100%, each told once and in order, the lease free at the end."""
    assert stage.finish(stage.start())["status"] == "SUCCEEDED"
    assert stage.weights == {"v1": 0.0, "v2": 1.0}
    assert stage.subjects == [
        "rollout started",
        "v2 serves 5%",
        "v2 serves 25%",
        "v2 serves 50%",
        "v2 serves 100%",
        "PROMOTED",
    ]
    phases = [message.attributes["phase"] for message in stage.messages]
    assert phases == ["PLANNED", "SHIFTING", "SHIFTING", "SHIFTING", "SHIFTING", "PROMOTED"]
    assert stage.rollouts.holding(ENDPOINT) is None
    assert stage.rollouts.listed() == []
    assert [v.step for v in stage.verdicts if v.verdict == "ADVANCE"] == [0, 1, 2, 3, 4]


def test_a_failing_canary_is_rolled_back_at_the_first_live_step() -> None:
    """Errors that only live traffic shows end at 0, verified, with the reason in message and
    execution.
    """
    with Stage(SumModel(failing=0.15)) as stage:
        description = stage.finish(stage.start())
        assert (description["status"], description["error"]) == ("FAILED", "RolledBack")
        assert "errors" in description["cause"]
        assert stage.weights == {"v1": 1.0, "v2": 0.0}
        assert stage.subjects == ["rollout started", "v2 serves 5%", "ROLLED BACK, v2 at 0%"]
        assert stage.verdicts[-1].verdict == "ROLL_BACK"
        assert stage.rollouts.holding(ENDPOINT) is None


def test_a_quiet_night_neither_promotes_nor_goes_blind() -> None:
    """Without traffic the step is held, and held, and taken back at the limit; never promoted by
    silence.
    """
    with Stage(requests_per_minute=0) as stage:
        execution = stage.start(
            {
                "hold_at_most_minutes": 30,
                "steps": [{"share": 0.5, "bake_minutes": {"max": 10}}, {"share": 1}],
            }
        )
        description = stage.finish(execution)
        assert description["error"] == "RolledBack"
        assert "Held at 50% for 40 minutes" in description["cause"]
        assert {v.verdict for v in stage.verdicts if v.step == 1} == {"HOLD", "ROLL_BACK"}


@pytest.mark.parametrize("phase", ["BAKING", "WATCHING"])
def test_a_stopped_execution_is_taken_over_and_restored(stage: Stage, phase: str) -> None:
    """StopExecution bypasses every Catch; the next tick brings the endpoint home and tells."""
    execution = stage.start()
    stage.reach(phase, {"BAKING": 1, "WATCHING": 4}[phase])
    stage.client("stepfunctions").stop_execution(executionArn=execution, cause="stopped by hand")
    stage.reach_end()
    assert stage.record.phase == "ROLLED_BACK"
    assert stage.record.generation == 2
    assert stage.weights == {"v1": 1.0, "v2": 0.0}
    assert stage.subjects[-2:] == ["execution died, restoring", "ROLLED BACK, v2 at 0%"]


def test_a_foreign_weight_change_is_handed_over(stage: Stage) -> None:
    """Somebody else's weights stay as they are; the lease is free; on-call is told our last
    write.
    """
    execution = stage.start()
    stage.reach("BAKING", 1)
    stage.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=[
            {"VariantName": "v1", "DesiredWeight": 1.0},
            {"VariantName": "v2", "DesiredWeight": 1.0},
        ],
    )
    assert stage.finish(execution)["error"] == "HandedOver"
    assert stage.weights == {"v1": 1.0, "v2": 1.0}
    assert stage.subjects[-1].startswith("HANDED OVER")
    assert "v2 0.0526316" in stage.messages[-1].message
    assert stage.rollouts.holding(ENDPOINT) is None


def test_an_endpoint_that_vanishes_is_handed_over(stage: Stage) -> None:
    """There is nothing left to restore, and that is said."""
    execution = stage.start()
    stage.reach("BAKING", 1)
    stage.client("sagemaker").delete_endpoint(EndpointName=ENDPOINT)
    assert stage.finish(execution)["error"] == "HandedOver"
    assert "does not exist" in stage.messages[-1].message


def test_a_guard_alarm_takes_the_canary_back(stage: Stage) -> None:
    """ALARM of an alarm in the spec is a roll-back at once, whatever the evidence says."""
    _alarm(stage, "churn-5xx")
    execution = stage.start({"guards": {"alarms": ["churn-5xx"]}})
    stage.reach("BAKING", 1)
    stage.client("cloudwatch").set_alarm_state(
        AlarmName="churn-5xx", StateValue="ALARM", StateReason="test"
    )
    description = stage.finish(execution, 10)
    assert description["error"] == "RolledBack"
    assert "Alarm churn-5xx went into ALARM while v2 had 5%" in description["cause"]


def test_an_alarm_without_data_holds_and_says_how_to_help(stage: Stage) -> None:
    """INSUFFICIENT_DATA is neither OK nor ALARM: the share does not rise."""
    _alarm(stage, "never-fed", namespace="Nobody/Publishes")
    stage.start({"guards": {"alarms": ["never-fed"]}})
    stage.emulator.run_minutes(40)
    assert stage.record.step == 1
    assert any("never-fed is INSUFFICIENT_DATA" in v.reason for v in stage.verdicts)


def _alarm(stage: Stage, name: str, namespace: str = "AWS/SageMaker") -> None:
    dimensions = [
        {"Name": "EndpointName", "Value": ENDPOINT},
        {"Name": "VariantName", "Value": "v1"},
    ]
    stage.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace=namespace,
        MetricName="Invocation5XXErrors",
        Dimensions=dimensions,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1e9,
        ComparisonOperator="GreaterThanThreshold",
    )
    stage.emulator.run_minutes(4)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [220.0, 480.0])
def test_metrics_that_come_minutes_late_delay_a_good_canary_and_do_not_stop_it(
    seconds: float,
) -> None:
    """How late CloudWatch publishes is not documented: up to eight minutes, newest data is recent
    data.
    """
    late = Publication(lag_seconds=(seconds, seconds), half_probability=0.0)
    with Stage(endpoints={"publication": late}) as stage:
        assert stage.finish(stage.start())["status"] == "SUCCEEDED"
