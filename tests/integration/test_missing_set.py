"""A labelled set that is not there, asked for by the roles as they are deployed."""

import pytest

from demo.account import deploy
from tests.integration.stage import Stage
from tests.integration.test_labelled_set import BUCKET, spec


@pytest.mark.parametrize(
    ("pattern", "said"),
    [("lab*", f"there is no s3://{BUCKET}/sums.csv"), ("other-*", "LabelledSetKeyArn")],
    ids=["within the pattern", "outside of it"],
)
def test_a_missing_set_is_refused_in_words_that_help(pattern: str, said: str) -> None:
    """Within the stack's buckets the planner is told what is missing; outside S3 says forbidden,
    and all causes do.
    """
    with Stage(enforce_iam=True) as stage:
        stage.client("s3").create_bucket(Bucket=BUCKET)
        deploy(stage.emulator, LabelledSetBucketPattern=pattern)
        ended = stage.finish(stage.start(spec()))
        assert ended["status"] == "FAILED"
        assert said in ended["cause"]
        assert "guards.quality.labelled_set" in ended["cause"]
