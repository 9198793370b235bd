"""InService alone proves nothing: what was asked must serve, and what looks wrong must look wrong
three times.
"""

from collections.abc import Iterator

import pytest

from canary.domain.plan.endpoint import GONE, EndpointView
from canary.domain.rollout.arrival import agreed, is_suspicious, look_forward, look_restored, pace
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision, Record
from canary.domain.rollout.transitions import claims, generations, restoring
from tests.rollouts import FOUND, HOLDER, NOON, a_record, a_view, after

STEP_ONE = a_record().plan.steps[1].target


def shifting() -> Record:
    """Return a rollout that asked for step 1 at noon."""
    advance = Decision(verdict="ADVANCE", step=0, to_step=1, reason="gate open", at=NOON)
    moved = claims.claim_forward(a_record(), HOLDER, 1, NOON)
    baking = moved.but(phase=Phase.BAKING, decision=advance)
    return claims.claim_forward(baking, HOLDER, 1, NOON)


def on_the_way_back() -> Record:
    """Return the same rollout on its way back since a minute and a half after noon."""
    return restoring.claim_restore(shifting(), HOLDER, 1, "trouble", after(90))


@pytest.mark.parametrize(
    ("view", "seconds", "arrival"),
    [
        (a_view(STEP_ONE), 30, "REACHED"),
        (a_view(STEP_ONE, status="Updating"), 30, "MOVING"),
        (a_view(FOUND, status="Updating"), 30, "MOVING"),
        (a_view(FOUND), 30, "MOVING"),
        (a_view(FOUND), 60, "REVERTED"),
        (a_view(FOUND, status="RollingBack"), 300, "MOVING"),
        (a_view(FOUND, status="SystemUpdating"), 300, "MOVING"),
        (a_view(FOUND, status="Updating"), 15 * 60 + 1, "OVERDUE"),
        (a_view({"v1": 1.0, "v2": 1.0}), 30, "FOREIGN"),
        (a_view({"v1": 3.0}), 30, "FOREIGN"),
        (a_view(STEP_ONE, config_name="config-2"), 30, "FOREIGN"),
        (GONE, 30, "GONE"),
    ],
)
def test_a_forward_move_is_judged_by_what_serves(
    view: EndpointView, seconds: float, arrival: str
) -> None:
    """Status, weights, time since the ask and the configuration decide together."""
    assert look_forward(shifting(), view, after(seconds)) == arrival


@pytest.mark.parametrize(("seconds", "arrival"), [(119, "MOVING"), (120, "SLOW"), (900, "SLOW")])
def test_a_move_of_two_minutes_is_slow(seconds: float, arrival: str) -> None:
    """From there it is looked at once a minute."""
    assert pace(shifting(), after(seconds)) == arrival


def test_the_old_weights_in_service_are_not_success() -> None:
    """A failed update ends InService at the old weights; that is REVERTED, never REACHED."""
    assert look_forward(shifting(), a_view(FOUND), after(120)) == "REVERTED"


@pytest.mark.parametrize(
    ("view", "seconds", "arrival"),
    [
        (a_view(FOUND), 90, "REACHED"),
        (a_view(STEP_ONE), 90, "REVERTED"),
        (a_view(STEP_ONE, status="Updating"), 90, "MOVING"),
        (a_view(STEP_ONE, status="Updating"), 90 + 3601, "OVERDUE"),
        (a_view({"v1": 1.0, "v2": 9.0}), 90, "FOREIGN"),
        (GONE, 90, "GONE"),
        (a_view(STEP_ONE, status="Failed"), 120, "REVERTED"),
        (a_view(FOUND, status="UpdateRollbackFailed"), 120, "REVERTED"),
    ],
)
def test_a_restore_is_judged_by_the_safe_weights(
    view: EndpointView, seconds: float, arrival: str
) -> None:
    """Weights of our own that are not the safe ones must be asked away."""
    assert look_restored(on_the_way_back(), view, after(seconds)) == arrival


def test_safe_weights_seen_just_after_a_forward_ask_prove_nothing() -> None:
    """The forward ask may not be visible yet, so the restore waits it out."""
    record = restoring.claim_restore(shifting(), HOLDER, 1, "trouble", after(5))
    assert look_restored(record, a_view(FOUND), after(10)) == "MOVING"
    assert look_restored(record, a_view(FOUND), after(61)) == "REACHED"


def test_a_recovery_that_begins_late_still_asks() -> None:
    """An hour after the first roll-back the weights of a step serve: the recovery's own patience
    has just begun.
    """
    other = HOLDER.replace("first", "churn-1-2")
    record = generations.take_over(on_the_way_back(), other, "it died", after(3700))
    record = restoring.claim_restore(record, other, 2, "it died", after(3800))
    assert look_restored(record, a_view(STEP_ONE), after(3800)) == "REVERTED"
    assert (
        look_restored(record, a_view(STEP_ONE, status="Updating"), after(3800 + 3601)) == "OVERDUE"
    )


def test_one_stale_read_is_not_believed() -> None:
    """A read that looks wrong is repeated, and the first good one counts."""
    reads: Iterator[EndpointView] = iter([a_view(FOUND), a_view(STEP_ONE)])
    view = agreed(lambda: next(reads), is_suspicious(shifting(), after(120)))
    assert view.serves(STEP_ONE)


def test_three_agreeing_reads_are_believed() -> None:
    """After three reads that all look wrong, they are."""
    reads = iter([a_view(FOUND)] * 3)
    view = agreed(lambda: next(reads), is_suspicious(shifting(), after(120)))
    assert look_forward(shifting(), view, after(120)) == "REVERTED"
