"""A verdict as text, every command alone on its line, and as JSON."""

from collections.abc import Iterator, Sequence

from canaryctl.uninstall.verdict import Verdict
from canaryctl.uninstall.words import Matter


def as_document(verdict: Verdict) -> dict[str, object]:
    """Return a verdict as JSON."""
    return {
        "stack": verdict.stack,
        "safe": verdict.safe,
        "in_the_way": [_plain(matter) for matter in verdict.in_the_way],
        "notices": [_plain(matter) for matter in verdict.notices],
        "stays": [_plain(matter) for matter in verdict.stays],
        "delete": list(verdict.delete),
    }


def _plain(matter: Matter) -> dict[str, object]:
    return {
        "kind": matter.kind,
        "said": matter.said,
        "do": matter.do,
        "commands": list(matter.commands),
    }


def said(verdict: Verdict) -> Sequence[str]:
    """Return a verdict as lines of text; every command stands alone on its line."""
    lines: list[str] = []
    for title, matters in (
        ("In the way:", verdict.in_the_way),
        ("To know:", verdict.notices),
        ("What stays after the deletion:", verdict.stays),
    ):
        if matters:
            lines += [title, *(line for matter in matters for line in _lines(matter)), ""]
    return [*lines, *_last(verdict)]


def _last(verdict: Verdict) -> Iterator[str]:
    if verdict.safe:
        yield f"{verdict.stack} may be deleted: nothing runs and no endpoint is held."
        yield from (f"  $ {command}" for command in verdict.delete)
        return
    yield f"{verdict.stack} must not be deleted yet: {verdict.danger}."


def _lines(matter: Matter) -> Iterator[str]:
    yield f"- {matter.said}"
    if matter.do:
        yield f"  -> {matter.do}"
    yield from (f"     $ {command}" for command in matter.commands)
