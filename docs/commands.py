"""Writes docs/commands.md: every command by its panel, its examples, and one table of exit codes;
and the schemas of what commands answer under --json, docs/schema/canaryctl.

    python docs/commands.py

What stands outside the marks is written by hand and kept.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from canaryctl.answers.published import ANSWERS, schema_of
from canaryctl.shell.commands import COMMANDS, Panel
from canaryctl.shell.exits import EVERYWHERE, MEANINGS, Exit
from canaryctl.shell.meanings import MEANT

PAGE = Path(__file__).parent / "commands.md"
SCHEMAS = Path(__file__).parent / "schema/canaryctl"
PARTS = ("commands", "exit codes", "words")


def commands() -> Iterator[str]:
    """Yield the commands by panel."""
    for panel in Panel:
        yield f"### {panel}\n"
        yield "| command | what it does | for example |\n|---|---|---|"
        for command in COMMANDS:
            if command.panel is panel:
                examples = "<br>".join(f"`canaryctl {example}`" for example in command.examples)
                yield f"| `{command.name}` | {command.summary} | {examples} |"
        yield ""


def exit_codes() -> Iterator[str]:
    """Yield the table of exit codes: what a code means, and what it means to one command."""
    yield "| code | means | to |\n|---|---|---|"
    for code in Exit:
        told = [
            f"`{command.name}`: {command.exits[code]}"
            for command in COMMANDS
            if code in command.exits
        ]
        everywhere = ["every command"] if code in EVERYWHERE else []
        yield f"| {code.value} | {MEANINGS[code]} | {'; '.join(everywhere + told)} |"


def words() -> Iterator[str]:
    """Yield the words that lead to a command."""
    yield "| you type | it asks whether you mean |\n|---|---|"
    for command in COMMANDS:
        if command.name in MEANT:
            yield f"| {', '.join(sorted(MEANT[command.name]))} | `{command.name}` |"


def page(text: str) -> str:
    """Return the page with every part written anew."""
    written = {"commands": commands, "exit codes": exit_codes, "words": words}
    for part in PARTS:
        begin, end = f"<!-- {part}: begin -->\n", f"<!-- {part}: end -->"
        before, rest = text.split(begin, 1)
        body = "\n".join(written[part]()).rstrip()
        text = f"{before}{begin}{body}\n{end}{rest.split(end, 1)[1]}"
    return text


def schema(name: str) -> str:
    """Return the schema of a command's answer as its file has it."""
    return json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for command_name in ANSWERS:
        path = SCHEMAS / f"{command_name}.json"
        path.write_text(schema(command_name), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
