"""validate, schema, and every command that reads a spec: one reader, one way to say what is
wrong.
"""

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from canaryctl.app import app
from tests.golden.__main__ import SCHEMA as MESSAGE_SCHEMA

ROOT = Path(__file__).resolve().parents[4]
WRONG = "endpoint: churn-prod\ncanary: Variant2\nwatch_minutes: 1e2\nnotifyy: all\n"
GOOD = "endpoint: churn-prod\ncanary: Variant2\nguards:\n  alarms: [one, two]\n"


def canaryctl(*arguments: str, stdin: str | None = None) -> Result:
    """Run one command."""
    return CliRunner().invoke(app, list(arguments), input=stdin)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A spec with two mistakes."""
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG, encoding="utf-8")
    return path


def test_a_good_spec_is_said_to_be_one_in_one_sentence() -> None:
    """With what it asks for."""
    result = canaryctl("validate", "-", stdin=GOOD)
    assert result.exit_code == 0
    assert result.stdout == (
        "standard input is a spec: Variant2 on churn-prod, 5%, 25%, 50%, 100%, watched by errors, "
        "slow_requests and 2 alarms.\n"
    )


def test_a_wrong_spec_ends_with_2_and_every_mistake(wrong: Path) -> None:
    """On standard error, by line and column."""
    result = canaryctl("validate", str(wrong))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{wrong}:3:16: watch_minutes" in result.stderr
    assert f"{wrong}:4:1: notifyy" in result.stderr


def test_validate_answers_in_json(wrong: Path) -> None:
    """Each mistake in its parts; a good spec as the JSON that a state machine takes."""
    answer = json.loads(canaryctl("validate", str(wrong), "--json").stdout)
    assert not answer["valid"]
    assert answer["spec"] is None
    assert [(one["field"], one["line"], one["column"]) for one in answer["mistakes"]] == [
        ("watch_minutes", 3, 16),
        ("notifyy", 4, 1),
    ]
    assert answer["mistakes"][1] == {
        "field": "notifyy",
        "line": 4,
        "column": 1,
        "problem": "unknown key",
        "wanted": None,
        "remedy": 'Did you mean "notify"? Otherwise take it out',
        "see": "docs/spec.md#notify",
    }
    good = json.loads(canaryctl("validate", "-", "--json", stdin=f"$schema: x\n{GOOD}").stdout)
    assert good["valid"]
    assert good["spec"] == {
        "endpoint": "churn-prod",
        "canary": "Variant2",
        "guards": {"alarms": ["one", "two"]},
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [(b"", "it is empty"), (b"endpoint: caf\xe9", "not UTF-8"), (None, "No such file")],
)
def test_a_file_without_a_text_is_refused(tmp_path: Path, text: bytes | None, told: str) -> None:
    """In words."""
    path = tmp_path / "spec.yaml"
    if text is not None:
        path.write_bytes(text)
    result = canaryctl("validate", str(path))
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    path = tmp_path / "spec.json"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"endpoint": "churn-prod", "canary": "Variant2"}')
    assert canaryctl("validate", str(path)).exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        ("start", "--table", "t", "--state-machine", "s"),
        ("forecast", "--requests-per-second", "20"),
        ("replay", "--windows", __file__),
    ],
    ids=lambda command: command[0],
)
def test_every_command_reads_specs_alike(command: tuple[str, ...], wrong: Path) -> None:
    """YAML, with the same words and exit code, before anything else is asked."""
    result = canaryctl(*command, "--spec", str(wrong))
    assert result.exit_code == 2
    assert f"{wrong} is no spec: 2 mistakes" in result.stderr
    assert f"{wrong}:4:1: notifyy" in result.stderr


def test_a_forecast_takes_yaml() -> None:
    """From standard input as well."""
    asked = ("forecast", "--spec", "-", "--requests-per-second", "20", "--json")
    assert canaryctl(*asked, stdin=GOOD).exit_code == 0


@pytest.mark.parametrize(
    ("what", "file"),
    [("spec", ROOT / "docs/schema/spec.schema.json"), ("message", MESSAGE_SCHEMA)],
    ids=["spec", "message"],
)
def test_a_schema_is_printed_as_it_is_published(what: str, file: Path) -> None:
    """Valid, and the same as in docs/schema."""
    printed = json.loads(canaryctl("schema", what).stdout)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed == json.loads(file.read_text(encoding="utf-8"))


def test_the_schema_of_the_spec_is_what_is_asked_for_without_a_name() -> None:
    """The usual one."""
    assert json.loads(canaryctl("schema").stdout)["title"] == "Spec of a rollout, version 1"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples/specs").glob("*.json")), ids=lambda path: path.stem
)
def test_every_example_validates(path: Path) -> None:
    """As a person would ask it."""
    assert canaryctl("validate", str(path)).exit_code == 0


def test_the_yaml_that_the_reference_shows_validates() -> None:
    """docs/spec.md is copied from."""
    page = (ROOT / "docs/spec.md").read_text(encoding="utf-8")
    shown = page.split("```yaml\n")[1].split("```")[0]
    assert canaryctl("validate", "-", stdin=shown).exit_code == 0
