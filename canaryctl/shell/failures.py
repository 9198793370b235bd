"""How a command that cannot go on says so: one sentence on standard error and an exit code.

Under --json the last line of standard error is the same as one JSON object, its parts beside it.
Standard output holds nothing but what the command's schema says, and is empty where there is no
answer.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

import typer

from canary.domain.errors import Refused
from canaryctl.shell.exits import Exit

Kind = Literal["usage", "refused", "stack", "aws", "stored"]
"""What went wrong: the call itself, what it asked for, the stack that was meant, AWS, or a stored
document that this version does not know.
"""
USAGE: Any = typer.BadParameter.__base__
"""What the parser raises; typer gives it no public name."""
_AS_JSON = ContextVar("_AS_JSON", default=False)


@contextmanager
def telling(*, as_json: bool) -> Iterator[None]:
    """Have failures told as JSON too while this lasts."""
    before = _AS_JSON.set(as_json)
    try:
        yield
    finally:
        _AS_JSON.reset(before)


def misused(context: typer.Context, field: str, message: str) -> Any:
    """Return what to raise for a wrong call: the option or argument it is about, and the sentence.

    The parser's own exception has no public name in typer, nor a field.
    """
    error = USAGE(message, ctx=context)
    error.field = field
    return error


def failed(message: str, code: Exit, kind: Kind, **parts: str) -> typer.Exit:
    """Tell why a command cannot go on, and return what to raise for it; `parts` are field, problem
    and remedy where the message has them.
    """
    typer.echo(message, err=True)
    if _AS_JSON.get():
        typer.echo(_as_json(message, code, kind, parts), err=True)
    return typer.Exit(code)


def refused(error: Refused, message: str = "") -> typer.Exit:
    """Tell of a refusal, and return what to raise for it; `message` where more is to be said than
    its parts.
    """
    parts = {"field": error.field, "problem": error.problem, "remedy": error.remedy}
    return failed(message or str(error), Exit.REFUSED, "refused", **parts)


def _as_json(message: str, code: Exit, kind: Kind, parts: dict[str, str]) -> str:
    error: dict[str, Any] = {
        "kind": kind,
        "exit_code": int(code),
        "message": message,
        **{part: parts.get(part) for part in ("field", "problem", "remedy")},
    }
    return json.dumps({"error": error}, ensure_ascii=False)
