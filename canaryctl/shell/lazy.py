"""The command line itself: a command's module is imported when the command is used, never before.

Rules: the overview and completion of names cost what typer costs.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from canaryctl.shell.commands import COMMANDS, Command
from canaryctl.shell.exits import Exit, told
from canaryctl.shell.failures import USAGE, failed, misused, telling
from canaryctl.shell.meanings import suggestions


class Lazy(TyperCommand):
    """The name, panel and sentence of a command; the rest comes with its module when it is
    called.
    """

    def __init__(self, command: Command) -> None:
        super().__init__(
            name=command.name, help=command.summary, rich_help_panel=str(command.panel)
        )
        self._command = command

    def make_context(self, *args: Any, **named: Any) -> Any:
        """Return the context of the command itself."""
        return loaded(self._command).make_context(*args, **named)


class Once(TyperCommand):
    """A command that takes each option once: of two values nobody can tell which was meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Return what is left of the arguments. Raises a usage error for an option given twice."""
        if not ctx.resilient_parsing:
            *_, order = self.make_parser(ctx).parse_args(list(args))
            counted = Counter(one for one in order if isinstance(one, TyperOption))
            for option, times in counted.items():
                if times > 1 and not (option.multiple or option.is_flag or option.count):
                    name = option.opts[0]
                    told = f"{name} is given {times} times. Leave one of them."
                    raise misused(ctx, name, told)
        return super().parse_args(ctx, args)


def loaded(command: Command) -> Any:
    """Return a command with its module imported, its help, examples and exit codes told."""
    module_name, _, function = command.target.partition(":")
    module = import_module(module_name)
    single = typer.Typer(add_completion=False, rich_markup_mode="rich")
    single.command(command.name, cls=Once, epilog=_epilog(command, module))(
        getattr(module, function)
    )
    return get_command(single)


def _epilog(command: Command, module: Any) -> str:
    examples = [f"$ canaryctl {example}" for example in command.examples]
    parts = ["For example:", *examples, told(command.exits), getattr(module, "EPILOG", "")]
    return "\n\n".join(part.replace("[", r"\[") for part in parts if part)


class Shell(TyperGroup):
    """All commands of the table."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {command.name: Lazy(command) for command in COMMANDS}
        self.suggest_commands = False

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that was typed; fail with what may have been meant."""
        word = args[0]
        if word not in self.commands and word[:1] != "-" and not ctx.resilient_parsing:
            ctx.fail(f"No such command {word!r}.{_did_you_mean(word, self.commands)}")
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 -- as typer declares it
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002 -- the same
        **extra: Any,
    ) -> Any:
        """Run what was typed; under --json what cannot go on is told as JSON."""
        typed = sys.argv[1:] if args is None else list(args)
        wants_json = standalone_mode and "--json" in typed
        with telling(as_json=wants_json):
            alone = standalone_mode and not wants_json
            try:
                code = super().main(
                    args, prog_name, complete_var, alone, windows_expand_args, **extra
                )
            except USAGE as error:
                if not wants_json:
                    raise
                parts = _parts(error)
                code = failed(error.format_message(), Exit.REFUSED, "usage", **parts).exit_code
        if wants_json:
            sys.exit(code if isinstance(code, int) else Exit.DONE)
        return code


def _parts(error: Any) -> dict[str, str]:
    """Return the option or argument that a wrong call is about, where it is about one."""
    asked = getattr(error, "param", None)
    of = asked.opts[0] if asked is not None else ""
    field = getattr(error, "field", "") or getattr(error, "option_name", "") or of
    return {"field": field if field.startswith("-") else field.upper()} if field else {}


def _did_you_mean(word: str, commands: Iterable[str]) -> str:
    meant = suggestions(word, commands)
    if not meant:
        return " `canaryctl --help` names all."
    return f" Did you mean {' or '.join(f'`canaryctl {name}`' for name in meant)}?"
