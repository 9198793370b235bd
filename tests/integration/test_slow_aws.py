"""AWS answers, but slowly: the collector is never killed before it has announced its tick."""

from typing import Any

from emulator.calls import Call, Proceed
from tests.integration.stage import Stage

SLOW = {"dynamodb:GetItem", "sagemaker:DescribeEndpoint"}
SECONDS_A_CALL = 35


def test_a_dead_execution_is_taken_over_while_every_read_of_the_collector_takes_half_a_minute() -> (
    None
):
    """Two such reads are longer than its minute; the decider is told all the same, and the rollout
    is taken home.
    """
    with Stage() as stage:
        execution = stage.start()
        stage.reach("BAKING", 1)
        stage.emulator.run_minutes(1)

        def slow(call: Call, proceed: Proceed) -> Any:
            if call.name in SLOW and "Collector" in (call.function or ""):
                stage.emulator.clock.sleep(SECONDS_A_CALL)
            return proceed()

        stage.emulator.calls.hooks.append(slow)
        # The event of the execution's end is lost, so that nothing but the ticks can find it.
        stage.emulator.bus.plan = lambda planned: (
            [] if "Execution Status" in str(planned.event) else [0.0]
        )
        stage.client("stepfunctions").stop_execution(executionArn=execution)
        stage.emulator.run_minutes(10)
        assert stage.record.phase == "ROLLED_BACK"
        errors = {call.error for call in stage.emulator.invocations if "Collector" in call.function}
        assert errors == {"", "AwsUnavailable"}
