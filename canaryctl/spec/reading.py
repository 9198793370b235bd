"""A spec from a file or from standard input, or all its mistakes with line and column."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import fill
from typing import Annotated, Any

import typer

from canary.domain.errors import Refused
from canary.domain.plan.reading.keys import anchor_of
from canary.domain.plan.reading.mistake import Mistake
from canary.domain.plan.reading.mistake import Path as KeyPath
from canary.domain.plan.reading.read import SCHEMA_KEY, read_whole
from canary.domain.plan.spec import Spec
from canaryctl.spec.syntax import Spot, Unreadable
from canaryctl.spec.text import Written, read_text

WIDTH = 80
STANDARD_INPUT = "standard input"

SpecFile = Annotated[
    Path,
    typer.Option(help="The spec, JSON or YAML; - reads it from standard input.", allow_dash=True),
]


@dataclass(frozen=True)
class Found:
    """One mistake with the place in the file, where there is one."""

    mistake: Mistake
    spot: Spot | None


@dataclass(frozen=True)
class Checked:
    """A file that was read: its spec, or what is wrong with it."""

    name: str
    document: Any
    spec: Spec | None
    found: tuple[Found, ...]
    language: str = ""
    """As what it could not be read."""


class SpecRefused(Refused):
    """A file that is no spec; the message tells every mistake with line and column."""

    def __init__(self, checked: Checked) -> None:
        """Keep what was found, and the first mistake in its parts."""
        first = checked.found[0].mistake
        super().__init__(first.field, first.problem, first.remedy)
        self.checked = checked
        self.args = (told(checked),)


def read_spec_file(path: Path) -> tuple[Spec, dict[str, Any]]:
    """Return a file's spec and the document to start it with, without what editors alone read.

    Raises Refused: the file cannot be read, or every mistake in it.
    """
    checked = check_file(path)
    if checked.spec is None:
        raise SpecRefused(checked)
    return checked.spec, checked.document


def check_file(path: Path) -> Checked:
    """Return what a file holds. Raises Refused where there is no text to read."""
    name = STANDARD_INPUT if str(path) == "-" else str(path)
    return check_text(_text(path), name)


def check_text(text: str, name: str) -> Checked:
    """Return what a text holds."""
    try:
        written = read_text(text, name)
    except Unreadable as wrong:
        mistake = Mistake((), wrong.problem, wrong.remedy)
        return Checked(name, None, None, (Found(mistake, wrong.spot),), wrong.language)
    read = read_whole(written.document)
    mistakes = read if isinstance(read, tuple) else ()
    found = tuple(sorted(_placed(written, mistakes), key=_place))
    document = written.document
    if isinstance(document, dict):
        document = {key: value for key, value in document.items() if key != SCHEMA_KEY}
    return Checked(name, document, None if isinstance(read, tuple) or found else read, found)


def _placed(written: Written, mistakes: Sequence[Mistake]) -> Iterator[Found]:
    """Yield the mistakes of the text, then those of what it holds where the text is clear."""
    open_paths: set[KeyPath] = {mistake.path for mistake in written.mistakes}
    for mistake in written.mistakes:
        described = replace(mistake, see=anchor_of(mistake.path))
        yield Found(described, written.spot(mistake))
    for mistake in mistakes:
        if mistake.path not in open_paths:
            yield Found(mistake, written.spot(mistake))


def _place(found: Found) -> Spot:
    return found.spot or Spot(0, 0)


def _text(path: Path) -> str:
    """Return a file's text. Raises Refused."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Refused(
            "spec", f"{path}: {error.strerror or error}", "Give a file that holds a spec, or -"
        ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        raise Refused(
            "spec",
            f"{path}:{before.count(10) + 1}: the text is not UTF-8",
            "Save the file as UTF-8",
        ) from error


def told(checked: Checked) -> str:
    """Return every mistake as a person reads it in 80 columns: place and key, then what is wrong,
    what to do, and where the key is described.
    """
    count = len(checked.found)
    head = f"{checked.name} is no spec: {count} mistake{'s' * (count != 1)}"
    return "\n".join([head, *(line for one in checked.found for line in _lines(one, checked))])


def _lines(found: Found, checked: Checked) -> Iterator[str]:
    mistake, spot = found.mistake, found.spot
    where = f"{checked.name}:{spot.line}:{spot.column}" if spot else checked.name
    whole = f"the file, as {checked.language}" if checked.language else "the file"
    yield f"\n{where}: {mistake.field if mistake.path else whole}"
    for said in (f"{mistake.problem}.", _ended(mistake.remedy)):
        yield fill(
            said,
            WIDTH,
            initial_indent="  ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    if mistake.path:
        yield f"  {mistake.page}"


def _ended(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."
