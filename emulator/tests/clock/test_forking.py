"""A fork of a resting clock goes on as the clock would; what a fork would lose is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from emulator.clock import Clock

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
FORKED = """
import os
from datetime import UTC, datetime
from emulator.clock import Clock

clock = Clock(datetime(2026, 1, 5, 8, 0, tzinfo=UTC))
seen = ["whole"]

def work():
    for _ in range(3):
        clock.sleep(20)
        seen.append(f"{clock.now():%M:%S}")

def go_on(name, seconds):
    seen[0] = name
    clock.run_for(seconds)
    print(*seen, f"{clock.now():%M:%S}", flush=True)

def in_fork(seconds):
    go_on("fork", seconds)
    os._exit(0)

clock.spawn(work, name="worker")
clock.run_until(lambda: False, 600, between=lambda: len(seen) == 2)
assert clock.run_until(lambda: False, 600, between=clock.resting) is True
for seconds in (20, 60):
    os.waitpid(clock.fork(lambda seconds=seconds: in_fork(seconds)), 0)
go_on("first", 120)
os.waitpid(clock.fork(lambda: in_fork(30)), 0)
clock.close()
"""
"""Forked twice while a worker sleeps, and once after it ended; other threads would be in the way
here.
"""


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock at START, closed at the end."""
    clock = Clock(START, patience_seconds=3)
    yield clock
    clock.close()


def test_a_worker_keeps_its_place_in_every_fork() -> None:
    """What it did before is done once, what it does afterwards once in each; time too."""
    done = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines() == [
        "fork 00:20 00:40 00:40",
        "fork 00:20 00:40 01:00 01:20",
        "first 00:20 00:40 01:00 02:20",
        "fork 00:20 00:40 01:00 02:50",
    ]


def test_two_workers_are_not_forked(clock: Clock) -> None:
    """One of the two would be lost."""
    for _ in range(2):
        clock.spawn(lambda: clock.sleep(60))
    clock.run_for(10)
    with pytest.raises(RuntimeError, match="would lose workers"):
        clock.fork(lambda: None)


def test_a_run_ends_where_it_is_asked_between_two_turns(clock: Clock) -> None:
    """Before a second of emulated time has passed, and at rest."""
    found: list[tuple[str, ...] | None] = []

    def between() -> bool:
        found.append(clock.resting())
        return len(found) == 2

    clock.spawn(lambda: clock.sleep(60), name="sleeper")
    assert clock.run_until(lambda: False, 600, between)
    assert (clock.now(), found) == (START, [("sleeper",), ("sleeper",)])
