"""The false roll-back rate is shared out in one place, and everybody who spends it follows."""

import math

import pytest
from pydantic import ValidationError

from canary.domain.judge.judge import judge
from canary.domain.judge.windows import Window
from canary.domain.plan import error_budget
from canary.domain.plan.forecast import forecast
from canary.domain.plan.plan import BakeInterval, Plan
from canary.domain.plan.spec import ErrorRates, Spec, read_spec
from canary.flow.labelled.rounds import request_of
from canaryctl.backtest import backtest
from canaryctl.forecast import assume
from canaryctl.offline_plan import plan_offline
from canaryctl.replay_run import replay_run
from tests.rollouts import side_counts
from tests.unit.canaryctl.test_backtest import END, START, past

QUALITY = {"labelled_set": "s3://labels/churn.csv"}


def spec() -> Spec:
    """Return a spec with a labelled set, so that there is something to split."""
    guards = {"quality": QUALITY, "slow_requests": None}
    return read_spec({"endpoint": "churn-prod", "canary": "Variant2", "guards": guards})


def bad_run() -> list[Window]:
    """Return minutes of a canary that fails ten times as often as its baseline."""
    sides = {
        "baseline": side_counts(5700, 6),
        "canary": side_counts(300, 3),
    }
    return [Window(minute=minute, **sides) for minute in range(120)]


def test_moving_the_split_moves_every_user_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge, gate, forecast, replay and backtest take their level from the plan's budget."""
    before = spenders()
    monkeypatch.setattr(error_budget, "GATE_SHARE", 0.99)
    after = spenders()
    assert before["judge"] == pytest.approx(-math.log(0.025))
    assert after["judge"] == pytest.approx(-math.log(0.0005))
    assert before["gate"] == pytest.approx(0.025)
    assert after["gate"] == pytest.approx(0.0495)
    for spender in ("forecast", "replay", "backtest"):
        assert after[spender] > before[spender], spender


def spenders() -> dict[str, float]:
    """Return what each user of the budget makes of it."""
    plan = plan_offline(spec())
    assert plan.quality is not None
    assumed = assume(spec(), 100, {"errors": 0.005})
    found = backtest(spec(), past(0.015), ["Variant1"], START, END, bakes=1)
    assert found.outcome is not None
    return {
        "judge": judge(plan, BAKES, [], 1).evidence.log_roll_back_threshold,
        "gate": request_of("churn-1", plan, plan.quality).levels.stop,
        "forecast": forecast(assumed)[0].twice_as_bad_minutes or math.inf,
        "replay": replay_run(plan, bad_run()).windows,
        "backtest": found.outcome.windows,
    }


BAKES = [BakeInterval(step=0, reached_minute=0)]


def test_a_guard_with_a_larger_part_weighs_more() -> None:
    """The combined evidence follows each guard's part of the budget, not their number."""
    both = assume(
        read_spec({"endpoint": "e", "canary": "c"}), 100, {"errors": 0.001, "slow_requests": 0.05}
    )
    heavy = both.budget.but(guards={"errors": 0.9, "slow_requests": 0.1})
    sides = {
        "baseline": side_counts(5700, 6, 285),
        "canary": side_counts(300, 4, 15),
    }
    windows = [Window(minute=minute, **sides) for minute in range(2, 12)]
    bakes = [BakeInterval(step=1, reached_minute=-1)]
    alike, errors_first = (
        judge(plan, bakes, windows, 12).evidence for plan in (both, both.but(budget=heavy))
    )
    assert errors_first.log_roll_back > alike.log_roll_back
    assert errors_first.guards[0].log_roll_back == alike.guards[0].log_roll_back
    assert errors_first.guards[0].share_of_roll_back > alike.guards[0].share_of_roll_back


@pytest.mark.parametrize("labelled_set", [True, False])
@pytest.mark.parametrize("guards", [1, 2, 3, 7])
def test_nobody_spends_what_is_not_there(guards: int, *, labelled_set: bool) -> None:
    """Gate, live guards and what is kept back add up to the rate the user gave."""
    rates = ErrorRates(false_rollback=0.03)
    names = [f"guard_{number}" for number in range(guards)]
    budget = error_budget.share_out(rates, names, labelled_set=labelled_set)
    assert budget.gate + budget.live + budget.kept_back == pytest.approx(0.03)
    assert sum(budget.guards.values()) == pytest.approx(1)
    assert (budget.gate > 0) is labelled_set


def test_a_plan_from_before_budgets_spends_as_it_did() -> None:
    """Half for the labelled set, half for the live guards, all alike, as version 5d17009 split."""
    now = plan_offline(spec())
    then = now.model_dump(mode="json", exclude={"budget"})
    assert Plan.model_validate(then).budget == now.budget


def test_a_budget_of_another_plan_is_refused() -> None:
    """A plan never spends more than its rate, nor for a guard it does not have."""
    plan = plan_offline(spec())
    for wrong in (
        plan.budget.but(live=0.05),
        plan.budget.but(gate=0.0, live=0.05),
        plan.budget.but(guards={"other": 1.0}),
    ):
        with pytest.raises(ValidationError, match=r"budget|gate"):
            plan.but(budget=wrong)
