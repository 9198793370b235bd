"""Brakes are the one thing that turns an ADVANCE into a HOLD."""

from typing import Any

import pytest

from canary.domain.rollout import brakes
from canary.domain.rollout.brakes import BRAKES, Held, Situation, held
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.tick import Tick
from canary.domain.rollout.transitions import decisions
from canary.domain.time import minute_of
from tests.rollouts import NOON, a_plan, a_record, a_view, after
from tests.unit.flow.decider_stage import ROLLOUT, Stage, baking

WEIGHED = decisions.Weighed(step=1, verdict="ADVANCE", reason="enough evidence", by="judge")


def seen(record: Record, minutes: float = 10, **tick: Any) -> Surroundings:
    """Return what a tick saw so many minutes after noon, just now: all is well unless given."""
    now = after(60 * minutes)
    values = {
        "rollout": ROLLOUT,
        "minute": minute_of(now),
        "complete": True,
        "alarms": {"churn-5xx": "OK"},
        "endpoint": a_view(record.expected_target),
    }
    return Surroundings(Tick.model_validate(values | tick), now)


def at_step_one(**changes: Any) -> Record:
    """Return a rollout guarded by an alarm, baking at step 1 since noon."""
    return baking(a_record(plan=a_plan(alarms=("churn-5xx",)))).but(**changes)


def test_nothing_holds_when_all_is_well() -> None:
    """An ADVANCE with a settled endpoint, clear alarms and nobody's pause goes on."""
    record = at_step_one()
    assert held(Situation(record, seen(record), "so")) is None
    assert decisions.judged(record, WEIGHED, seen(record)).decision is not None


@pytest.mark.parametrize(
    ("changes", "tick", "by", "words"),
    [
        ({}, {"endpoint": a_view(status="Updating")}, "judge", "Endpoint churn is Updating"),
        ({}, {"minute": minute_of(NOON)}, "judge", "Nobody could look at endpoint churn"),
        ({}, {"alarms": {}}, "alarm", "Alarm churn-5xx is not seen in the last minutes"),
        ({}, {"alarms": {"churn-5xx": "INSUFFICIENT_DATA"}}, "alarm", "INSUFFICIENT_DATA"),
        ({"paused_until": after(3600)}, {}, "person", "Paused until 2026-03-02 13:00:00 UTC"),
    ],
)
def test_each_brake_holds_with_its_reason(
    changes: dict[str, Any], tick: dict[str, Any], by: str, words: str
) -> None:
    """And so long no decision is written either."""
    record = at_step_one(**changes)
    surroundings = seen(record, **tick)
    found = held(Situation(record, surroundings, "so"))
    assert found is not None
    assert found.by == by
    assert words in found.reason
    assert decisions.judged(record, WEIGHED, surroundings).decision is None


def test_the_first_brake_gives_the_reason() -> None:
    """An endpoint on its way is told before the pause that holds as well."""
    record = at_step_one(paused_until=after(3600))
    moving = seen(record, endpoint=a_view(status="Updating"))
    found = held(Situation(record, moving, "so"))
    assert found is not None
    assert found.by == "judge"


def test_at_the_gate_neither_endpoint_nor_alarm_is_asked() -> None:
    """Whoever moves looks at the endpoint first, and no request reaches the canary."""
    record = at_step_one(step=0)
    blind = Surroundings(None, after(600))
    assert held(Situation(record, blind, "so")) is None


def test_a_roll_back_is_never_braked() -> None:
    """However much holds an ADVANCE."""
    record = at_step_one(paused_until=after(3600))
    bad = decisions.Weighed(step=1, verdict="ROLL_BACK", reason="errors", by="judge")
    assert decisions.judged(record, bad, Surroundings(None, after(600))).decision is not None


def test_a_brake_added_to_the_tuple_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more function in the tuple is all that a new reason to wait takes: the verdict says so,
    nothing moves, and with the brake off the rollout goes on.
    """
    stage = Stage()

    def frozen(situation: Situation) -> Held | None:
        assert situation.record.phase is Phase.BAKING
        return Held("The organisation is frozen until Monday", "person")

    with monkeypatch.context() as patched:
        patched.setattr(brakes, "BRAKES", (*BRAKES, frozen))
        stage.serve(12)
        assert stage.tick(13).decision is None
        verdict = stage.evidence.verdicts(ROLLOUT)[-1]
        assert (verdict.verdict, verdict.by, verdict.reason) == (
            "HOLD",
            "person",
            "The organisation is frozen until Monday",
        )
        assert stage.executions.heartbeats == ["token"]
    assert stage.tick(14).decision is not None


def test_a_brake_put_on_while_the_verdict_was_weighed_holds() -> None:
    """It is asked again when the decision is written."""
    record = at_step_one()
    assert decisions.judged(record, WEIGHED, seen(record)).decision is not None
    paused = record.but(paused_until=after(3600))
    assert decisions.judged(paused, WEIGHED, seen(record)).decision is None
