"""The clock: order, quiescence, deadlines, guests and the watchdog."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from emulator.clock import Clock, DeadlinePassed, Stuck

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock at START, closed at the end."""
    clock = Clock(START, patience_seconds=3)
    yield clock
    clock.close()


def seconds(clock: Clock) -> float:
    """Seconds of emulated time since START."""
    return (clock.now() - START).total_seconds()


def test_actions_run_by_due_time_and_then_by_order_of_asking(clock: Clock) -> None:
    """Two actions due at one moment run in the order they were asked for."""
    seen: list[str] = []
    clock.call_in(20, lambda: seen.append("late"))
    clock.call_in(10, lambda: seen.append("first"))
    clock.call_in(10, lambda: seen.append("second"))
    clock.run_for(30)
    assert seen == ["first", "second", "late"]
    assert seconds(clock) == 30


def test_a_series_runs_every_period_until_cancelled(clock: Clock) -> None:
    """every() keeps its period, from the first moment given."""
    seen: list[float] = []
    series = clock.every(60, lambda: seen.append(seconds(clock)), first=START)
    clock.run_for(150)
    series.cancel()
    clock.run_for(150)
    assert seen == [0, 60, 120]


def test_time_stands_still_while_a_worker_runs(clock: Clock) -> None:
    """A busy worker sees one moment; only its sleep lets time move."""
    seen: list[float] = []

    def work() -> None:
        seen.append(seconds(clock))
        threading.Event().wait(0.01)
        seen.append(seconds(clock))
        clock.sleep(90)
        seen.append(seconds(clock))

    clock.spawn(work)
    clock.run_for(120)
    assert seen == [0, 0, 90]


def test_workers_take_turns_in_a_repeatable_order(clock: Clock) -> None:
    """Workers never run at the same time, and interleave in the same way each run."""
    seen: list[tuple[str, int]] = []

    def work(name: str) -> None:
        for step in range(3):
            seen.append((name, step))
            clock.sleep(1)

    for name in "abc":
        clock.spawn(lambda name=name: work(name))  # type: ignore[misc]
    clock.run_for(10)
    assert seen == [(name, step) for step in range(3) for name in "abc"]


def test_wait_for_answers_when_the_condition_holds(clock: Clock) -> None:
    """A waiter wakes at the moment another worker makes its condition true."""
    flag = threading.Event()
    seen: list[tuple[bool, float]] = []
    clock.spawn(lambda: seen.append((clock.wait_for(flag, 600), seconds(clock))))
    clock.call_in(42, flag.set)
    clock.run_for(100)
    assert seen == [(True, 42)]


def test_wait_for_times_out_in_emulated_time(clock: Clock) -> None:
    """A waiter whose condition never holds answers False at its timeout."""
    seen: list[tuple[bool, float]] = []
    clock.spawn(lambda: seen.append((clock.wait_for(lambda: False, 600), seconds(clock))))
    clock.run_for(1000)
    assert seen == [(False, 600)]


def test_the_owner_of_the_run_drives_while_it_sleeps(clock: Clock) -> None:
    """sleep() outside any worker runs what is due."""
    seen: list[float] = []
    clock.call_in(5, lambda: seen.append(seconds(clock)))
    clock.sleep(7)
    assert (seen, seconds(clock)) == ([5], 7)


def test_run_until_stops_at_the_moment_its_condition_holds(clock: Clock) -> None:
    """run_until ends as soon as the condition holds and nothing else is due at that moment."""
    seen: list[int] = []
    clock.every(60, lambda: seen.append(1))
    assert clock.run_until(lambda: len(seen) == 3, 3600)
    assert seconds(clock) == 180


def test_run_until_without_a_bound_ends_when_nothing_can_happen(clock: Clock) -> None:
    """An empty calendar ends an unbounded run instead of hanging it."""
    assert clock.run_until(lambda: False) is False


def test_a_deadline_interrupts_a_sleeping_worker(clock: Clock) -> None:
    """The deadline of a worker is raised at its moment, in the middle of a longer sleep."""
    seen: list[float] = []

    def work() -> None:
        try:
            with clock.deadline(30):
                clock.sleep(100)
        except DeadlinePassed:
            seen.append(seconds(clock))

    clock.spawn(work)
    clock.run_for(200)
    assert seen == [30]


def test_an_exception_in_a_worker_ends_the_run(clock: Clock) -> None:
    """Nothing fails in silence: the loop raises what a worker raised."""

    def work() -> None:
        raise KeyError("lost")

    clock.spawn(work)
    with pytest.raises(KeyError, match="lost"):
        clock.run_for(1)


def test_a_pool_inside_a_worker_may_sleep(clock: Clock) -> None:
    """Time moves while a worker waits for its own pool's threads, which sleep on the clock."""
    seen: list[float] = []

    def work() -> None:
        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(clock.sleep, 10) for _ in range(4)]:
                future.result()
        seen.append(seconds(clock))

    clock.spawn(work)
    clock.run_for(100)
    assert seen == [20]


def test_a_thread_started_elsewhere_can_join_the_turns(clock: Clock) -> None:
    """working() holds time still while the registered thread runs."""
    seen: list[float] = []

    def work() -> None:
        with clock.working("visitor"):
            clock.sleep(15)
            seen.append(seconds(clock))

    thread = threading.Thread(target=work)
    thread.start()
    assert clock.run_until(lambda: bool(seen), 60)
    thread.join()
    assert seen == [15]


def test_the_watchdog_shows_the_stack_of_what_hangs() -> None:
    """A worker blocked outside the clock raises Stuck with its stack instead of hanging the run."""
    clock = Clock(START, patience_seconds=0.05)
    release = threading.Event()

    def hangs_here() -> None:
        release.wait()

    clock.spawn(hangs_here)
    with pytest.raises(Stuck, match="hangs_here"):
        clock.run_for(1)
    release.set()
    clock.close()


def test_an_action_that_blocks_is_refused(clock: Clock) -> None:
    """An action on the loop's own thread cannot sleep, and is told what to do instead."""
    clock.call_in(1, lambda: clock.sleep(1))
    with pytest.raises(RuntimeError, match=r"use clock\.spawn"):
        clock.run_for(2)


def test_closing_unwinds_every_worker() -> None:
    """close() leaves no thread behind, whatever the workers were waiting for."""
    clock = Clock(START, patience_seconds=3)
    unwound: list[str] = []

    def work() -> None:
        try:
            clock.sleep(1e6)
        finally:
            unwound.append("yes")

    workers = [clock.spawn(work) for _ in range(3)]
    clock.run_for(1)
    clock.close()
    assert unwound == ["yes"] * 3
    assert not any(worker.thread and worker.thread.is_alive() for worker in workers)


def test_a_paced_clock_takes_its_wall_time() -> None:
    """With minute_seconds the loop keeps pace with the wall."""
    clock = Clock(START, minute_seconds=0.05)
    before = time.monotonic()
    clock.run_for(120)
    assert time.monotonic() - before >= 0.1
    assert clock.now() == START + timedelta(minutes=2)
    clock.close()
