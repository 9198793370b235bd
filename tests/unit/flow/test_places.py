"""Places among the canaries that serve: never more than there are, and in the order of asking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.domain.plan.standstill import Standstill
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.places import Line
from canary.domain.rollout.record import Decision, Record
from canary.flow.places.places import Places
from tests.places import MemoryPlaces
from tests.ports import MemoryRollouts
from tests.rollouts import NOON, a_record
from tests.unit.flow.decider_stage import ROLLOUT, Stage


class World:
    """Rollouts at share 0 on endpoints of their own, and the places of their stack."""

    def __init__(self, *names: str, limit: int = 1) -> None:
        self.rollouts = MemoryRollouts(
            *(a_record(rollout=f"{name}-1", endpoint=name, phase=Phase.BAKING) for name in names)
        )
        self.store = MemoryPlaces()
        self.places = Places(self.store, self.rollouts, limit)
        self.now = NOON

    def record(self, name: str) -> Record:
        """Return a rollout's record."""
        return self.rollouts.load(f"{name}-1")

    def ask(self, name: str) -> Line | None:
        """Let a rollout ask for its place: it serves at once where it has one, else its record says
        since when it waits.
        """
        record = self.record(name)
        line = self.places.take(record, self.now)
        if line is None:
            self.rollouts.change(record.rollout, lambda r: r.but(step=1))
        elif record.waits_at(self.now) is None:
            until = self.now + timedelta(days=70)
            still = Standstill(kind="place", since=self.now, until=until)
            self.rollouts.change(record.rollout, lambda r: r.but(standstills=(still,)))
        return line

    def end(self, name: str) -> None:
        """Let a rollout end."""
        ended = {"phase": Phase.PROMOTED, "step": 4}
        self.rollouts.change(f"{name}-1", lambda r: r.but(**ended))

    def pass_minutes(self, minutes: float) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)


def test_below_the_limit_nobody_waits() -> None:
    """Each takes a place at once, and keeps it however often it asks."""
    world = World("a", "b", limit=2)
    assert (world.ask("a"), world.ask("a"), world.ask("b")) == (None, None, None)
    assert world.store.waiters == {}


def test_who_waits_is_told_who_serves_and_who_is_ahead() -> None:
    """In the order in which they began to wait."""
    world = World("a", "b", "c")
    world.ask("a")
    second, third = world.ask("b"), world.ask("c")
    assert second == Line(limit=1, serving=("a",), ahead=())
    assert second.words == "at most 1 canary serves at once, now a; it is next"
    world.pass_minutes(1)
    world.ask("b")
    third = world.ask("c")
    assert third is not None
    assert third.words == "at most 1 canary serves at once, now a; ahead of it: b"


def test_a_place_is_free_when_its_rollout_has_ended() -> None:
    """Nobody gives it back; the first of the line takes it, not who asks first then."""
    world = World("a", "b", "c")
    world.ask("a")
    for name in "bc":
        world.ask(name)
        world.pass_minutes(0.1)
    world.end("a")
    assert world.ask("c") is not None
    assert world.ask("b") is None
    assert world.ask("c") is not None
    world.end("b")
    assert world.ask("c") is None


def test_one_that_does_not_ask_any_more_lets_others_pass() -> None:
    """Paused or held by something else meanwhile, it asks anew."""
    world = World("a", "b", "c")
    world.ask("a")
    world.ask("b")
    world.pass_minutes(1)
    world.ask("c")
    world.end("a")
    world.pass_minutes(6)
    assert world.ask("c") is None
    assert list(world.store.waiters) == []


def test_a_place_that_was_not_used_is_not_kept() -> None:
    """Its rollout was paused between taking it and going on."""
    world = World("a", "b")
    assert world.places.take(world.record("a"), world.now) is None
    world.pass_minutes(1)
    assert world.ask("b") is not None
    world.pass_minutes(6)
    assert world.ask("b") is None
    assert world.places.take(world.record("a"), world.now) is not None


def test_one_that_was_sent_past_the_line_counts() -> None:
    """A person's promote is not held; others wait until it is over."""
    world = World("a", "b", "c")
    world.ask("a")
    world.rollouts.change("b-1", lambda r: r.but(step=1))
    world.places.count(world.record("b"), world.now)
    world.places.count(world.record("b"), world.now)
    world.end("a")
    assert world.ask("c") == Line(limit=1, serving=("b",), ahead=())


@pytest.mark.parametrize("others", [1, 4, 5, 7])
def test_racing_takers_never_take_more_than_there_are(others: int) -> None:
    """Others write between a read and its write; whoever loses looks again, or waits a minute."""
    names = [f"e{n}" for n in range(others + 1)]
    world, racing = World(*names, limit=2), names[1:]

    def race() -> None:
        if racing:
            world.ask(racing.pop())

    world.store.seam = race
    world.ask(names[0])
    serve = [name for name in names if world.record(name).step]
    assert len(serve) <= 2
    assert {world.store.has.places[f"{name}-1"].endpoint for name in serve} == set(serve)


MOVES = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["ask", "end", "wait"])))


@given(moves=MOVES, limit=st.integers(1, 3))
def test_the_limit_holds_and_nobody_starves(moves: list[tuple[str, str]], limit: int) -> None:
    """In any order of asking and ending; when all that serve have ended, all that ask come in."""
    world = World(*"abcdef", limit=limit)
    for name, move in moves:
        record = world.record(name)
        if move == "ask" and record.step == 0:
            world.ask(name)
        elif move == "end" and record.step == 1:
            world.end(name)
        elif move == "wait":
            world.pass_minutes(1)
        serving = [r for r in world.rollouts.records.values() if r.step and r.holds_lease]
        assert len(serving) <= limit
    for _ in range(6):
        world.pass_minutes(1)
        for name in "abcdef":
            if world.record(name).step == 0:
                world.ask(name)
        for name in "abcdef":
            if world.record(name).step == 1:
                world.end(name)
    assert all(record.step for record in world.rollouts.records.values())


def waiting_stage() -> Stage:
    """Return a rollout at share 0 that waits behind one of another endpoint."""
    stage = Stage(limit=1)
    other = a_record(rollout="fraud-1", endpoint="fraud", phase=Phase.BAKING, step=1)
    stage.rollouts.records["fraud-1"], stage.rollouts.leases["fraud"] = other, "fraud-1"
    Places(stage.store, stage.rollouts, 1).count(other, NOON)
    stage.rollouts.change(
        ROLLOUT, lambda r: r.but(step=0, bakes=tuple(bake.but(step=0) for bake in r.bakes))
    )
    return stage


def test_the_first_share_waits_for_a_place_and_goes_on_by_itself() -> None:
    """Told once, who serves and who is ahead in every verdict; no limit counts the time."""
    stage = waiting_stage()
    for minute in (1, 2, 3):
        record = stage.tick(minute)
        assert record.decision is None
    assert "now fraud; it is next" in stage.evidence.verdicts(ROLLOUT)[-1].reason
    assert stage.publisher.subjects[-1] == "waits for a place before 5%"
    assert len([one for one in stage.publisher.subjects if "place" in one]) == 1
    (wait,) = (one for one in record.standstills if one.kind == "place")
    assert wait.words == (
        "waiting for a place (at most 1 canary serves at once, now fraud; it is next)"
    )
    del stage.rollouts.leases["fraud"]
    record = stage.tick(4)
    assert isinstance(record.decision, Decision)
    assert record.decision.verdict == "ADVANCE"
    assert list(stage.store.has.places) == [ROLLOUT]
