"""A soak that leaks is called one: what grows by more than the account keeps of itself."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.soak.growth import BOUNDS, every_minutes, growths, told
from benchmarks.soak.run import is_sound

ROLLOUTS, MINUTES = 10, 240
MEMORY = next(bound for bound in BOUNDS if bound.what == "memory_mb")


def samples(**an_hour: float) -> list[dict[str, Any]]:
    """Return a soak's samples: much before it is warm, then so much more each hour."""
    usual = {"memory_mb": 0.0, "items": 60.0 * ROLLOUTS, "executions": 0.0, **an_hour}
    found = []
    for minute in range(10, MINUTES + 1, 10):
        cold = 50 * max(0, 60 - minute)
        each = {what: 1_000 - cold + much * minute / 60 for what, much in usual.items()}
        found.append({"minute": minute, **each})
    return found


def leaking(**an_hour: float) -> list[str]:
    """Return what leaks in such a soak."""
    return [one.what for one in growths(samples(**an_hour), MINUTES, ROLLOUTS) if one.is_leak]


def test_what_is_kept_of_every_minute_is_no_leak() -> None:
    """An item a minute and a rollout, and whatever came before the process was warm."""
    assert leaking() == []


@pytest.mark.parametrize(
    ("an_hour", "leak"),
    [
        ({"memory_mb": 1.1 * MEMORY.most(ROLLOUTS, 3) / 3}, "memory_mb"),
        ({"items": 130.0 * ROLLOUTS}, "items"),
        ({"executions": 0.5}, "executions"),
    ],
)
def test_what_grows_by_more_is_a_leak_and_alone_unsound(
    an_hour: dict[str, float], leak: str
) -> None:
    """A tenth beyond the bound on memory, two items a minute, an execution in two hours."""
    assert leaking(**an_hour) == [leak]
    found = growths(samples(**an_hour), MINUTES, ROLLOUTS)
    told_so = [{**one._asdict(), "leak": one.is_leak} for one in found]
    sound = {"wrong": [], "blind": [], "left": {}, "refused": 0}
    assert not is_sound({**sound, "growth": told_so})
    assert "It leaks: " in told(told_so)


def test_one_jump_is_no_growth() -> None:
    """The allocator takes 40 MB at once in the last half hour, and keeps it."""
    found = samples()
    for one in found[-3:]:
        one["memory_mb"] += 40
    assert not any(one.is_leak for one in growths(found, MINUTES, ROLLOUTS))


def test_whole_hours_are_among_the_samples() -> None:
    """Two dozen of the usual soak, one an hour of a day."""
    assert [every_minutes(minutes) for minutes in (30, 60, 240, 1_440)] == [2, 5, 10, 60]


def test_too_few_samples_say_nothing() -> None:
    """Two of them are a line, not a growth."""
    with pytest.raises(ValueError, match="2 samples, 3 are needed"):
        growths(samples()[:2], 2, ROLLOUTS)
