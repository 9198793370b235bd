"""The same template in every partition: roles, keys and task resources carry its name."""

import pytest

from tests.integration.stage import Stage, SumModel


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
)
def test_a_rollout_goes_up_and_another_comes_back_in_every_partition(
    region: str, partition: str
) -> None:
    """With roles enforced as deployed: promoted where the canary is good, taken back where not."""
    for canary, status in ((SumModel(), "SUCCEEDED"), (SumModel(failing=0.3), "FAILED")):
        with Stage(canary, region=region, enforce_iam=True) as stage:
            execution = stage.start({"steps": [{"share": 0.25}, {"share": 1.0}]})
            assert execution.startswith(f"arn:{partition}:states:{region}:")
            assert stage.finish(execution)["status"] == status
            assert stage.weights["v2"] == float(status == "SUCCEEDED")
