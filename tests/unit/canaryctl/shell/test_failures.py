"""Failures: one sentence for people, one object under --json, nothing on standard output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from canaryctl.app import app


def failure(*words: str) -> dict[str, object]:
    """Return the error that a command told; standard output must be empty."""
    answer = CliRunner().invoke(app, [*words, "--json"])
    assert answer.stdout == ""
    error: dict[str, object] = json.loads(answer.stderr.splitlines()[-1])["error"]
    assert answer.exit_code == error["exit_code"] != 0
    return error


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pause"], "ENDPOINT"),
        (["pause", "a", "--endpoint", "b"], "Two endpoints are named, a and --endpoint b"),
        (["pause", "--endpoint", "a", "b"], "Two endpoints are named, b and --endpoint a"),
        (["forecast"], "--spec"),
        (["status", "--enpoint", "e"], "--endpoint"),
        (["abort", "churn-prod"], "canaryctl rollback"),
        (["evaluate", "e"], "--baseline"),
    ],
)
def test_a_wrong_call_is_told_as_json(words: list[str], said: str) -> None:
    """What the parser refuses too."""
    error = failure(*words)
    assert error["kind"] == "usage"
    assert said in str(error["message"])


def test_a_refusal_has_its_parts(tmp_path: Path) -> None:
    """Field, problem and remedy beside the sentence."""
    spec = tmp_path / "spec.json"
    spec.write_text('{"endpoint": "e", "canary": "c", "steps": []}', encoding="utf-8")
    error = failure("forecast", "--spec", str(spec), "--requests-per-second", "20")
    assert (error["kind"], error["field"]) == ("refused", "steps")
    assert error["problem"]
    assert error["remedy"]
    assert "spec.json:1:43: steps" in str(error["message"])


def test_without_json_it_is_a_sentence(tmp_path: Path) -> None:
    """No braces for people."""
    spec = tmp_path / "spec.json"
    spec.write_text("[]", encoding="utf-8")
    answer = CliRunner().invoke(app, ["start", "--spec", str(spec)])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "{" not in answer.stderr.splitlines()[0].split("one like")[0].split("Give")[0]
    assert "expected an object, got a list" in answer.stderr
