"""Every command that a document or a message shows runs as it stands: its program takes it.

`aws` commands are held against the API models that botocore ships, `canaryctl` ones are parsed by
the command line itself, `sam` ones against the template and the settings of this tree.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from canary.domain.rollout.forms.mail import mail_of
from canaryctl.app import app
from emulator.deployment.template import declared_parameters, parameter_values
from tests.aws_commands import aws_problems
from tests.golden.samples import every_message
from tests.shell import Command, Shown, commands_in, defined_in, shown_in, variables_of

DOCUMENTS = [
    Path("README.md"),
    Path("CONTRIBUTING.md"),
    *sorted(Path("docs").glob("*.md")),
    *sorted(Path("examples").rglob("*.md")),
    *sorted(Path("emulator").glob("*.md")),
]
RUNBOOK = Path("docs/operations.md")
USAGE: Any = typer.BadParameter.__base__
OURS = {"HOME", "PATH", "PWD", "1", "inner"}


def shown() -> list[tuple[str, bool, Command]]:
    """Return every command that is shown: where, whether it only names one, and the command.

    Within a line of text a command may be named without what it needs, with the option that is
    spoken of; in the runbook without any option alone, since there it is to be run.
    """
    found = [
        (str(path), is_named(path, piece, command), command)
        for path in DOCUMENTS
        for piece in shown_in(path.read_text(encoding="utf-8"))
        for command in commands_in(piece.text)
    ]
    mails = "\n".join(mail_of(message).body for message in every_message())
    told = re.findall(r"\baws [a-z-]+ [a-z-]+ --.*|\bcanaryctl [a-z]+ --.*", mails)
    found += [("mail", False, one) for text in sorted(set(told)) for one in commands_in(text)]
    return sorted(set(found))


def is_named(path: Path, piece: Shown, command: Command) -> bool:
    """Return whether a piece names a command rather than showing one to run."""
    has_options = any(word.startswith("--") for word in command.words)
    return not piece.is_block and not (path == RUNBOOK and has_options)


SHOWN = shown()


def of(program: str) -> pytest.MarkDecorator:
    """Return a parametrization over the commands of one program."""
    rows = [row for row in SHOWN if row[2].program == program]
    assert rows
    ids = [f"{where}: {command}" for where, _, command in rows]
    return pytest.mark.parametrize(("where", "named", "command"), rows, ids=ids)


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_a_page_that_types_canaryctl_says_where_it_is(path: Path) -> None:
    """A block of commands is pasted as it stands: with its folder, or below what puts it on the
    path.
    """
    text = path.read_text(encoding="utf-8")
    before, bare, _ = text.partition("\ncanaryctl ")
    assert not bare or "export PATH=" in before


@of("aws")
def test_an_aws_command_is_one_that_the_api_takes(
    where: str, command: Command, *, named: bool
) -> None:
    """Service, operation, options, required ones, and the type of each value."""
    problems = [one for one in aws_problems(command.words) if not (named and "needs --" in one)]
    assert not problems, f"{where}: {command}"


@of("canaryctl")
def test_a_canaryctl_command_is_one_that_it_takes(
    where: str, command: Command, *, named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own parser, up to the point where it would begin, beside the files that are named."""
    for word in command.words:
        if re.fullmatch(r"[\w-]+\.\w+", word):
            (tmp_path / word).touch()
    monkeypatch.chdir(tmp_path)
    problem = canaryctl_problem(command.words)
    lacks = problem.startswith("Missing ") or problem.endswith("requires an argument.")
    assert not problem or (named and lacks), f"{where}: {command}"


@of("sam")
def test_a_sam_command_deploys_this_template(where: str, command: Command, *, named: bool) -> None:
    """Its environment is in samconfig.toml, its parameters in the template, allowed as given."""
    words = command.words
    assert named or words[0] in {"build", "deploy", "validate"}, where
    settings = tomllib.loads(Path("samconfig.toml").read_text(encoding="utf-8"))
    if "--config-env" in words:
        assert words[words.index("--config-env") + 1] in settings, where
    if "--parameter-overrides" in words:
        given = words[words.index("--parameter-overrides") + 1 :]
        pairs = dict(word.split("=", 1) for word in given if "=" in word)
        parameter_values(declared_parameters(Path("template.yaml")), pairs)


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_a_block_is_shell_and_names_nothing_that_was_not_set(path: Path) -> None:
    """Variables are set in the same document, before they are read; blocks parse."""
    known = set(OURS)
    for piece in shown_in(path.read_text(encoding="utf-8")):
        if piece.is_block:
            checked = subprocess.run(
                ["bash", "-n"], input=piece.text, capture_output=True, text=True, check=False
            )
            assert not checked.stderr, f"{piece.text}\n{checked.stderr}"
            known |= defined_in(piece.text)
        unset = variables_of(piece.text) - known
        assert not unset, f"{sorted(unset)} in {piece.text}"


