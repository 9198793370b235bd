"""Threads: the loop's state is the driving thread's own, the account is changed under its lock.

The pressure comes from switching threads every microsecond; nothing here waits for the wall.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty

import pytest

from emulator.clock import Clock, Stuck
from emulator.clock.exclusive import Exclusive, NotHeld
from emulator.clock.loop import Loop, WrongThread
from emulator.clock.pace import Pace
from emulator.endpoints import Timing
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.variant import Variant
from emulator.place import Place
from emulator.tests.small_account import START, SmallAccount

POOLS, WIDTH, WAITS, IDLE = 4, 8, 24, 60


@pytest.fixture(autouse=True)
def pressure() -> Iterator[None]:
    """Switch threads as often as the interpreter can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock with many workers asleep, so that walking through them takes long."""
    clock = Clock(START, patience_seconds=20)
    for _ in range(IDLE):
        clock.spawn(lambda: clock.sleep(1e6))
    clock.run_for(1)
    yield clock
    clock.close()


def pooled(clock: Clock, seconds: float) -> list[str]:
    """Return a mark for each worker whose pool's threads all came back from sleeping."""
    back: list[str] = []

    def work() -> None:
        with ThreadPoolExecutor(WIDTH) as pool:
            for future in [pool.submit(clock.sleep, seconds) for _ in range(WAITS)]:
                future.result()
        back.append("back")

    for _ in range(POOLS):
        clock.spawn(work)
    clock.run_until(lambda: len(back) == POOLS, 3600)
    return back


@pytest.mark.parametrize("seconds", [0, 1])
def test_threads_of_pools_come_and_go_while_the_loop_walks(clock: Clock, seconds: float) -> None:
    """However many threads begin to wait while the loop looks at those that wait, each comes back,
    also from a wait that is over at once.
    """
    assert pooled(clock, seconds) == ["back"] * POOLS


def test_time_waits_for_a_pool_that_still_works(clock: Clock) -> None:
    """However slow the machine, time moves only when no thread of a pool has work left: between
    two waits, before its first, and while the pool's owner itself waits on the clock.
    """
    slept: list[tuple[int, float]] = []

    def busy(rounds: int) -> None:
        for _ in range(3):
            sum(range(rounds))
            start = clock.now()
            clock.sleep(1)
            slept.append((rounds, (start - START).total_seconds()))

    def work() -> None:
        with ThreadPoolExecutor(WIDTH) as pool:
            futures = [pool.submit(busy, 10**4 * (1 + n)) for n in range(WIDTH)]
            clock.sleep(2.5)
            for future in futures:
                future.result()

    begun = (clock.now() - START).total_seconds()
    worker = clock.spawn(work)
    clock.run_until(lambda: worker.thread is not None and not worker.thread.is_alive(), 60)
    assert sorted(start - begun for _, start in slept) == sorted([0.0, 1.0, 2.0] * WIDTH)


def test_appointments_made_by_many_threads_are_all_kept(clock: Clock) -> None:
    """Threads outside every worker ask for appointments while the loop fires others."""
    kept: list[int] = []

    def ask() -> None:
        for number in range(100):
            clock.call_in(number % 7, lambda number=number: kept.append(number))  # type: ignore[misc]

    askers = [threading.Thread(target=ask) for _ in range(6)]
    for asker in askers:
        asker.start()
    clock.run_for(10)
    for asker in askers:
        asker.join()
    clock.run_for(10)
    assert sorted(kept) == sorted(list(range(100)) * 6)


def test_two_threads_never_drive_at_once(clock: Clock) -> None:
    """Whoever comes second is refused; the run of the first goes on."""
    refused: list[str] = []

    def second() -> None:
        try:
            clock.run_for(1)
        except RuntimeError as error:
            refused.append(str(error))

    def meanwhile() -> None:
        other = threading.Thread(target=second)
        other.start()
        other.join()

    clock.call_in(5, meanwhile)
    clock.run_for(10)
    assert refused == ["the clock is already being driven"]


