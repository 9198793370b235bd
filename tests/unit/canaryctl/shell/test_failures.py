"""Failures: one sentence for people, one object under --json, nothing on standard output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from canary.domain.errors import Refused
from canaryctl.answers.published import ANSWERS, ERROR
from canaryctl.app import app
from canaryctl.operate.executions import start_execution
from canaryctl.operate.options import told_plainly
from tests.answers import checked


def failure(*words: str) -> dict[str, object]:
    """Return the error that a command told; standard output must be empty."""
    answer = CliRunner().invoke(app, [*words, "--json"])
    assert answer.stdout == ""
    error: dict[str, object] = json.loads(answer.stderr.splitlines()[-1])["error"]
    assert answer.exit_code == error["exit_code"] != 0
    return error


@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        (["pause"], "ENDPOINT", "ENDPOINT"),
        (
            ["pause", "a", "--endpoint", "b"],
            "ENDPOINT",
            "Two endpoints are named, a and --endpoint b",
        ),
        (
            ["pause", "--endpoint", "a", "b"],
            "ENDPOINT",
            "Two endpoints are named, b and --endpoint a",
        ),
        (["forecast"], "--spec", "--spec"),
        (["status", "--enpoint", "e"], "--enpoint", "--endpoint"),
        (["abort", "churn-prod"], None, "canaryctl rollback"),
        (["evaluate", "e"], "--baseline", "--baseline"),
        (
            ["pause", "e", "--minutes", "3", "--minutes", "4"],
            "--minutes",
            "--minutes is given 2 times",
        ),
        (
            ["forecast", "--spec", "s", "--requests-per-second", "inf"],
            "--requests-per-second",
            "less than or equal",
        ),
    ],
)
def test_a_wrong_call_is_told_as_json(words: list[str], field: str | None, said: str) -> None:
    """What the parser refuses too, with the option or argument that it is about."""
    error = failure(*words)
    assert (error["kind"], error["field"]) == ("usage", field)
    assert said in str(error["message"])


NEED_A_REGION = sorted({*ANSWERS} - {ERROR, "validate", "forecast", "replay", "evaluate"})
FURTHER = {
    "start": ["--spec", "s.json"],
    "report": ["--out", "page.html"],
    "approve": ["--share", "0.5"],
    "reject": ["--share", "0.5"],
}
WHOLE = {"start", "list", "uninstall-check"}
"""Commands that name no endpoint."""


@pytest.mark.parametrize("name", NEED_A_REGION)
def test_no_region_names_the_option_and_the_remedy(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every command that asks AWS; the error is as it is published."""
    for variable in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    spec = {"endpoint": "e", "canary": "c"}
    (tmp_path / "s.json").write_text(json.dumps(spec), encoding="utf-8")
    words = [name, *([] if name in WHOLE else ["e"]), *FURTHER.get(name, [])]
    answer = CliRunner().invoke(app, [*words, "--json"])
    assert (answer.exit_code, answer.stdout) == (2, "")
    (told,) = checked("error", answer.stderr.splitlines()[-1])
    error = told["error"]
    assert (error["kind"], error["field"]) == ("stack", "--region")
    assert error["remedy"] == "Give --region, or set AWS_REGION."


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


@pytest.mark.parametrize("option", ["--html", "--state"])
def test_what_cannot_be_written_is_refused_before_anything_is_asked(
    option: str, tmp_path: Path
) -> None:
    """Half a minute of questions is not spent on a page that goes nowhere."""
    asked = ["evaluate", "e", "--baseline", "a", "--canary", "b", "--labelled-set", "set.csv"]
    asked += ["--label-column", "0", "--content-type", "text/csv"]
    error = failure(*asked, option, str(tmp_path))
    assert (error["kind"], error["field"]) == ("refused", option)
    assert "is a folder" in str(error["problem"])


def test_a_file_that_cannot_be_used_is_told_and_not_traced(tmp_path: Path) -> None:
    """Whichever command meets it: the file, why, and that another one will do."""
    with pytest.raises(typer.Exit) as told, told_plainly():
        tmp_path.write_text("a folder is no file", encoding="utf-8")
    assert told.value.exit_code == 2


@pytest.mark.parametrize("name", ["a/b", "", "x" * 81, "a b"])
def test_a_name_that_no_execution_may_have_is_refused_here(name: str) -> None:
    """It is the caller's mistake, and not AWS that does not answer."""
    stack: Any = None  # nothing of it may be touched
    with pytest.raises(Refused, match="--name"):
        start_execution(stack, {}, name, "churn")
