"""What is told of a control before it counts."""

import pytest

from canary.domain.plan.kinds.control import told_of_control
from canary.domain.plan.spec import read_spec
from tests.rollouts import FOUND, a_view


@pytest.mark.parametrize(
    ("steps", "capacity", "times"),
    [([0.25, 0.75, 1.0], None, 1), ([0.25, 0.75, 1.0], "off", 0), ([0.25, 0.5, 1.0], None, 0)],
)
def test_a_control_that_keeps_more_than_its_share_needs_is_told(
    steps: list[float], capacity: str | None, times: int
) -> None:
    """Beyond one half it has less traffic and as many instances, where we change any."""
    document = {
        "endpoint": "churn",
        "canary": "v2",
        "control": "v3",
        "steps": [{"share": share} for share in steps],
        **({"capacity": capacity} if capacity else {}),
    }
    view = a_view(FOUND.but(weights={"v1": 1.0, "v2": 0.0, "v3": 0.0}))
    said = list(told_of_control(read_spec(document), view))
    assert sum("Beyond one half v3 keeps the instances" in text for text in said) == times