def default_stack() -> str:
    """Return the name of the stack that is deployed where nothing else is said."""
    default = tomllib.loads(Path("samconfig.toml").read_text(encoding="utf-8"))["default"]
    return str(default["global"]["parameters"]["stack_name"])


def test_one_stack_is_named_throughout_the_runbook() -> None:
    """Its name is written once, where it is set; every command after that says $STACK."""
    text = RUNBOOK.read_text(encoding="utf-8")
    assert re.findall(r"--stack-name (?!\"\$STACK\")\S+", text) == []
    assert text.count("CANARY_STACK=") == 1
    assert f" CANARY_STACK={default_stack()}\n" in text


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_one_stack_is_named_everywhere(path: Path) -> None:
    """What is copied from one page works beside what is copied from another."""
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?:--stack(?:-name)?[ =]|\bSTACK=)\"?([\w$.-]+)", text)
    assert set(named) <= {default_stack(), "$STACK", "$CANARY_STACK", "name", "$1"}


def test_the_readme_stays_short() -> None:
    """It is read to the end: under a hundred lines."""
    assert len(Path("README.md").read_text(encoding="utf-8").splitlines()) < 100


def test_every_parameter_of_the_template_is_on_its_page() -> None:
    """Nobody has to read the template to deploy it, and no name is left over from another."""
    text = Path("docs/deploy.md").read_text(encoding="utf-8")
    section = text[text.index("## Parameters") : text.index("## Environments")]
    declared = declared_parameters(Path("template.yaml")).keys()
    assert {name for name in declared if f"`{name}`" not in section} == set()
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) <= declared


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sagemaker describe-endpoints --endpoint-name e", "no operation describe-endpoints"),
        ("sage describe-endpoint --endpoint-name e", "no service sage"),
        ("sagemaker describe-endpoint --name e", "no option --name"),
        ("sagemaker describe-endpoint", "needs --endpoint-name"),
        ("sns list-topics extra", "extra"),
        ("sqs receive-message --queue-url u --visibility-timeout soon", "soon is no integer"),
        ("cloudwatch set-alarm-state --alarm-name a --state-value UP --state-reason r", "UP"),
        ("dynamodb get-item --table-name t --key {pk:1}", "no JSON"),
        ("sns list-topics --query Topics[", "--query"),
    ],
)
def test_a_planted_mistake_is_found(text: str, said: str) -> None:
    """Each kind of mistake that a command can hold."""
    assert any(said in problem for problem in aws_problems(tuple(text.split(" "))))


@pytest.mark.parametrize("text", ["stats", "status --enpoint e", "pause"])
def test_a_planted_mistake_of_ours_is_found(text: str) -> None:
    """No such command, no such option, or one that is missing."""
    assert canaryctl_problem(tuple(text.split(" ")))


def _options(group: Any) -> list[Any]:
    """Return the options of canaryctl itself, --help among them."""
    context = group.make_context("canaryctl", ["status"], resilient_parsing=True)
    return list(group.get_params(context))


def canaryctl_problem(words: tuple[str, ...]) -> str:
    """Return why `canaryctl` would not take a command, "" where it would."""
    group: Any = typer.main.get_command(app)
    if len(words) == 1 and any(words[0] in option.opts for option in _options(group)):
        return ""
    parent = group.make_context("canaryctl", list(words), resilient_parsing=True)
    command = group.get_command(parent, words[0])
    if command is None:
        return f"no command {words[0]}"
    try:
        command.make_context(words[0], list(words[1:]), parent=parent)
    except USAGE as error:
        return str(error.format_message())
    except typer.Exit:  # what --help ends in
        return ""
    return ""
