"""The course of a run: minute by minute until it is over, with the rests at which it can be forked.

A rest is a moment at which nobody has the turn and nothing but the rollout's own execution is
alive: what goes on from there goes on in the same way in every fork.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from tests.faults.world import World

MINUTE = timedelta(minutes=1)
Rest = tuple[datetime, int]


def finished(world: World, began: datetime, done: Callable[[], bool], at_most_minutes: int) -> bool:
    """Return whether `done` held within so many minutes since the run began; asked at each."""
    while not (at_mark := _asked(world, began, done, at_most_minutes)):
        world.emulator.clock.run_for(_to_next(world, began).total_seconds())
    return at_mark == "done"


def rests(
    world: World, began: datetime, done: Callable[[], bool], at_most_minutes: int
) -> Iterator[Rest]:
    """Play the run until it is finished, and yield at every rest how it stands."""
    clock, yielded = world.emulator.clock, False

    def between() -> bool:
        nonlocal yielded
        yielded = not yielded and _rests(clock.resting())  # asked again where it was left
        return yielded

    while not _asked(world, began, done, at_most_minutes):
        end = clock.now() + _to_next(world, began)
        while clock.run_until(lambda: False, (end - clock.now()).total_seconds(), between):
            yield clock.now(), len(world.observer.timeline)


def _rests(alive: tuple[str, ...] | None) -> bool:
    return alive is not None and len(alive) <= 1 and all(n.startswith("execution ") for n in alive)


def _asked(world: World, began: datetime, done: Callable[[], bool], at_most_minutes: int) -> str:
    """Return `done` or `late` at the end of a minute that is the run's last, else nothing."""
    minute, into = divmod(world.emulator.clock.now() - began, MINUTE)
    if into:
        return ""
    with world.emulator.clock.lock:
        return "done" if done() else "late" if minute >= at_most_minutes else ""


def _to_next(world: World, began: datetime) -> timedelta:
    passed: timedelta = world.emulator.clock.now() - began
    return MINUTE - passed % MINUTE
