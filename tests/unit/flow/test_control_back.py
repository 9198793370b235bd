"""A control gives its instances back when its canary is promoted, and no promotion is lost."""

from typing import Any

import pytest

from canary.domain.errors import AwsDenied
from canary.domain.plan.capacity.values import CapacityPlan, Raised
from canary.domain.plan.release.asked import After
from canary.domain.plan.release.staging import Release
from canary.domain.plan.steps import plan_steps
from canary.domain.plan.target import Target
from canary.domain.rollout.capacity.state import Capacity
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Asked, Decision
from canary.flow.shift import Shifter
from tests.ports import MemoryRollouts
from tests.rollouts import HOLDER, NOON, a_plan, a_record, a_spec, a_view, after
from tests.unit.flow.instances_stage import CountedEndpoint

ROLLOUT = "churn-1"
FOUND = Target(weights={"v1": 3.0, "v2": 0.0, "twin": 0.0})
STEPS = plan_steps(a_spec(control="twin"), FOUND)
CAPACITY = CapacityPlan(
    found_count=1,
    counts=(1, 1, 2, 3, 4),
    control={"twin": Raised(found_count=1, counts=(1, 1, 2, 3, 3))},
)
PLAN = a_plan(FOUND, control="twin", steps=STEPS, capacity=CAPACITY)


class Stage:
    """A rollout with a control that has served alone and may be closed."""

    def __init__(self, after: After | None = None) -> None:
        release = Release(found_config="config-1", after=after, end_config="end") if after else None
        last = len(STEPS) - 1
        record = a_record(
            plan=PLAN.but(release=release),
            phase=Phase.WATCHING,
            step=last,
            decision=Decision(
                verdict="ADVANCE", step=last, to_step=None, reason="watched", at=NOON
            ),
            asked=Asked(
                target=STEPS[last].target,
                before=STEPS[last - 1].target,
                at=NOON,
                direction="forward",
                reached_at=NOON,
            ),
            capacity=Capacity(counts=("twin", "v2")),
        )
        self.rollouts = MemoryRollouts(record)
        self.endpoint = CountedEndpoint(a_view())
        self.see()
        self.shifter = Shifter(self.rollouts, self.endpoint)

    def see(self, twin: int = 3, **changes: Any) -> None:
        """Let the endpoint serve the last step with so many instances of the control."""
        counts = {"v1": 4, "v2": 4, "twin": twin}
        self.endpoint.view = a_view(STEPS[-1].target.but(counts=counts)).but(**changes)

    def confirm(self, minutes: float) -> str:
        """Return what comes next."""
        return self.shifter.confirm(ROLLOUT, HOLDER, 1, after(60 * minutes)).next

    @property
    def left(self) -> str:
        """Return what is told as left."""
        capacity = self.rollouts.load(ROLLOUT).capacity
        return " ".join((capacity.left if capacity else ()) or ())


def test_the_control_has_as_many_as_it_was_found_with_and_the_canary_keeps_its_own() -> None:
    """One call, and then it is over."""
    stage = Stage()
    assert stage.confirm(0) == "WAIT"
    assert stage.endpoint.scaled == [("twin", 1)]
    assert stage.confirm(1) == "CLOSE"
    assert (stage.endpoint.moves, stage.left) == ([], "")


def test_a_promotion_is_not_taken_back_while_that_goes_on() -> None:
    """However long the endpoint is Updating: its weights were seen, and serve."""
    stage = Stage()
    stage.endpoint.arrives = False
    stage.confirm(0)
    stage.see(status="Updating")
    assert [stage.confirm(minutes) for minutes in (1, 14)] == ["WAIT", "WAIT"]
    assert stage.confirm(PLAN.overdue_minutes + 20) == "CLOSE"
    assert "VariantName=twin,DesiredInstanceCount=1" in stage.left


def test_what_may_not_be_given_back_is_told() -> None:
    """With the call to make; the end is PROMOTED."""
    stage = Stage()
    stage.endpoint.failure = AwsDenied("denied")
    assert stage.confirm(0) == "WAIT"
    assert stage.confirm(16) == "CLOSE"
    assert "twin may still have more than the 1 instances" in stage.left
    assert "v2" not in stage.left


@pytest.mark.parametrize(("end", "asked"), [("retire", []), ("settle", [("twin", 1)])])
def test_a_control_that_is_to_be_retired_is_left_to_that(
    end: After, asked: list[tuple[str, int]]
) -> None:
    """It is gone a moment later."""
    stage = Stage(end)
    stage.confirm(0)
    assert stage.endpoint.scaled == asked


def test_weights_that_were_never_seen_are_not_waited_for() -> None:
    """Only a promotion that was verified gives anything back."""
    stage = Stage()
    stage.see(status="Updating")
    assert stage.confirm(1) == "WAIT"
    assert stage.confirm(PLAN.overdue_minutes + 1) == "RESTORE"
    assert stage.endpoint.scaled == []
