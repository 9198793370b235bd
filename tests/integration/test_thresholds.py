"""No threshold in the spec: what the baseline's own past teaches, with an incident in it."""

import pytest

from emulator.endpoints.serving.latency import Latency
from tests.integration.stage import Stage, SumModel


class Timed(SumModel):
    """A model with a latency of its own."""

    def __init__(self, median_ms: float) -> None:
        super().__init__()
        self.slow_to(median_ms)

    def slow_to(self, median_ms: float) -> None:
        """Answer so slowly from now on."""
        self.latency = Latency(median_ms=median_ms, workers=2000)


@pytest.mark.parametrize("incident_minutes", [0, 6])
def test_a_slow_canary_is_taken_back_whatever_happened_to_the_baseline(
    incident_minutes: int,
) -> None:
    """Twenty times slower than the baseline is, though the baseline was slower yet for a while; the
    first message names the threshold and where it comes from.
    """
    with Stage(canary=Timed(500), requests_per_minute=600) as stage:
        baseline = Timed(25)
        stage.emulator.endpoints.register_model("model-v1", baseline)
        stage.emulator.run_minutes(70)
        if incident_minutes:
            baseline.slow_to(2000)
            stage.emulator.run_minutes(incident_minutes)
            baseline.slow_to(25)
        stage.emulator.run_minutes(40)
        stage.finish(stage.start())
        assert stage.record.phase == "ROLLED_BACK"
        assert stage.record.decision
        assert "slow requests" in stage.record.decision.reason
        told = stage.messages[0].message
        assert "slow_requests counts requests over" in told
        assert "the median of the baseline's p95" in told
