"""Recorded windows as JSON Lines: read by run, every mistake named with its line."""

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    model_validator,
)

from canary.domain.judge.windows import Counts, Window
from canary.domain.plan.standard_guards import ERRORS, SLOW_REQUESTS
from canary.domain.time import minute_of

Run = str | int | None
Lines = list[tuple[int, str]]
"""(line number from 1, text)."""

UNNAMED = 1
"""What a run without a name is shown as."""

# The year 2160: what is larger counts seconds or milliseconds.
LARGEST_MINUTE = 100_000_000
# More than any endpoint serves in a minute: a larger count is a slip of the keyboard.
LARGEST_COUNT = 10**12


def _no_flag(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("true and false are no numbers")  # noqa: TRY004 - pydantic's own
    return value


Count = Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=LARGEST_COUNT)]
Pair = tuple[Count, Count]

FORMAT = (
    "A recording is JSON Lines, one closed minute a line: "
    '{"run": "monday", "minute": "2026-03-02T08:00Z", '
    '"baseline": {"requests": 5700, "errors": 6, "slow": 285}, '
    '"canary": {"requests": 300, "errors": 0, "slow": 14}}. '
    '"minute" is an ISO time (UTC where it has no offset) or a whole number of minutes, from any '
    'start; one run keeps to one of both. "run" tells several recordings of one file apart; lines '
    'without it are one run, shown as 1. "errors" and "slow" are counts among "requests" ("timed" '
    'where slow is out of fewer); any guard\'s [bad, events] stand under "guards" (of a guard with '
    '`good` the verdict says which are meant), the number of a value guard under "values". '
    "What is missing "
    "or null was not measured, which is not zero."
)


class RecordedError(Exception):
    """A recording that cannot be read; the message names file, line and what is wrong."""


def read_minute(value: Any) -> int:
    """Return the minute that a whole number or an ISO time names.

    Raises ValueError for anything else, and for a number that seconds or milliseconds make.
    """
    if _is_time(value):
        return _iso_minute(value)
    countable = isinstance(value, int | float | str) and not isinstance(value, bool)
    number = float(value) if countable else math.nan
    if not number.is_integer():
        raise ValueError(f"{value!r} is neither an ISO time nor a whole number of minutes")
    if abs(number) > LARGEST_MINUTE:
        raise ValueError(
            f"{value!r} is beyond any minute: seconds or milliseconds since 1970? "
            "Give an ISO time, or whole minutes"
        )
    return int(number)


def _is_time(minute: Any) -> bool:
    return isinstance(minute, str) and not minute.strip().lstrip("+-").isdecimal()


def _iso_minute(text: str) -> int:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(
            f"{text!r} is neither an ISO time such as 2026-03-02T08:00Z nor a whole number"
        ) from error
    if ":" not in text and "T" not in text.upper():
        raise ValueError(f"{text!r} is a day; add the minute, such as 2026-03-02T08:00Z")
    if at.second or at.microsecond:
        raise ValueError(f"{text!r} is inside a minute; give the time at which its minute opens")
    return minute_of(at if at.tzinfo else at.replace(tzinfo=UTC))


