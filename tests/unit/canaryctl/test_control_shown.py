"""Status, explanation and report say that the canary is compared with its control alone."""

from typing import Any

from canary.domain.judge.windows import Window
from canary.domain.plan.plan import BakeInterval
from canary.domain.plan.steps import plan_steps
from canary.domain.plan.target import Target
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canaryctl.explain.serving import doing
from canaryctl.history import RolloutHistory
from canaryctl.live.row import row_of
from canaryctl.operate.status import plain
from canaryctl.report.facts import step_rows
from canaryctl.report.minutes import Lines
from tests.rollouts import NOON, a_plan, a_record, a_spec, side_counts

FOUND = Target(weights={"v1": 3.0, "v2": 0.0, "twin": 0.0})
PLAN = a_plan(FOUND, control="twin", steps=plan_steps(a_spec(control="twin"), FOUND))


def serving(step: int, **changes: Any) -> Record:
    """Return the rollout while a step serves."""
    bakes = (BakeInterval(step=step, reached_minute=minute_of(NOON)),)
    return a_record(plan=PLAN, phase=Phase.BAKING, step=step, bakes=bakes, **changes)


def test_the_explanation_names_it() -> None:
    """While both serve."""
    assert doing(serving(1)) == "v2 serves 5% and is judged every minute against twin alone"


def test_status_has_what_the_canary_is_compared_with() -> None:
    """The baseline before, nobody at 100% and when it is over."""
    found = [
        plain(row_of("churn", record, None, NOON), record)["compared_with"]
        for record in (serving(0), serving(3), serving(4), serving(1).but(phase=Phase.ROLLED_BACK))
    ]
    assert found == [("v1",), ("twin",), (), ()]


def test_the_report_says_it_of_every_step() -> None:
    """And draws its minutes as a line of its own."""
    asked = [row[3] for row in step_rows(PLAN)]
    assert asked[1:4] == [
        "every guard within its early margin of twin alone",
        "every guard within its early margin of twin alone",
        "every guard within its strict margin of twin alone",
    ]
    window = Window(
        minute=minute_of(NOON),
        canary=side_counts(50, 0),
        control=side_counts(60, 0),
        baseline=side_counts(900, 0),
    )
    lines = Lines(RolloutHistory(record=serving(1), windows=(window,))).requests()
    assert [(one.name, one.role, one.y) for one in lines] == [
        ("v1", "baseline", (900,)),
        ("twin", "ink", (60,)),
        ("v2", "canary", (50,)),
    ]
