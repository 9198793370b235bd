"""What holds beside the judge is told with what the judge says: evidence that rises stays first."""

from typing import Any

import pytest

from canary.domain.finding import Finding
from canary.domain.judge.judgement import Evidence, Held, Judgement
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.tick import Blind, Tick
from canary.domain.rollout.transitions import pauses
from canary.domain.time import minute_of
from canary.flow.judge import weigh
from tests.rollouts import NOON, a_plan, a_record, a_view, after
from tests.unit.flow.decider_stage import baking

NOW = after(600)
RISING = "RISING since 12:05 UTC, 50% of the way: errors."
WAITS = "At 5%, errors not yet shown"
THROTTLED = Blind(
    query="GetMetricData", error="ThrottlingException", since_minute=minute_of(NOON) + 8
)
BLIND = (
    "Blind since 12:08 UTC: GetMetricData answers ThrottlingException. That is the account's "
    "quota, not the canary: it comes back when fewer calls are made; ask for a higher quota of "
    "GetMetricData"
)
PAUSED = (
    "Paused by ana until 2026-03-02 13:02:00 UTC (lunch), 8 min so far and held for 60 s besides"
)
UNCLEAR = (
    "Alarm 5xx is INSUFFICIENT_DATA: it must be OK before the share rises. Check that it still "
    "exists and its metric gets data; where that counts rare events, set its TreatMissingData to "
    "notBreaching"
)
MOVING = "Endpoint churn is Updating: it must serve the asked weights InService first"


def reason(*, rising: bool = False, paused: bool = False, **tick: Any) -> str:
    """Return the reason of a HOLD at minute 10, seen so."""
    record = baking(a_record(plan=a_plan(alarms=("5xx",))))
    if paused:
        record = pauses.pause(record, after(62 * 60), after(120), "ana", "lunch")
    values = {
        "rollout": record.rollout,
        "minute": minute_of(NOW),
        "complete": not tick.get("blind"),
        "alarms": {"5xx": "OK"},
        "endpoint": a_view(record.expected_target),
    }
    seen = Surroundings(Tick.model_validate(values | tick), NOW)
    warning = RISING if rising else ""
    judgement = Judgement(
        verdict="HOLD",
        step=1,
        minute=minute_of(NOW),
        reason=f"{warning} {WAITS}".strip(),
        warning=warning,
        waits_for="errors not yet shown",
        findings=(Finding(guard="errors", label="INCONCLUSIVE", reason="so"),),
        evidence=Evidence(
            log_roll_back=0,
            log_roll_back_threshold=3,
            log_advance_threshold=3,
            log_split=0,
            guards=(),
            judged_minutes=0,
            step_minutes=0,
        ),
        held=Held(minutes=9, longest_minutes=60, limit_minutes=100),
    )
    return weigh(record, judgement, None, seen).reason


@pytest.mark.parametrize(
    ("situation", "text"),
    [
        ({}, WAITS),
        ({"rising": True}, f"{RISING} {WAITS}"),
        ({"paused": True}, f"{PAUSED}; otherwise: {WAITS}"),
        ({"paused": True, "rising": True}, f"{RISING} {PAUSED}; otherwise: {WAITS}"),
        ({"alarms": {"5xx": "INSUFFICIENT_DATA"}}, f"{UNCLEAR}; otherwise: {WAITS}"),
        ({"endpoint": a_view(status="Updating")}, f"{MOVING}; otherwise: {WAITS}"),
        ({"blind": (THROTTLED,)}, f"{BLIND}; otherwise: {WAITS}"),
        ({"blind": (THROTTLED,), "rising": True}, f"{RISING} {BLIND}; otherwise: {WAITS}"),
    ],
    ids=[
        "nothing else",
        "rising",
        "paused",
        "paused and rising",
        "alarm",
        "endpoint",
        "blind",
        "blind and rising",
    ],
)
def test_a_hold_says_all_that_holds(situation: dict[str, Any], text: str) -> None:
    """Word for word."""
    assert reason(**situation) == text
