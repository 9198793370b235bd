"""Gives places to rollouts, as many at once as the stack allows, in the order in which they asked.

Level, not edge: a place is free when whoever had it holds its endpoint no more, so that nothing has
to be given back and no crash keeps one. It is taken by a conditional write; a doubled or racing
taker finds what the other wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from canary.domain.rollout.places import Line, Place, Taken, Waiter
from canary.domain.rollout.record import Record

if TYPE_CHECKING:  # a cold start needs no protocols
    from canary.ports.places import PlaceStore
    from canary.ports.rollouts import Rollouts

RACES_AT_MOST = 5


class Places:
    """The places of a stack, `limit` of them."""

    def __init__(self, store: PlaceStore, rollouts: Rollouts, limit: int) -> None:
        """Take where places are kept, the leases, and how many there are, one at least."""
        self._store = store
        self._rollouts = rollouts
        self._limit = limit

    def take(self, record: Record, now: datetime) -> Line | None:
        """Return None once the rollout has a place, else who serves and who is ahead of it."""
        lasting = record.waits_at(now)
        waits = lasting is not None and lasting.kind == "place"
        since = lasting.since if lasting is not None and waits else now
        me = Waiter(rollout=record.rollout, endpoint=record.endpoint, since=since, seen=now)
        for _ in range(RACES_AT_MOST):
            taken = self._store.taken()
            mine = taken.places.get(record.rollout)
            if mine is not None and mine.is_fresh(now):
                return None
            ahead = self._ahead(me)
            others = self._others(taken, me, ahead)
            if len(ahead) >= self._limit - len(others):
                return self._wait(me, others, ahead)
            if self._store.replace(taken, {**others, record.rollout: _place(record, now)}):
                if waits:
                    self._store.leave(me)
                return None
        return self._wait(me, self._store.taken().places, ())

    def count(self, record: Record, now: datetime) -> None:
        """Let a canary that serves already have a place: a person sent it past the line, or it
        served before there were places.
        """
        taken = self._store.taken()
        if record.rollout not in taken.places:
            self._store.replace(taken, {**taken.places, record.rollout: _place(record, now)})

    def _wait(self, me: Waiter, serving: Mapping[str, Place], ahead: Iterable[Waiter]) -> Line:
        self._store.wait(me)
        return Line(
            limit=self._limit,
            serving=tuple(place.endpoint for place in serving.values()),
            ahead=tuple(one.endpoint for one in ahead),
        )

    def _ahead(self, me: Waiter) -> tuple[Waiter, ...]:
        """Return who asked before and asks still; the others lose their turn, and ask anew."""
        found = self._store.before(me)
        for one in found:
            if not one.asks_still(me.seen):
                self._store.leave(one)
        still = {one.rollout: one for one in found if one.asks_still(me.seen)}
        return tuple(still.values())

    def _others(self, taken: Taken, me: Waiter, ahead: Sequence[Waiter]) -> Mapping[str, Place]:
        """Return the places that others have; nobody's record is read where so many are ahead that
        it makes no difference.
        """
        places = {name: place for name, place in taken.places.items() if name != me.rollout}
        if len(ahead) >= self._limit:
            return places
        return {name: one for name, one in places.items() if self._has(name, one, me.seen)}

    def _has(self, rollout: str, place: Place, now: datetime) -> bool:
        """Return whether a rollout uses its place: it holds its endpoint, and its canary serves or
        is about to.
        """
        if self._rollouts.holding(place.endpoint) != rollout:
            return False
        record = self._rollouts.load(rollout)
        return record.step > 0 or record.decision is not None or place.is_fresh(now)


def _place(record: Record, now: datetime) -> Place:
    return Place(endpoint=record.endpoint, at=now)
