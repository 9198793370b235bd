"""Callers that name the canary reach it at weight 0, and whoever is on call learns it at once."""

from tests.integration.stage import ENDPOINT, Stage


def test_callers_that_pin_the_canary_are_told_in_the_first_message() -> None:
    """Three requests a minute with TargetVariant, before anything is moved."""
    with Stage(requests_per_minute=600) as stage:
        runtime = stage.client("sagemaker-runtime")
        for _ in range(22):
            for _ in range(3):
                runtime.invoke_endpoint(
                    EndpointName=ENDPOINT,
                    TargetVariant="v2",
                    ContentType="text/csv",
                    Body=b"0.9,0.5,0.5,0.5",
                )
            stage.emulator.run_minutes(1)
        stage.start()
        stage.reach("BAKING", 1)
        told = stage.messages[0].message
        assert "v2 gets about 3 requests a minute at weight 0" in told
        assert "TargetVariant" in told
