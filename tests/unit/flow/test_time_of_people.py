"""Limits stand still while a person pauses; what they wait for is named when they end a hold."""

import json
from datetime import timedelta
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.judge.windows import Window
from canary.domain.rollout.record import Decision, Record
from canary.domain.rollout.transitions import bakes, claims
from canary.domain.time import minute_of
from tests.rollouts import HOLDER, NOON, a_record, after, side_counts
from tests.unit.flow.decider_stage import ROLLOUT, Stage

WEEKEND = 4320


def order(stage: Stage, command: str, minute: float, **fields: Any) -> str:
    """Give a command so many minutes after noon and return its answer."""
    document = {"command": command, "endpoint": "churn", **fields}
    return stage.commander.obey(document, f"{command}-{minute}", after(60 * minute))["answer"]


def serve(stage: Stage, minutes: int, canary: int, baseline: int, *, first_minute: int = 1) -> None:
    """Let these requests a minute be seen, none of them failing."""
    first = minute_of(NOON) + first_minute
    windows = [
        Window(minute=first + i, canary=side_counts(canary, 0), baseline=side_counts(baseline, 0))
        for i in range(minutes)
    ]
    stage.evidence.save_windows(ROLLOUT, windows)


def reason(stage: Stage) -> str:
    """Return the newest verdict's reason."""
    return stage.evidence.verdicts(ROLLOUT)[-1].reason


def move_on(stage: Stage, minute: float) -> Record:
    """Let the machine carry out the recorded advance and reach its step."""
    now = after(60 * minute)

    def moved(record: Record) -> Record:
        record = bakes.arrive(claims.claim_forward(record, HOLDER, 1, now), HOLDER, 1, now)
        return bakes.bake(record, HOLDER, 1, f"token-{minute}", now)

    return stage.rollouts.change(ROLLOUT, moved)


def test_a_pause_longer_than_every_limit_is_kept_and_then_goes_on_by_itself() -> None:
    """Held at 5% over a long weekend at too little traffic to tell, then judged as before."""
    stage = Stage()
    answer = order(stage, "pause", 1, minutes=WEEKEND, reason="long weekend", by="ana")
    assert "limits stand still" in answer
    serve(stage, WEEKEND + 60, 30, 570)
    for minute in (2, 61, 1501, 1800, 4319):
        assert stage.tick(minute).decision is None, reason(stage)
    assert "Paused by ana until 2026-03-05 12:01:00 UTC (long weekend), 71 h 58 min" in reason(
        stage
    )
    assert "held for 0 s besides" in reason(stage)
    record = stage.tick(WEEKEND + 2)
    assert stage.publisher.subjects[-1] == "pause over"
    assert "pause of ana (long weekend)" in stage.publisher.published[-1].body
    assert "It lasted 72 h 0 min" in stage.publisher.published[-1].body
    assert record.decision is not None
    assert record.decision.verdict == "ADVANCE"


def test_after_a_pause_the_limits_go_on_where_they_stood() -> None:
    """An hour's limit is reached when the step was held an hour beside the pause; both are told."""
    stage = Stage(hold_at_most_minutes=60)
    order(stage, "pause", 11, minutes=1000, by="ana")
    stage.tick(1012)
    longest = stage.record.plan.steps[1].bake_max_minutes
    assert stage.tick(1000 + longest + 60).decision is None
    decision = stage.tick(1000 + longest + 61).decision
    assert decision is not None
    assert decision.verdict == "ROLL_BACK"
    assert (
        f"Held at 5% for {longest + 60} minutes (16 h 40 min more stood still: paused by ana"
        in (decision.reason)
    )
    assert "It waited for: errors: no judged minute" in decision.reason


def test_promoted_in_full_while_paused_it_finishes() -> None:
    """The later order holds: it is watched and called promoted, and no limit takes it back."""
    stage = Stage()
    order(stage, "pause", 1, minutes=WEEKEND)
    answer = order(stage, "promote", 2, full=True)
    assert "the pause until 2026-03-05 12:01:00 UTC ends with it" in answer
    assert move_on(stage, 4).phase == "WATCHING"
    serve(stage, 3, 30, 570)
    serve(stage, 60, 600, 0, first_minute=5)
    assert stage.tick(20).decision is None
    decision = stage.tick(40).decision
    assert decision is not None
    assert (decision.verdict, decision.to_step) == ("ADVANCE", None)


def test_promoted_by_one_step_while_paused_it_stays_paused_there() -> None:
    """And the answer says so."""
    stage = Stage()
    order(stage, "pause", 1, minutes=WEEKEND)
    answer = order(stage, "promote", 2)
    assert "still paused until 2026-03-05 12:01:00 UTC" in answer
    move_on(stage, 4)
    share = stage.record.share
    serve(stage, WEEKEND + 20, round(6000 * share), round(6000 * (1 - share)), first_minute=5)
    assert stage.tick(1700).decision is None
    assert reason(stage).startswith("Paused until 2026-03-05")
    decision = stage.tick(WEEKEND + 10).decision
    assert decision is not None
    assert decision.verdict == "ADVANCE"


def test_a_pause_at_the_watch_holds_the_end_and_no_limit_runs() -> None:
    """Serving alone for three days, then called promoted."""
    stage = Stage()
    order(stage, "promote", 2, full=True)
    move_on(stage, 4)
    order(stage, "pause", 10, minutes=WEEKEND)
    serve(stage, 3, 30, 570)
    serve(stage, WEEKEND + 60, 600, 0, first_minute=5)
    for minute in (60, 1600, 4000):
        assert stage.tick(minute).decision is None
    decision = stage.tick(WEEKEND + 11).decision
    assert decision is not None
    assert (decision.verdict, decision.to_step) == ("ADVANCE", None)


