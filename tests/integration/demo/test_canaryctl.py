"""The command line against the deployed application: start, look, steer, explain."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from typer.testing import CliRunner, Result

from canaryctl.app import app
from canaryctl.operate.options import Time
from canaryctl.shell.exits import Exit
from tests.answers import checked
from tests.integration.stage import ENDPOINT, Stage, SumModel

SPEC = {"endpoint": ENDPOINT, "canary": "v2", "watch_minutes": 5}


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A good canary under traffic; the commands sleep in emulated time."""
    with Stage() as ready:
        yield ready


def canaryctl(stage: Stage, *arguments: str, stdin: str | None = None) -> Result:
    """Run one command against the stage's stack."""
    names = {
        "--table": stage.outputs["TableName"],
        "--state-machine": stage.outputs["StateMachineArn"],
    }
    wanted = {"start": names, **dict.fromkeys(("status", "report"), ("--table",))}.get(
        arguments[0], ("--state-machine",)
    )
    where = [part for name in wanted for part in (name, names[name])]
    clock = stage.emulator.clock
    return CliRunner().invoke(
        app, [*arguments, *where], obj=Time(clock.run_for, clock.now), input=stdin
    )


def answer(result: Result, command: str) -> Any:
    """Return what a command answered in JSON, as its schema has it."""
    assert result.exit_code == 0, result.output
    (document,) = checked(command, result.stdout)
    return document


def start(stage: Stage, **changes: Any) -> dict[str, Any]:
    """Start a rollout from standard input."""
    started: dict[str, Any] = answer(
        canaryctl(stage, "start", "--spec", "-", "--json", stdin=json.dumps({**SPEC, **changes})),
        "start",
    )
    return started


def test_a_spec_becomes_a_rollout(stage: Stage) -> None:
    """The answer names the rollout that the table then holds."""
    assert start(stage)["rollout"] == stage.record.rollout


def test_a_refused_start_says_why_and_ends_with_2(stage: Stage) -> None:
    """The controller's own sentence: field, problem, remedy."""
    result = canaryctl(stage, "start", "--spec", "-", stdin=json.dumps({**SPEC, "canary": "v3"}))
    assert result.exit_code == 2
    assert "no variant 'v3'" in result.output
    assert stage.rollouts.holding(ENDPOINT) is None


def test_a_start_that_nobody_waits_for_claims_nothing(stage: Stage) -> None:
    """It was asked for; whether it was accepted is not known, and the command says who tells."""
    result = canaryctl(stage, "start", "--spec", "-", "--no-wait", stdin=json.dumps(SPEC))
    assert result.exit_code == 0, result.output
    assert "Asked for: execution arn:" in result.output
    assert "not known" in result.output
    assert f"canaryctl status {ENDPOINT}" in result.output
    assert "starts at share 0" not in result.output
    stage.reach("BAKING", 1)


def test_a_start_that_nobody_answered_claims_nothing(stage: Stage) -> None:
    """An execution that hangs: exit code 4, nothing accepted, and under --json null."""
    with patch("canaryctl.operate.start._planned", return_value=None):
        result = canaryctl(stage, "start", "--spec", "-", "--json", stdin=json.dumps(SPEC))
    assert result.exit_code == Exit.NOT_KNOWN, result.output
    (document,) = checked("start", result.stdout)
    assert (document["accepted"], document["phase"]) == (None, None)


def test_status_tells_phase_step_share_and_evidence(stage: Stage) -> None:
    """One line a rollout, with evidence beside its threshold."""
    start(stage)
    stage.reach("BAKING", 1)
    stage.emulator.run_minutes(9)
    (row,) = answer(canaryctl(stage, "status", "--json"), "status")
    assert (row["endpoint"], row["phase"], row["step"], row["share"]) == (
        ENDPOINT,
        "BAKING",
        1,
        0.05,
    )
    assert row["worse"]["log_threshold"] == pytest.approx(2.9957, abs=1e-3)
    assert row["good_enough"]["log_evidence"] > 0


def test_status_watch_stays_until_the_end(stage: Stage) -> None:
    """It reads every few seconds and returns when the rollout has ended."""
    start(stage)
    result = canaryctl(stage, "status", "--watch", "--every", "30", "--endpoint", ENDPOINT)
    assert result.exit_code == 0, result.output
    assert "PROMOTED" in result.output
    assert stage.record.phase == "PROMOTED"


