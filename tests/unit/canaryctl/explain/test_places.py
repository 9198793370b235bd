"""What an explanation says of a rollout that waits for a place among the canaries that serve."""

from tests.unit.canaryctl.explain.test_explain import explained
from tests.unit.flow.test_places import waiting_stage


def test_a_wait_for_a_place_names_who_is_ahead() -> None:
    """It goes on by itself, and nobody knows when."""
    stage = waiting_stage()
    stage.tick(1)
    found = explained(stage, 1)
    (wait,) = (hold for hold in found.holds if hold.kind == "place")
    assert "now fraud; it is next" in wait.said
    assert wait.until is None
    assert found.when is None
    assert any("A canary that serves now has to end" in change for change in found.changes)
