"""Two rollouts where one canary may serve at once: the second is told, and goes on by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from canary.domain.rollout.record import Record
from tests.integration.stage import ENDPOINT, Stage, SumModel

SECOND = "fraud-prod"
SHORT = {"steps": [{"share": 0.5}, {"share": 1.0}], "watch_minutes": 5}


def second_endpoint(stage: Stage) -> None:
    """Make another endpoint of the same models, with traffic of its own."""
    sagemaker = stage.client("sagemaker")
    sagemaker.create_endpoint(EndpointName=SECOND, EndpointConfigName="config-1")
    stage.emulator.run_minutes(5)
    rows = np.random.default_rng(8).random((500, 4))
    stage.emulator.endpoints.attach_traffic(SECOND, rows, 6000)
    stage.emulator.run_minutes(15)


def of(stage: Stage, endpoint: str) -> Record:
    """Return the newest record of an endpoint."""
    return stage.rollouts.every(endpoint)[-1]


def told(stage: Stage, endpoint: str) -> list[str]:
    """Return the subjects that an endpoint's rollout told."""
    found = [str(message.subject) for message in stage.messages]
    return [subject for subject in found if f" {endpoint}:" in subject]


@pytest.mark.slow
def test_the_second_waits_for_a_place_and_takes_it_by_itself() -> None:
    """At share 0 until the first has ended, though events are doubled and late; roles enforced."""
    with Stage(SumModel(), parameters={"CanariesAtOnce": "1"}, enforce_iam=True) as stage:
        second_endpoint(stage)
        stage.emulator.bus.plan = lambda _passage: (0.0, 0.0, 70.0)
        first = stage.start(SHORT)
        stage.reach("BAKING", 1)
        document: dict[str, Any] = {"endpoint": SECOND, "canary": "v2", **SHORT}
        second = stage.execute(document, "second")
        stage.emulator.run_minutes(8)
        record = of(stage, SECOND)
        assert (record.phase, record.step) == ("BAKING", 0)
        wait = record.waits_at(stage.emulator.clock.now())
        assert wait is not None
        assert wait.words.startswith("waiting for a place (at most 1 canary serves at once")
        assert ENDPOINT in wait.words
        assert len([one for one in told(stage, SECOND) if "waits for a place" in one]) == 1
        assert stage.finish(first, 300)["status"] == "SUCCEEDED"
        ended = of(stage, ENDPOINT).ended_at
        stage.emulator.run_minutes(4)
        asked = of(stage, SECOND).asked
        assert ended is not None
        assert asked is not None
        assert of(stage, SECOND).step == 1
        assert asked.at >= ended
        assert stage.finish(second, 300)["status"] == "SUCCEEDED"
        assert stage.emulator.permissions.refused == []
