"""A pipeline that knows nothing but `--json` and the events on the bus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from canaryctl.app import app
from canaryctl.operate.options import Time
from demo.account import STACK
from emulator.calls import Call, Proceed
from tests.answers import checked
from tests.integration.stage import ENDPOINT, Stage, SumModel

EVENT = json.loads(Path("docs/schema/rollout-state-change-1.json").read_text(encoding="utf-8"))
ENDS = {"promoted", "rolled_back", "handed_over", "unproven"}
SPEC = {"endpoint": ENDPOINT, "canary": "v2", "watch_minutes": 5}


class Pipeline:
    """Reads what is published, and nothing else."""

    def __init__(self, stage: Stage) -> None:
        """Listen to the bus."""
        self._stage = stage
        self.events: list[dict[str, Any]] = []
        stage.emulator.calls.hooks.append(self._listen)

    def _listen(self, call: Call, proceed: Proceed) -> Any:
        answer = proceed()
        if call.name == "events:PutEvents":
            entries = call.parameters["Entries"]
            told = [one for one in entries if one["DetailType"] == "Rollout State Change"]
            self.events += [json.loads(one["Detail"]) for one in told]
        return answer

    def run(self, command: str, *options: str, stdin: str | None = None) -> Any:
        """Return the one document that a command answers, held against its schema."""
        clock = self._stage.emulator.clock
        words = [command, *options, "--stack", STACK, "--json"]
        when = Time(clock.run_for, clock.now)
        done = CliRunner().invoke(app, words, obj=when, input=stdin)
        assert done.exit_code == 0, done.output
        (document,) = checked(command, done.stdout)
        return document

    def ended(self, rollout: str) -> dict[str, Any]:
        """Wait for the event that ends a rollout, and return it."""

        def end() -> list[dict[str, Any]]:
            mine = [one for one in self.events if one["rollout"] == rollout]
            return [one for one in mine if one["about"] in ENDS]

        assert self._stage.emulator.run_until(lambda: bool(end()), 240), self.events
        return end()[0]


@pytest.mark.parametrize(
    ("failing", "about", "severity", "canary_share"),
    [(0.0, "promoted", "info", 1.0), (0.15, "rolled_back", "warning", 0.0)],
)
def test_a_pipeline_starts_waits_and_knows_the_end(
    failing: float, about: str, severity: str, canary_share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every event fits the published schema; the end names what serves, and status agrees."""
    with Stage(SumModel(failing), enforce_iam=True) as stage:
        monkeypatch.setenv("AWS_DEFAULT_REGION", stage.emulator.place.region)
        pipeline = Pipeline(stage)
        started = pipeline.run("start", "--spec", "-", stdin=json.dumps(SPEC))
        assert started["accepted"] is True
        end = pipeline.ended(started["rollout"])
        for event in pipeline.events:
            Draft202012Validator(EVENT).validate(event)
        assert (end["about"], end["severity"]) == (about, severity)
        assert end["serving"]["shares"]["v2"] == canary_share
        (line,) = pipeline.run("status", ENDPOINT)
        assert (line["phase"], line["ended"]) == (about.upper(), True)
        assert len({one["id"] for one in pipeline.events}) == len(pipeline.events)
