"""Per-minute series for the charts: requests, rates and evidence, with missing kept apart from
zero.

Rules: minutes count from the rollout's start; None is a gap in a line, never a zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from canary.domain.judge.judgement import Judgement
from canary.domain.judge.terms import terms_of
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Counts, Window, counted, measured
from canary.domain.plan.guards import CountGuard
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canaryctl.history import LedgerMinute, RolloutHistory

Points = list[float | None]
Side = Callable[[Window], Counts | None]


@dataclass(frozen=True)
class Line:
    """One line of a chart: `y` over `x` minutes, `notes` what each point says when pointed at."""

    name: str
    x: list[float]
    y: Points
    notes: list[str]


@dataclass(frozen=True)
class Looked:
    """One verdict with the judgement behind it, where it had one, in minutes since the start."""

    at: int
    verdict: VerdictRecord
    judgement: Judgement | None


def start_of(record: Record) -> int:
    """Return the minute a rollout's own clock counts from."""
    return minute_of(record.started_at)


def newest_minute(history: RolloutHistory) -> int:
    """Return the last minute (since the epoch) anything is known of."""
    record = history.record
    known = [minute_of(record.ended_at or record.progress_at)]
    known += [window.minute for window in history.windows[-1:]]
    known += [verdict.minute for verdict in history.verdicts[-1:]]
    return max(known)


def looks_of(history: RolloutHistory) -> list[Looked]:
    """Return every verdict in order, its judgement read back."""
    start = start_of(history.record)
    return [
        Looked(v.minute - start, v, Judgement.model_validate(v.judgement) if v.judgement else None)
        for v in history.verdicts
    ]


def judged_minutes(history: RolloutHistory) -> frozenset[int]:
    """Return the minutes (since the epoch) that may count as evidence: baking, warm, not the
    evaluator's own.
    """
    terms = [bake for bake in terms_of(history.record.plan, history.record.bakes) if bake.share > 0]
    own = set(history.quality.called_minutes) if history.quality else set()
    near = {minute + offset for minute in own for offset in (-1, 0, 1)}
    return frozenset(
        window.minute
        for window in history.windows
        if window.minute not in near
        and any(b.covers(window.minute) and b.warm(window.minute) for b in terms)
    )


def request_lines(history: RolloutHistory) -> list[Line]:
    """Return requests a minute, the baselines first: by the router's own count where there is
    one.
    """
    if history.ledger:
        return _from_ledger(history)
    record = history.record
    sides = {" + ".join(record.plan.baselines): _baseline, record.canary: _canary}
    return [_request_line(history, name, side) for name, side in sides.items()]


def rate_lines(history: RolloutHistory, guard: CountGuard) -> list[Line]:
    """Return the percentage of judged events a minute of both sides, or a value guard's number, as
    CloudWatch published it.
    """
    record = history.record
    sides = {" + ".join(record.plan.baselines): _baseline, record.canary: _canary}
    return [_rate_line(history, name, guard, side) for name, side in sides.items()]


def _rate_line(
    history: RolloutHistory, name: str, guard: CountGuard, side: Callable[[Window], Counts | None]
) -> Line:
    start, x, y, notes = start_of(history.record), [], [], []
    if guard.value is not None:
        values = [measured(guard, side(window)) for window in history.windows]
        at = [float(window.minute - start) for window in history.windows]
        told = ["missing" if v is None else f"{v:.4g}{guard.unit}" for v in values]
        return Line(name, at, values, told)
    for window in history.windows:
        pair = counted(guard, side(window))
        x.append(float(window.minute - start))
        y.append(100 * pair[0] / pair[1] if pair and pair[1] else None)
        notes.append(f"{pair[0]:,} of {pair[1]:,}" if pair else "missing")
    return Line(name, x, y, notes)


def _request_line(history: RolloutHistory, name: str, side: Side) -> Line:
    start = start_of(history.record)
    x = [float(window.minute - start) for window in history.windows]
    y = [float(counts.requests) if (counts := side(window)) else None for window in history.windows]
    return Line(name, x, y, ["missing" if v is None else f"{v:,.0f} requests" for v in y])


def _from_ledger(history: RolloutHistory) -> list[Line]:
    record, start = history.record, start_of(history.record)
    names = [*record.plan.baselines, record.canary]
    lines = []
    for name in names:
        minutes = [entry for entry in history.ledger if entry.variant == name]
        x = [float(entry.minute - start) for entry in minutes]
        lines.append(
            Line(
                name, x, [float(entry.requests) for entry in minutes], [_counts(e) for e in minutes]
            )
        )
    return lines


def _counts(entry: LedgerMinute) -> str:
    return f"{entry.requests:,} requests, {entry.bad:,} failed, {entry.slow:,} slow"


def _baseline(window: Window) -> Counts | None:
    return window.baseline


def _canary(window: Window) -> Counts | None:
    return window.canary


def evidence_line(looks: Sequence[Looked], name: str, value: Callable[[Judgement], float]) -> Line:
    """Return one evidence number over the looks that had a judgement, as natural logarithms."""
    judged = [look for look in looks if look.judgement is not None]
    x = [float(look.at) for look in judged]
    y: Points = [value(look.judgement) for look in judged if look.judgement]
    return Line(name, x, y, [look.verdict.verdict for look in judged])