@pytest.mark.parametrize(
    ("orders", "still"),
    [
        ([(10, "pause", {"minutes": 60})], 60),
        ([(10, "pause", {"minutes": 60}), (30, "pause", {"minutes": 60})], 80),
        ([(10, "pause", {"minutes": 60}), (30, "pause", {"minutes": 10})], 30),
        ([(10, "pause", {"minutes": 60}), (20, "resume", {})], 10),
        ([(10, "pause", {"minutes": 60}), (20, "resume", {}), (15, "pause", {"minutes": 10})], 15),
        ([(10, "pause", {"minutes": 5}), (40, "pause", {"minutes": 5})], 10),
        ([(10, "resume", {})], 0),
        ([(10, "pause", {"minutes": 60}), (90, "resume", {})], 60),
    ],
    ids=[
        "plain",
        "extended",
        "shortened",
        "resumed early",
        "clocks apart",
        "twice",
        "nothing to resume",
        "resumed late",
    ],
)
def test_every_minute_of_a_pause_counts_once(
    orders: list[tuple[float, str, dict[str, Any]]], still: int
) -> None:
    """Whoever pauses how often, and whichever clock the orders carry."""
    stage = Stage()
    for minute, command, fields in orders:
        order(stage, command, minute, **fields)
    stage.tick(200)
    held = stage.evidence.verdicts(ROLLOUT)[-1].judgement
    assert isinstance(held, dict)
    assert held["held"]["stood_still_minutes"] == still  # type: ignore[index, call-overload]


def test_a_pause_stored_without_its_beginning_favours_the_person() -> None:
    """A record of an earlier version says until when alone: it stood still since the start."""
    paused = a_record(paused_until=after(3600))
    stored = json.loads(paused.model_dump_json(exclude={"standstills"}))
    read = Record.model_validate_json(json.dumps(stored))
    assert [(one.since, one.until) for one in read.standstills] == [(NOON, after(3600))]


def test_a_pause_beyond_the_life_of_the_execution_is_refused() -> None:
    """Rather than be ended by its time limit, which nobody could hold."""
    stage = Stage()
    with pytest.raises(Refused, match="minutes: a pause of this rollout may last until"):
        order(stage, "pause", 75 * 1440, minutes=2000)


def with_alarm(**plan: Any) -> Stage:
    """Return a stage whose rollout is guarded by an alarm."""
    return Stage(alarms=("refunds",), **plan)


def test_a_limit_names_the_alarm_it_waited_for_in_notice_and_end_alike() -> None:
    """Every guard has passed; an alarm without data holds the step until it is taken back."""
    stage = with_alarm(hold_at_most_minutes=60)
    longest = stage.record.plan.steps[1].bake_max_minutes
    serve(stage, longest + 60, 300, 5700)
    assert stage.tick(longest, refunds="INSUFFICIENT_DATA").decision is None
    assert "needs a look" not in stage.publisher.subjects
    stage.tick(longest + 1, refunds="INSUFFICIENT_DATA")
    stage.tick(longest + 2, refunds="INSUFFICIENT_DATA")
    assert stage.publisher.subjects.count("needs a look") == 1
    body = stage.publisher.published[-1].body
    assert (
        f"after the longest bake of {longest} minutes: Alarm refunds is INSUFFICIENT_DATA" in body
    )
    assert "it is taken back at 2026-03-02 15:01:00 UTC" in body
    assert "TreatMissingData to notBreaching" in body
    assert stage.tick(longest + 60, refunds="INSUFFICIENT_DATA").decision is None
    decision = stage.tick(longest + 61, refunds="INSUFFICIENT_DATA").decision
    assert decision is not None
    assert decision.verdict == "ROLL_BACK"
    assert "It waited for: Alarm refunds is INSUFFICIENT_DATA" in decision.reason


def test_an_alarm_that_gets_data_at_the_last_minute_lets_it_go() -> None:
    """At the limit a step that nothing holds any more advances."""
    stage = with_alarm(hold_at_most_minutes=60)
    longest = stage.record.plan.steps[1].bake_max_minutes
    serve(stage, longest + 60, 300, 5700)
    stage.tick(longest + 60, refunds="INSUFFICIENT_DATA")
    decision = stage.tick(longest + 61, refunds="OK").decision
    assert decision is not None
    assert decision.verdict == "ADVANCE"


def test_a_limit_names_the_guard_without_points() -> None:
    """In the notice and at the end."""
    stage = Stage(hold_at_most_minutes=60)
    longest = stage.record.plan.steps[1].bake_max_minutes
    stage.tick(longest + 1)
    missing = "errors: no judged minute with requests on both sides"
    assert f"longest bake of {longest} minutes: {missing}" in stage.publisher.published[-1].body
    decision = stage.tick(longest + 61).decision
    assert decision is not None
    assert f"It waited for: {missing}" in decision.reason


def test_a_pause_moves_the_deadline_on() -> None:
    """The notice tells when it would be taken back as things stand."""
    stage = Stage(hold_at_most_minutes=60)
    longest = stage.record.plan.steps[1].bake_max_minutes
    order(stage, "pause", longest + 1, minutes=30)
    stage.tick(longest + 2)
    ends = f"{NOON + timedelta(minutes=longest + 31 + 60):%H:%M:%S}"
    assert f"taken back at 2026-03-02 {ends} UTC" in stage.publisher.published[-1].body


def test_decisions_of_people_are_not_undone_by_a_pause() -> None:
    """A recorded advance stays recorded when somebody pauses after it."""
    stage = Stage()
    order(stage, "promote", 2)
    order(stage, "pause", 3, minutes=60)
    decision: Decision | None = stage.record.decision
    assert decision is not None
    assert decision.by == "person"
