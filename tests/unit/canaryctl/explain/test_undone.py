"""What undoes a promotion is said as long as no configuration says what serves."""

from typing import Any

import pytest

from canary.domain.plan.release.staging import Release
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Arrangement
from tests.rollouts import NOON, a_plan, a_record
from tests.unit.canaryctl.explain.test_explain import told

SETTLES = Release(found_config="config-1", after="settle", end_config="canary-r-end")
ASKED: dict[str, Any] = {"what": "settle", "config": "canary-r-end", "before": ("config-1",)}


@pytest.mark.parametrize(
    ("release", "arranged"),
    [
        (None, None),
        (SETTLES.but(after="keep"), None),
        (SETTLES, Arrangement(**ASKED, at=NOON, failed="denied")),
    ],
)
def test_a_promotion_that_no_configuration_says_may_be_undone(release: Any, arranged: Any) -> None:
    """What to write where, and what compares the two."""
    plan = a_plan().but(release=release, config_name="config-1")
    found = told(a_record(plan=plan, phase=Phase.PROMOTED, arranged=arranged))
    undone, compared = found.changes
    assert "The configuration config-1 still says the weights of before" in undone
    assert "Write InitialVariantWeight v1 0, v2 " in undone
    assert "doctor --endpoint churn" in compared


def test_one_that_a_configuration_says_is_not_undone() -> None:
    """Settled, or retired."""
    arranged = Arrangement(**ASKED, at=NOON, reached_at=NOON)
    plan = a_plan().but(release=SETTLES)
    assert told(a_record(plan=plan, phase=Phase.PROMOTED, arranged=arranged)).changes == ()
