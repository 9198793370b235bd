"""The last look before PROMOTED is told."""

from canary.domain.plan.endpoint import GONE
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Asked, Decision
from canary.flow.shift import Shifter
from tests.ports import MemoryRollouts, ScriptedEndpoint
from tests.rollouts import HOLDER, NOON, a_plan, a_record, a_view, after

ROLLOUT = "churn-1"
PLAN = a_plan()
LAST = PLAN.steps[-1].target
PROMOTE = Decision(verdict="ADVANCE", step=PLAN.last_step, to_step=None, reason="watched", at=NOON)
WATCHING = a_record(
    plan=PLAN,
    phase=Phase.WATCHING,
    step=PLAN.last_step,
    decision=PROMOTE,
    asked=Asked(
        target=LAST, before=PLAN.steps[-2].target, at=NOON, direction="forward", reached_at=NOON
    ),
)


class Stage:
    """A shifter whose rollout has served alone and may be closed."""

    def __init__(self, **changes: object) -> None:
        self.rollouts = MemoryRollouts(WATCHING.but(**changes))
        self.endpoint = ScriptedEndpoint()
        self.endpoint.view = a_view(LAST)

    def confirm(self, seconds: float = 10) -> tuple[str, str]:
        """Return what comes next, and the end that is recorded."""
        result = Shifter(self.rollouts, self.endpoint).confirm(ROLLOUT, HOLDER, 1, after(seconds))
        outcome = self.rollouts.load(ROLLOUT).outcome
        return result.next, str(outcome.end) if outcome else ""


def test_weights_that_still_serve_may_be_called_promoted() -> None:
    """One look is enough, and nothing is asked."""
    stage = Stage()
    assert stage.confirm() == ("CLOSE", "")
    assert stage.endpoint.moves == []


def test_foreign_weights_are_handed_over_instead() -> None:
    """Somebody changed them after the last tick looked."""
    stage = Stage()
    stage.endpoint.view = a_view({name: weight + 1 for name, weight in LAST.weights.items()})
    assert stage.confirm() == ("CLOSE", "HANDED_OVER")


def test_an_endpoint_that_is_gone_is_handed_over() -> None:
    """There is nothing left that could be promoted."""
    stage = Stage()
    stage.endpoint.view = GONE
    assert stage.confirm() == ("CLOSE", "HANDED_OVER")


def test_maintenance_is_waited_for_and_not_for_ever() -> None:
    """SystemUpdating ends; one that does not within the patience of a step goes back."""
    stage = Stage()
    stage.endpoint.view = a_view(LAST).but(status="SystemUpdating")
    assert stage.confirm() == ("WAIT", "")
    assert stage.confirm(60 * PLAN.overdue_minutes + 1) == ("RESTORE", "")


def test_a_roll_back_recorded_meanwhile_wins() -> None:
    """An alarm may ring between the verdict and its closing."""
    back = Decision(verdict="ROLL_BACK", step=PLAN.last_step, reason="alarm", by="alarm", at=NOON)
    assert Stage(decision=back).confirm() == ("RESTORE", "")
