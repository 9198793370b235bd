"""Ten variants on one endpoint, as many as SageMaker takes: the nine that are not rolled out keep
their proportions, their scale and the very bytes of their weights.
"""

import json
import struct
from collections.abc import Iterator

import pytest

from tests.integration.stage import ENDPOINT, Stage

FOUND = {
    "v1": 3.3,
    "v2": 0.0,
    "v3": 0.1,
    "v4": 1e-3,
    "v5": 12.7,
    "v6": 0.0,
    "v7": 7.0,
    "v8": 1 / 3,
    "v9": 0.05,
    "v10": 2.5,
}
OTHERS = FOUND.keys() - {"v2"}
STEPS = [0.05, 0.4, 0.75]


@pytest.fixture
def ten() -> Iterator[Stage]:
    """A stage with ten variants, two of them at weight 0; v2 is the canary."""
    with Stage(weights=FOUND, requests_per_minute=12_000) as ready:
        yield ready


def others(stage: Stage) -> dict[str, bytes]:
    """Return the weights of the nine, as float32."""
    return {name: struct.pack("f", stage.weights[name]) for name in OTHERS}


def share(stage: Stage) -> float:
    """Return the canary's part of the traffic."""
    return stage.weights["v2"] / sum(stage.weights.values())


def begin(stage: Stage) -> str:
    """Start a rollout of four steps."""
    steps = [{"share": each} for each in (*STEPS, 1.0)]
    return stage.start({"steps": steps, "watch_minutes": 5})


def test_nine_keep_their_weights_at_every_step_and_get_them_back(ten: Stage) -> None:
    """Up to the last step nothing but the canary's weight changes; after PROMOTED the way back
    leads to what was found.
    """
    found = others(ten)
    execution = begin(ten)
    for step, wanted in enumerate(STEPS, start=1):
        ten.reach("BAKING", step)
        assert others(ten) == found
        assert share(ten) == pytest.approx(wanted, rel=1e-6)
    assert ten.finish(execution, 400)["status"] == "SUCCEEDED"
    assert (share(ten), sum(ten.weights.values())) == (1.0, pytest.approx(sum(FOUND.values())))
    assert ten.command("rollback")["status"] == "SUCCEEDED"
    assert ten.emulator.run_until(lambda: ten.record.ended, 60)
    assert (others(ten), ten.weights["v2"]) == (found, 0.0)


def test_a_canary_taken_back_among_ten_leaves_the_nine_as_they_were(ten: Stage) -> None:
    """Half-way; the baselines' instances are as found too."""
    found = others(ten)
    execution = begin(ten)
    ten.reach("BAKING", 2)
    ten.command("rollback")
    assert ten.finish(execution)["error"] == "RolledBack"
    answer = ten.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    counts = {v["VariantName"]: v["CurrentInstanceCount"] for v in answer["ProductionVariants"]}
    assert (others(ten), ten.weights["v2"]) == (found, 0.0)
    assert counts == dict.fromkeys(FOUND, 2)


def test_an_eleventh_variant_is_refused(ten: Stage) -> None:
    """Field, problem and remedy, and nothing is made."""
    sagemaker = ten.client("sagemaker")
    sagemaker.create_model(
        ModelName="eleventh",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/sagemaker",
        PrimaryContainer={"Image": "image"},
    )
    before = ten.weights
    ended = ten.finish(ten.start({"canary": {"model": "eleventh"}}), 30)
    assert ended["error"] == "Refused"
    assert "canary: churn-prod has 10 variants, and SageMaker takes 10" in json.dumps(
        ended["cause"]
    )
    assert "Take off one that serves nothing" in ended["cause"]
    assert ten.weights == before
    assert len(sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1
