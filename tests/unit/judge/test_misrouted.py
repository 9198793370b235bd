"""A split that is not as asked is told as what it looks like, with the remedy."""

import pytest

from canary.domain.judge.judgement import Judgement
from canary.domain.plan.plan import Plan
from tests.unit.judge.test_composition import look
from tests.unit.judge.worlds import START, plan, window


def judged(canary_more: int, *, part: float = 0.05, the_plan: Plan | None = None) -> Judgement:
    """Return the look at an hour of minutes between 4,000 and 8,000 requests, of which the canary
    gets a part, and so many more that name it.
    """
    windows = []
    for minute in range(60):
        requests = 4000 + 1000 * (minute % 5)
        canary = round(part * requests) + canary_more
        windows.append(window(START + minute, (canary, 0), (round((1 - part) * requests), 0)))
    return look(windows, 70, the_plan=the_plan or plan())


def test_pinned_callers_are_told_as_that() -> None:
    """With how many requests they send, and what to do about them."""
    found = judged(400)
    assert found.verdict == "HOLD"
    assert "about 400 requests a minute reach canary whatever the weights say" in found.reason
    assert "pin it with TargetVariant; let them call without it" in found.reason
    assert "TargetVariant" in found.notices[0]


def test_weights_that_do_not_serve_are_told_as_that() -> None:
    """Nobody is sent to look for callers."""
    found = judged(0, part=0.12)
    assert "its part is the same in busy and quiet minutes" in found.reason
    assert "TargetVariant" not in found.reason


def test_a_surplus_that_the_canary_had_at_weight_0_is_pinned_in_even_traffic_too() -> None:
    """What the plan found before anything moved settles what the minutes leave open."""
    even = [window(START + minute, (1000, 0), (5700, 0)) for minute in range(30)]
    assert "either callers pin canary with TargetVariant" in look(even, 40).reason
    known = plan(canary_requests_at_rest=700)
    assert "whatever the weights say" in look(even, 40, the_plan=known).reason


@pytest.mark.parametrize("spare", ["v1", "v3"])
def test_of_several_baselines_the_one_that_gets_too_much_is_named(spare: str) -> None:
    """The canary gets less than its share because one of them is called by name."""
    windows = []
    for minute in range(60):
        requests = 4000 + 1000 * (minute % 5)
        served = {"v1": round(0.475 * requests), "v3": round(0.475 * requests)}
        served[spare] += 4000
        one = window(START + minute, (round(0.05 * requests), 0), (sum(served.values()), 0))
        windows.append(one.but(served=served))
    halves = plan().steps[1].target.but(weights={"v1": 0.475, "v3": 0.475, "canary": 0.05})
    steps = tuple(step.but(target=halves) for step in plan().steps)
    two = plan(baselines=("v1", "v3"), steps=steps, found_target=halves, safe_target=halves)
    reason = look(windows, 70, the_plan=two).reason
    assert f"requests a minute reach {spare} whatever the weights say" in reason
