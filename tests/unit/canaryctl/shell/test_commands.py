"""The table of commands: what the overview says is what the commands are, and costs little."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from canaryctl.app import app
from canaryctl.shell.commands import COMMANDS, Command
from canaryctl.shell.exits import codes_of
from canaryctl.shell.meanings import MEANT

ROOT = Path(__file__).parents[4]
EACH = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
HEAVY = ("boto3", "botocore", "jinja2", "numpy", "scipy", "sklearn")
NEEDED: dict[str, set[str]] = {
    "forecast": set(),
    "replay": set(),
    "local": set(),
    "schema": set(),
    "validate": set(),
    "report": {"boto3", "botocore", "jinja2"},
    "evaluate": {"boto3", "botocore", "jinja2", "numpy"},
}
"""The heavy packages a command may load before it begins; the others may load NEEDED_ON_A_STACK.
pydantic is none: typer reads every option with it.
"""
NEEDED_ON_A_STACK = {"boto3", "botocore"}


def loaded_by(*words: str) -> set[str]:
    """Return the heavy packages that a fresh interpreter has loaded after a command."""
    script = (
        "import sys\nfrom canaryctl.app import app\n"
        "try:\n    app(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print('loaded:', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split()) & set(HEAVY)


def test_the_overview_loads_nothing_heavy() -> None:
    """Nor does what ends before a command begins: the version, a word that is no command."""
    assert loaded_by("--help") == loaded_by("--version") == loaded_by("abort") == set()


@EACH
def test_a_command_loads_what_it_needs_alone(command: Command) -> None:
    """Up to its own help, in a fresh interpreter."""
    assert loaded_by(command.name, "--help") <= NEEDED.get(command.name, NEEDED_ON_A_STACK)


@EACH
def test_the_overview_says_the_first_sentence_of_the_command(command: Command) -> None:
    """The table repeats it, so that the overview need not import the command."""
    module, _, function = command.target.partition(":")
    said = " ".join((inspect.getdoc(getattr(import_module(module), function)) or "").split())
    assert said.startswith(command.summary)
    assert said[len(command.summary) :][:1] in {"", " "}


@EACH
def test_help_has_examples_and_exit_codes(command: Command) -> None:
    """Every example begins with its command, and every code is told."""
    said = " ".join(CliRunner().invoke(app, [command.name, "--help"]).output.split())
    assert command.examples
    for example in command.examples:
        assert example.split()[0] == command.name
        assert f"$ canaryctl {example}" in said
    for code, meaning in codes_of(command.exits).items():
        assert f"{code.value} {meaning}" in said


@pytest.mark.parametrize("typed", ["--install-completion", "--show-completion", "--version"])
def test_the_overview_has_what_is_asked_of_every_command_line(typed: str) -> None:
    """Completion and version."""
    assert typed in CliRunner().invoke(app, ["--help"]).output


def test_completion_knows_commands_and_options() -> None:
    """As a shell asks: names without loading a module, options from the command itself."""
    asked = {
        "_CANARYCTL_COMPLETE": "complete_bash",
        "COMP_WORDS": "canaryctl ro",
        "COMP_CWORD": "1",
    }
    assert "rollback" in CliRunner().invoke(app, [], env=asked, prog_name="canaryctl").output
    asked |= {"COMP_WORDS": "canaryctl rollback --pro", "COMP_CWORD": "2"}
    assert "--promotion" in CliRunner().invoke(app, [], env=asked, prog_name="canaryctl").output


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("abort", "rollback"),
        ("cancel", "rollback"),
        ("undo", "rollback"),
        ("continue", "resume"),
        ("unpause", "resume"),
        ("stop", "pause"),
        ("hold", "pause"),
        ("describe", "status"),
        ("check", "doctor"),
        ("stauts", "status"),
        ("cancle", "rollback"),
        ("roll_back", "rollback"),
        ("version", "--version"),
    ],
)
def test_another_word_is_understood_by_its_meaning_or_spelling(typed: str, meant: str) -> None:
    """The command that is meant is told first, and nothing is done."""
    answer = CliRunner().invoke(app, [typed])
    said = " ".join(answer.output.replace("│", " ").split())
    assert answer.exit_code == 2
    assert f"Did you mean `canaryctl {meant}`" in said


def test_a_word_that_means_nothing_leads_to_the_overview() -> None:
    """No guess is better than a wild one."""
    answer = CliRunner().invoke(app, ["xyzzy"])
    assert (answer.exit_code, "--help" in answer.output) == (2, True)
    assert "mean" not in answer.output


def test_no_command_is_another_commands_word() -> None:
    """A command that exists is run, never suggested instead of itself."""
    names = {command.name for command in COMMANDS}
    assert {word for words in MEANT.values() for word in words} & names == set()
