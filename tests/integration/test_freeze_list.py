"""A hold that comes from the freezes for everybody is told before it holds, and so is that nobody
could look.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from canaryctl.app import app
from canaryctl.operate.options import Time
from demo.account import STACK
from tests.answers import checked
from tests.integration.stage import ENDPOINT, Stage

FROZEN = {"begins": "2026-03-01", "ends": "2026-03-05", "zone": "UTC", "reason": "audit"}
UNTIL = "2026-03-06T00:00:00Z"


def answered(stage: Stage, command: str, *options: str) -> Any:
    """Return what a command says of the rollout under --json, held against its schema."""
    clock = stage.emulator.clock
    words = [command, ENDPOINT, "--stack", STACK, "--json", *options]
    found = CliRunner().invoke(app, words, obj=Time(clock.run_for, clock.now))
    assert found.exit_code == 0, found.output
    (document,) = checked(command, found.stdout)
    return document[0] if command == "status" else document


def freezes(stage: Stage) -> list[dict[str, Any]]:
    """Return the holds of the calendar that explain tells."""
    return [hold for hold in answered(stage, "explain")["holds"] if hold["kind"] == "freeze"]


def put(stage: Stage, freeze: dict[str, str]) -> None:
    """Write the list anew."""
    body = json.dumps({"freezes": [freeze]})
    stage.client("s3").put_object(Bucket="calendar", Key="ops.json", Body=body)


def test_the_list_is_told_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another time, in force, and gone; and not looked at, where the stack is not named."""
    with Stage(parameters={"FreezeList": "calendar/ops.json"}, enforce_iam=True) as stage:
        monkeypatch.setenv("AWS_DEFAULT_REGION", stage.emulator.place.region)
        settings = stage.emulator.place.bucket_settings
        stage.client("s3").create_bucket(Bucket="calendar", **settings)
        put(stage, {**FROZEN, "begins": "2026-01-01", "ends": "2026-01-02"})
        stage.start()
        stage.reach("BAKING", 1)
        assert freezes(stage) == []
        assert answered(stage, "status")["frozen_for_everybody"] is None

        put(stage, FROZEN)
        (frozen,) = freezes(stage)
        assert frozen["said"].startswith("Frozen for everybody since 2026-03-01 00:00:00 UTC (audi")
        assert frozen["until"] == UNTIL
        assert "(audit), until 2026-03-06" in answered(stage, "status")["frozen_for_everybody"]

        stage.client("s3").delete_object(Bucket="calendar", Key="ops.json")
        (missing,) = freezes(stage)
        assert "so no share rises: s3://calendar/ops.json is not read" in missing["said"]
        assert "NoSuchKey" in answered(stage, "status")["frozen_for_everybody"]

        table = ("--table", stage.outputs["TableName"])
        assert "the table was named" in answered(stage, "explain", *table)["unknown"]
        assert answered(stage, "explain")["unknown"] is None
