"""Recorded windows as JSON Lines: read by run, every mistake named with its line."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from canary.domain.judge.windows import Counts, Window

Run = str | int | None
Lines = list[tuple[int, str]]
"""(line number from 1, text)."""


class RecordedError(Exception):
    """A recording that cannot be read; the message names file, line and what is wrong."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Run = None
    minute: int
    baseline: Counts | None = None
    canary: Counts | None = None
    own_traffic: bool = False


def by_run(lines: Iterable[str], name: str) -> dict[Run, Lines]:
    """Return the lines of every run in order of first appearance; runs may be interleaved, blank
    lines are skipped.

    Raises RecordedError for a line that is no JSON object or whose run is neither text nor a whole
    number.
    """
    runs: dict[Run, Lines] = {}
    for number, text in enumerate(lines, 1):
        if text.strip():
            runs.setdefault(_run(text, name, number), []).append((number, text))
    return runs


def _run(text: str, name: str, number: int) -> Run:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise RecordedError(f"{name} line {number}: not JSON ({error})") from error
    if not isinstance(document, Mapping):
        raise RecordedError(
            f"{name} line {number}: expected an object, got {type(document).__name__}"
        )
    run: Any = document.get("run")
    if run is not None and (not isinstance(run, str | int) or isinstance(run, bool)):
        raise RecordedError(
            f"{name} line {number}: run must be text or a whole number, got {run!r}"
        )
    return run


def windows_of(lines: Lines, name: str) -> list[Window]:
    """Return the windows of one run; raises RecordedError naming line and field."""
    return [_window(number, text, name) for number, text in lines]


def _window(number: int, text: str, name: str) -> Window:
    try:
        line = _Line.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise RecordedError(f"{name} line {number}: {field}: {first['msg']}") from error
    return Window(
        minute=line.minute, baseline=line.baseline, canary=line.canary, own_traffic=line.own_traffic
    )