class _Side(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: Count
    errors: Count | None = None
    slow: Count | None = None
    timed: Count | None = None
    guards: dict[str, Pair | None] = Field(default_factory=dict)
    values: dict[str, FiniteFloat | None] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        if self.timed is not None and self.slow is None:
            raise ValueError("timed without slow: timed says how many requests slow is out of")
        for name, pair in self.short.items():
            if name in self.guards and self.guards[name] not in {None, pair}:
                found = list(self.guards[name] or ())
                raise ValueError(
                    f"{name} is {list(pair)} by its own keys and {found} under guards; keep one"
                )
        return self

    @property
    def short(self) -> dict[str, Pair]:
        """Return (bad, events) of the guards that have keys of their own."""
        timed = self.requests if self.timed is None else self.timed
        pairs = {ERRORS: (self.errors, self.requests), SLOW_REQUESTS: (self.slow, timed)}
        return {name: (bad, of) for name, (bad, of) in pairs.items() if bad is not None}

    @property
    def counts(self) -> Counts:
        """Return what was measured."""
        named = {name: pair for name, pair in self.guards.items() if pair is not None}
        values = {name: value for name, value in self.values.items() if value is not None}
        return Counts(requests=self.requests, guards={**named, **self.short}, values=values)


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Run = None
    minute: Annotated[int, BeforeValidator(read_minute)]
    baseline: _Side | None = None
    canary: _Side | None = None
    own_traffic: bool = False


def by_run(lines: Iterable[str], name: str) -> dict[Run, Lines]:
    """Return the lines of every run in order of first appearance; runs may be interleaved, blank
    lines are skipped.

    Raises RecordedError for a file without a line, for a line that is no JSON object or whose run
    is neither text nor a whole number, and for a run that gives times and counts minutes.
    """
    runs: dict[Run, Lines] = {}
    clocks: dict[Run, tuple[bool, int]] = {}
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        document = _object(text, name, number)
        run = _run(document, name, number)
        runs.setdefault(run, []).append((number, text))
        as_time = _is_time(document.get("minute"))
        began_as_time, first = clocks.setdefault(run, (as_time, number))
        if as_time is not began_as_time:
            raise RecordedError(
                f"{name} lines {first} and {number}: minute is a time in one and a number in the "
                "other of the same run; write all of them one way"
            )
    if not runs:
        raise RecordedError(f"{name} is empty: not one recorded minute. {FORMAT}")
    return runs


def shown(run: Run) -> str | int:
    """Return what a run is shown as."""
    return UNNAMED if run is None else run


def check_names(runs: Iterable[Run], name: str) -> None:
    """Raise RecordedError where lines without a run stand beside a run that is shown alike."""
    known = list(runs)
    twins = [run for run in known if run is not None and str(run) == str(UNNAMED)]
    if None in known and twins:
        raise RecordedError(
            f"{name}: lines without a run are shown as run {UNNAMED}, and a run {twins[0]!r} is "
            'there as well; give every line its "run"'
        )


def _object(text: str, name: str, number: int) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise RecordedError(f"{name} line {number}: not JSON ({error})") from error
    if not isinstance(document, Mapping):
        raise RecordedError(
            f"{name} line {number}: expected an object, got {type(document).__name__}"
        )
    return document


def _run(document: Mapping[str, Any], name: str, number: int) -> Run:
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
        said = first["msg"].removeprefix("Value error, ")
        raise RecordedError(f"{name} line {number}: {field}: {said}") from error
    return Window(
        minute=line.minute,
        baseline=line.baseline and line.baseline.counts,
        canary=line.canary and line.canary.counts,
        own_traffic=line.own_traffic,
    )


def left_out(windows: Iterable[Window], guards: Collection[str]) -> str:
    """Return in words, for the end of a sentence, what of a run's windows no verdict rests on:
    counts under a name that is none of the guards', and more bad events than events.
    """
    strange, impossible = Counter[str](), Counter[str]()
    for window in windows:
        sides = [side for side in (window.baseline, window.canary) if side]
        named = {name for side in sides for name in (*side.guards, *side.values)}
        strange.update(named - set(guards))
        impossible.update(
            {name for side in sides for name, (bad, events) in side.guards.items() if bad > events}
        )
    whys = ((strange, "no guard of the spec has this name"), (impossible, "more bad than events"))
    told = [
        f"{name} in {minutes} minute{'s' * (minutes > 1)}, {why}"
        for found, why in whys
        for name, minutes in found.items()
    ]
    return f" (left out: {'; '.join(sorted(told))})" if told else ""


def told_twice(windows: Iterable[Window]) -> str:
    """Return in words how many minutes of a run were recorded twice and not alike; empty for none:
    the last line counts, and the other may be another run's.
    """
    seen: dict[int, Window] = {}
    unlike = set[int]()
    for window in windows:
        if seen.setdefault(window.minute, window) != window:
            unlike.add(window.minute)
    if not unlike:
        return ""
    return (
        f" ({len(unlike)} minute{'s' * (len(unlike) > 1)} recorded twice with other counts: the "
        'last line counts; give each recording its "run")'
    )
