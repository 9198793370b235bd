"""Where one minute may decide: what the baseline's last day allows at every step, and how that is
told.
"""

from collections.abc import Iterable, Mapping, Sequence

from canary.domain.plan.guards import CountGuard
from canary.domain.plan.plan import GuardDay
from canary.domain.plan.target import beside
from canary.domain.words import percent
from canary.stats.history import LEAST_HISTORY_MINUTES, Minute, without_worst_hours
from canary.stats.history_bet import Served, pairs
from canary.stats.setting import is_bursty, settle
from canary.stats.uncapped import is_untripped, is_watch_untripped, uncapped_minutes

Shares = Sequence[float]


def days_of(
    guards: Iterable[CountGuard],
    shares: Shares,
    history: Mapping[str, Sequence[Minute]],
    *,
    controlled: bool = False,
) -> dict[str, GuardDay]:
    """Return what the day allows at each share, by guard; one with too little history is left out,
    and one of good events or of a value, for which it was not studied.
    """
    placed = [(share, beside(share, controlled=controlled)) for share in shares]
    return {
        guard.name: _guard_day(guard, placed, without_worst_hours(history[guard.name]))
        for guard in guards
        if _is_studied(guard) and guard.history.known.known and guard.name in history
    }


def _is_studied(guard: CountGuard) -> bool:
    return guard.better == "lower" and guard.value is None


def _guard_day(
    guard: CountGuard, placed: Sequence[tuple[float, float | None]], minutes: Sequence[Minute]
) -> GuardDay:
    compared, least = pairs(minutes), uncapped_minutes(guard.history.known)
    served = [minute for minute in minutes if minute and minute[0] > 0]
    allowed = (
        _one_decides(guard, share, others, compared) if share < 1 else _watch_decides(guard, served)
        for share, others in placed
    )
    return GuardDay(pairs=len(compared), uncapped_minutes=tuple(least * one for one in allowed))


def _one_decides(
    guard: CountGuard,
    share: float,
    others: float | None,
    compared: Sequence[tuple[Served, Served]],
) -> bool:
    known = guard.history.known
    if share <= 0 or known.burst_lags or is_bursty(known, share, others):
        return False
    beyond = guard.roll_back_beyond.bound
    setting = settle(known, beyond, beyond, share, guard.grid, beside=others)
    return is_untripped(compared, setting, share, others)


def _watch_decides(guard: CountGuard, served: Sequence[Served]) -> bool:
    known = guard.history.known
    return not known.burst_lags and is_watch_untripped(served, guard.early_steps.bound, known)


def told_of_one_minute(
    guards: Sequence[CountGuard],
    shares: Shares,
    days: Mapping[str, GuardDay],
    *,
    controlled: bool = False,
) -> tuple[str, ...]:
    """Return in words where one minute may decide, and why not where it may not."""
    told: dict[str, list[str]] = {}
    for guard in guards:
        for text in _told(guard, shares, days.get(guard.name), controlled=controlled):
            told.setdefault(text, []).append(guard.words.bad)
    return tuple(text.format(guards=" and ".join(bad)) for text, bad in told.items())


def _told(
    guard: CountGuard, shares: Shares, day: GuardDay | None, *, controlled: bool
) -> Iterable[str]:
    if not _is_studied(guard):
        return
    if day is None:
        served = guard.history.minutes
        if served:  # of no traffic at all others tell
            yield (
                "No single minute of {guards} takes the canary back: the baseline has "
                f"{served:,} minutes of history, not {LEAST_HISTORY_MINUTES}."
            )
        return
    steps = [(s, m > 0) for s, m in zip(shares, day.uncapped_minutes, strict=True) if s > 0]
    where = "" if all(free for _, free in steps) else f" at {_listed(s for s, m in steps if m)}"
    if any(free for _, free in steps):
        yield f"One minute of {{guards}} may take the canary back{where}, early in a step."
    known = guard.history.known
    bursty = {s for s in shares if is_bursty(known, s, beside(s, controlled=controlled))}
    burst = [s for s, free in steps if not free and (known.burst_lags or s in bursty)]
    tripped = [s for s, free in steps if not free and s not in burst]
    if burst:
        yield (
            f"No single minute of {{guards}} does at {_listed(burst)}: the baseline's own bursts "
            "are as large."
        )
    if tripped:
        yield (
            f"No single minute of {{guards}} does at {_listed(tripped)}: a minute of the "
            "baseline's last day would have looked as bad."
        )


def _listed(shares: Iterable[float]) -> str:
    return ", ".join(percent(share) for share in shares)