def test_start_watch_ends_with_3_when_the_canary_was_not_promoted() -> None:
    """A pipeline that waits for it sees the difference."""
    with Stage(SumModel(failing=0.2)) as stage:
        result = canaryctl(stage, "start", "--spec", "-", "--watch", stdin=json.dumps(SPEC))
    assert result.exit_code == 3, result.output
    assert "ROLLED_BACK" in result.output
    told = [line for line in result.output.splitlines() if "  on call  " in line]
    assert "info     [canary]" in told[0], result.output
    assert "rollout started" in told[0]
    assert "warning  [canary]" in told[-1]
    assert "ROLLED BACK" in told[-1]


def test_a_rollout_is_steered_by_hand(stage: Stage) -> None:
    """Pause, resume, promote and roll back, each answered in a sentence."""
    start(stage)
    stage.reach("BAKING", 1)
    assert (
        "paused until"
        in answer(
            canaryctl(stage, "pause", "--endpoint", ENDPOINT, "--minutes", "30", "--json"), "pause"
        )["answer"]
    )
    assert "paused by arn:" in canaryctl(stage, "status", ENDPOINT).output.lower()
    assert "may advance" in canaryctl(stage, "resume", "--endpoint", ENDPOINT).output
    assert (
        "going on to 25%"
        in canaryctl(stage, "promote", "--endpoint", ENDPOINT, "--reason", "urgent").output
    )
    stage.reach("BAKING", 2)
    assert "going back to" in canaryctl(stage, "rollback", "--endpoint", ENDPOINT).output
    stage.reach_end()
    assert stage.record.phase == "ROLLED_BACK"
    assert [act.command for act in stage.record.acts] == ["pause", "resume", "promote", "rollback"]
    assert {act.by.split(":")[0] for act in stage.record.acts} == {"arn"}
    assert "promote by arn:" in canaryctl(stage, "status", "--endpoint", ENDPOINT).output


def test_a_released_endpoint_is_yours(stage: Stage) -> None:
    """The lease is free and the weights are as they were."""
    start(stage)
    stage.reach("BAKING", 1)
    before = stage.weights
    assert "lease is free" in canaryctl(stage, "release", "--endpoint", ENDPOINT).output
    assert stage.rollouts.holding(ENDPOINT) is None
    assert stage.weights == before


def test_a_command_without_its_rollout_is_refused(stage: Stage) -> None:
    """The controller's own sentence on standard error, exit code 2."""
    result = canaryctl(stage, "retry", "--endpoint", ENDPOINT)
    assert result.exit_code == 2
    assert f"no rollout holds {ENDPOINT}" in result.output


def test_report_writes_the_newest_rollout_of_an_endpoint(stage: Stage, tmp_path: Path) -> None:
    """Ended or not, found by its endpoint, read from the table alone."""
    started = start(stage)
    stage.reach("BAKING", 1)
    canaryctl(stage, "rollback", "--endpoint", ENDPOINT)
    stage.reach_end()
    page = tmp_path / "page.html"
    told = answer(canaryctl(stage, "report", ENDPOINT, "--out", str(page), "--json"), "report")
    assert told == {"rollout": started["rollout"], "phase": "ROLLED_BACK", "page": str(page)}
    assert "Rolled back by hand" in page.read_text()


def test_report_of_all_leads_to_every_rollout(stage: Stage, tmp_path: Path) -> None:
    """An index, a page a rollout, and where an endpoint has several a page of its history; nothing
    else may be asked for beside it.
    """
    rollouts = []
    for _ in range(2):
        rollouts.append(start(stage)["rollout"])
        stage.reach("BAKING", 1)
        canaryctl(stage, "rollback", "--endpoint", ENDPOINT)
        stage.reach_end()
    folder = tmp_path / "pages"
    told = answer(canaryctl(stage, "report", "--all", "--out", str(folder), "--json"), "report")
    assert sorted(told["rollouts"]) == sorted(rollouts)
    names = {"index.html", f"endpoint-{ENDPOINT}.html", *(f"{one}.html" for one in rollouts)}
    assert {page.name for page in folder.iterdir()} == names
    assert canaryctl(stage, "report", "--all", "--rollout", rollouts[0]).exit_code == 2


def test_report_of_an_endpoint_without_rollouts_is_refused(stage: Stage) -> None:
    """The message names endpoint and table."""
    result = canaryctl(stage, "report", "--endpoint", "nobody")
    assert result.exit_code == 2
    assert "no rollout of 'nobody'" in result.output