def test_closing_releases_a_pool_and_the_worker_that_waits_for_it() -> None:
    """A worker that waits for its pool ends only when the pool's threads do: close ends both."""
    clock = Clock(START, patience_seconds=20)

    def work() -> None:
        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(clock.sleep, 1e6) for _ in range(2)]:
                future.result()

    worker = clock.spawn(work)
    clock.run_for(1)
    clock.close()
    assert worker.thread is not None
    assert not worker.thread.is_alive()


def test_the_loop_is_changed_by_its_driver_alone(clock: Clock) -> None:
    """Carrying out a note on another thread is refused, naming what to do."""
    with pytest.raises(WrongThread, match="tell it"):
        clock._loop.join(clock.spawn(lambda: None))


def test_what_the_account_keeps_is_not_changed_without_its_lock(clock: Clock) -> None:
    """A change outside the lock is refused, naming the lock; inside it, and from the fleet's own
    calls, it is made.
    """
    fleet = Fleet(clock, Place(), 1, Timing())
    shop = fleet.create("shop", "config", [Variant("a", "a", 1, 1, 1, 1)])
    with pytest.raises(NotHeld, match=r"enter `clock\.lock` first"):
        fleet.tell(shop)
    with clock.lock:
        fleet.tell(shop)


def test_a_lock_is_laid_down_wholly_and_taken_up_again() -> None:
    """However often it is held, others have it while it is laid down; its holder has it after."""
    lock = Exclusive()
    had: list[bool] = []

    def other() -> None:
        had.append(lock.take(5))
        lock.give()

    with lock, lock:
        with lock.laid_down():
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        lock.check()
        assert lock.holder == threading.get_ident()
    assert (had, lock.holder) == ([True], None)


def test_a_lock_that_is_never_given_back_is_shown_with_its_holder() -> None:
    """The loop does not wait for the account for ever: it raises with the stack of who keeps it."""
    clock = Clock(START, patience_seconds=0.05)
    taken, over = threading.Event(), threading.Event()

    def keeps_it() -> None:
        with clock.lock:
            taken.set()
            over.wait()

    keeper = threading.Thread(target=keeps_it)
    keeper.start()
    taken.wait()
    with pytest.raises(Stuck, match="keeps_it"):
        clock.run_for(1)
    over.set()
    keeper.join()
    clock.close()


def test_a_pool_inside_a_function_calls_aws_while_time_moves(account: SmallAccount) -> None:
    """Threads of several functions write and publish beside traffic, alarms and events: nothing is
    lost and nothing breaks.
    """
    emulator = account.emulator
    emulator.client("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    topic = emulator.client("sns").create_topic(Name="news")["TopicArn"]
    source = """
        import boto3
        from concurrent.futures import ThreadPoolExecutor
        from emulator.tests import application

        def handler(event, context):
            dynamodb, sns = boto3.client("dynamodb"), boto3.client("sns")

            def work(number):
                application.sleep(number % 3)
                name = f"{event['name']}-{number}"
                dynamodb.put_item(TableName="t", Item={"pk": {"S": name}})
                sns.publish(TopicArn=event["topic"], Message=name)

            with ThreadPoolExecutor(6) as pool:
                list(pool.map(work, range(12)))
        """
    for name in ("one", "two", "three"):
        event = json.dumps({"name": name, "topic": topic})
        account.function(name, source)
        emulator.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=event)
    assert emulator.run_until(lambda: len(emulator.invocations) == 3, at_most_minutes=10)
    expected = {f"{name}-{number}" for name in ("one", "two", "three") for number in range(12)}
    assert [invocation.error for invocation in emulator.invocations] == [""] * 3
    assert {message.message for message in emulator.messages} == expected
    written = emulator.client("dynamodb").scan(TableName="t")["Items"]
    assert {item["pk"]["S"] for item in written} == expected


def test_a_moment_waited_for_a_note_ends() -> None:
    """Also where it is over before the wait has begun, as on a machine with more to do than
    cores.
    """
    notes = Loop(START, Pace(0), 1)._notes

    def wait_for_moments() -> None:
        for _ in range(20_000):
            notes.put(lambda: None)
            notes.get()
            with suppress(Empty):
                notes.get(timeout=1e-6)

    thread = threading.Thread(target=wait_for_moments, daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert not thread.is_alive()
