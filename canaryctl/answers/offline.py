"""Answers of the commands that need no stack."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from canary.domain.model import Frozen


class Drafted(Frozen):
    """`init`: a first spec for an endpoint."""

    canary: str
    why: str = Field(description="why this one is taken for the canary")
    file: str | None = Field(description="where it was written, null where it was not")
    spec: dict[str, Any]
    text: str = Field(description="the same as YAML, with its comments")


class ForecastLine(Frozen):
    """`forecast`: one step and guard, a line each; minutes count from when the share serves, null
    where no traffic would do it.
    """

    step: int
    share: float
    guard: str
    median_minutes: float | None
    p90_minutes: float | None
    bake_max_minutes: int
    smallest_ratio: float | None = Field(
        description="the smallest regression a bake would see, as a multiple; null of a rate of 0"
    )
    smallest_rate: float | None = Field(
        default=None, description="the same as the canary's own rate; null of a value guard"
    )
    baseline_rate: float | None = Field(default=None, description="what it is a regression from")
    twice_as_bad_minutes: float | None
    warning: str | None
    conclusive: bool
    next_share_at: datetime | None = Field(
        default=None,
        description="when the next share is taken, at the earliest where people decide",
    )
    next_share_waits: list[str] | None = Field(
        default=None, description="for what besides evidence the next share waits"
    )


class ReplayLine(Frozen):
    """`replay` of a file: one run, a line each."""

    run: str | int
    verdict: Literal["ADVANCE", "HOLD", "ROLL_BACK"]
    windows: int = Field(description="how many were read up to the verdict")
    guard: str | None = Field(description="the one that decided")
    reason: str


class RunJudged(Frozen):
    """What became of the canary's own minutes."""

    verdict: Literal["ADVANCE", "HOLD", "ROLL_BACK"]
    windows: int
    guard: str | None
    reason: str


class Backtested(Frozen):
    """`replay` of an endpoint's past."""

    outcome: RunJudged | None = Field(description="null when the canary served nothing")
    minutes: int
    bakes: int = Field(description="with the baseline as its own canary")
    false_alarms: int
    advanced: int
    median_windows_to_advance: float | None


class SpecMistake(Frozen):
    """One mistake of a spec; line and column count from 1, null where nobody knows them."""

    field: str | None = Field(description="null where the file itself cannot be read")
    line: int | None
    column: int | None
    problem: str
    wanted: str | None = Field(description="what may stand there, where that is what is wrong")
    remedy: str
    see: str = Field(description="where the key is described")


class Validated(Frozen):
    """`validate`: whether a file is a spec, and what would have to be mended."""

    file: str
    valid: bool
    spec: dict[str, Any] | None = Field(description="as the state machine takes it; null of none")
    mistakes: list[SpecMistake]


class Evaluated(Frozen):
    """`evaluate`: verdict, metrics and findings of two variants."""

    endpoint: str
    baseline: str
    canary: str
    labelled_set: str
    set_version: str
    verdict: Literal["PASS", "FAIL", "INCONCLUSIVE", "NO_DATA"]
    answer: Literal["worse", "not enough evidence", "not worse", "better"]
    contract: dict[str, Any] | None = Field(description="how answers were read")
    next: str = Field(description="what to do")
    records: dict[str, int]
    metrics: dict[str, Any] = Field(description="by variant name")
    difference: Any
    discordant: Any
    findings: list[dict[str, Any]] = Field(description="one a deciding metric")
    slices: Any
    measured: list[Any] = Field(description="what the answers cost on both sides")
    score_shift: Any
    sample: Any
    disagreements: list[dict[str, Any]]
    failures: list[dict[str, Any]]
    notes: list[dict[str, Any]]


class Probed(Frozen):
    """`evaluate --probe`: how answers are read."""

    told: str
    inferred: bool
    probed: int
    baseline: dict[str, Any]
    canary: dict[str, Any]


class ErrorParts(Frozen):
    """Why a command could not go on."""

    kind: Literal["usage", "refused", "stack", "aws", "stored"]
    exit_code: int
    message: str
    field: str | None
    problem: str | None
    remedy: str | None


class Failed(Frozen):
    """Any command that cannot go on: the last line of standard error."""

    error: ErrorParts
