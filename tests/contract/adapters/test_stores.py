"""The stores keep their promises, in memory and in DynamoDB alike: one body of tests for both."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from canary.adapters.days import DynamoDays
from canary.adapters.evidence import DynamoEvidence
from canary.adapters.table import DynamoRollouts
from canary.domain.errors import Conflict, Refused
from canary.domain.judge.bets.day import Day
from canary.domain.judge.bets.sketches import KeptSketch, SketchKey
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Window
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.tick import Checkpoint, Tick
from canary.ports.days import Days
from canary.ports.evidence import EvidenceStore
from canary.ports.rollouts import Rollouts
from canary.stats.history_bet import Sketch
from tests.ports import MemoryDays, MemoryEvidence, MemoryRollouts
from tests.rollouts import HOLDER, a_message, a_record, a_view, side_counts
from tests.tables import STAND_INS, a_table


class Stores(NamedTuple):
    """One implementation of both stores."""

    rollouts: Rollouts
    evidence: EvidenceStore
    days: Days


@pytest.fixture(params=["memory", *STAND_INS])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Every implementation, the DynamoDB one on each stand-in, on the template's table."""
    if request.param == "memory":
        yield Stores(MemoryRollouts(), MemoryEvidence(), MemoryDays())
        return
    with a_table(request.param) as (client, name):
        yield Stores(
            DynamoRollouts(client, name), DynamoEvidence(client, name), DynamoDays(client, name)
        )


def test_a_record_is_created_with_its_lease(stores: Stores) -> None:
    """Both or neither."""
    created = stores.rollouts.create(a_record())
    assert created.revision == 1
    assert stores.rollouts.load("churn-1") == created
    assert stores.rollouts.holding("churn") == "churn-1"
    assert list(stores.rollouts.listed()) == ["churn-1"]


def test_creating_twice_for_the_same_rollout_returns_the_stored_one(stores: Stores) -> None:
    """Its own lease is success: the answer to the first may have been lost."""
    stores.rollouts.create(a_record())
    changed = stores.rollouts.change("churn-1", lambda r: r.but(step=1))
    assert stores.rollouts.create(a_record()) == changed


def test_a_taken_lease_refuses_another_rollout_and_leaves_no_record(stores: Stores) -> None:
    """Two starts for one endpoint at once: one wins, the other changes nothing."""
    stores.rollouts.create(a_record())
    with pytest.raises(Refused, match="churn-1"):
        stores.rollouts.create(a_record(rollout="churn-2", holder="other"))
    with pytest.raises(Refused):
        stores.rollouts.load("churn-2")


def test_a_change_raises_the_revision_and_no_change_does_not(stores: Stores) -> None:
    """The revision counts writes."""
    stores.rollouts.create(a_record())
    assert stores.rollouts.change("churn-1", lambda r: r).revision == 1
    assert stores.rollouts.change("churn-1", lambda r: r.but(step=1)).revision == 2


def test_a_change_that_raises_writes_nothing(stores: Stores) -> None:
    """A refused claim leaves the record as it was."""
    stores.rollouts.create(a_record())

    def refuse(record: Record) -> Record:
        raise Refused("step", "no", "stop")

    with pytest.raises(Refused):
        stores.rollouts.change("churn-1", refuse)
    assert stores.rollouts.load("churn-1").revision == 1


def test_a_lost_race_is_repeated_from_a_fresh_read(stores: Stores) -> None:
    """Two writers at once: both changes are there afterwards."""
    stores.rollouts.create(a_record())
    seen: list[int] = []

    def slow(record: Record) -> Record:
        seen.append(record.revision)
        if len(seen) == 1 and isinstance(stores.rollouts, DynamoRollouts):
            stores.rollouts.change("churn-1", lambda r: r.but(step=3))
        return record.but(generation=2)

    record = stores.rollouts.change("churn-1", slow)
    assert record.generation == 2
    assert record.step == (3 if isinstance(stores.rollouts, DynamoRollouts) else 0)


@pytest.mark.parametrize(
    ("end", "free"), [(Phase.PROMOTED, True), (Phase.ROLLED_BACK, True), (Phase.UNPROVEN, False)]
)
def test_the_lease_goes_with_the_end_except_an_unproven_one(
    stores: Stores, *, end: Phase, free: bool
) -> None:
    """Record and lease change together; UNPROVEN keeps the endpoint, and is visited until a person
    has acted.
    """
    stores.rollouts.create(a_record())
    stores.rollouts.change("churn-1", lambda r: r.but(phase=end))
    assert (stores.rollouts.holding("churn") is None) == free
    assert list(stores.rollouts.listed()) == ([] if free else ["churn-1"])


def test_an_ended_rollout_stays_listed_until_it_is_told(stores: Stores) -> None:
    """A message that could not be sent is tried again by the ticks."""
    stores.rollouts.create(a_record())
    message = a_message(a_record())
    stores.rollouts.change("churn-1", lambda r: r.but(phase=Phase.PROMOTED, outbox=(message,)))
    assert list(stores.rollouts.listed()) == ["churn-1"]
    stores.rollouts.change("churn-1", lambda r: r.but(outbox=()))
    assert list(stores.rollouts.listed()) == []


def test_the_next_rollout_may_have_the_lease_after_the_end(stores: Stores) -> None:
    """An endpoint is held by one rollout after another."""
    stores.rollouts.create(a_record())
    stores.rollouts.change("churn-1", lambda r: r.but(phase=Phase.ROLLED_BACK))
    stores.rollouts.create(a_record(rollout="churn-2", holder=HOLDER + "2"))
    assert stores.rollouts.holding("churn") == "churn-2"


def test_a_promoted_rollout_is_known_and_may_take_its_lease_up_again(stores: Stores) -> None:
    """Record and lease come back together."""
    stores.rollouts.create(a_record())
    assert stores.rollouts.past("churn", "PROMOTED") is None
    stores.rollouts.change("churn-1", lambda r: r.but(phase=Phase.PROMOTED))
    assert stores.rollouts.past("churn", "PROMOTED") == "churn-1"
    stores.rollouts.create(a_record(rollout="churn-2", holder=HOLDER + "2"))
    stores.rollouts.change("churn-2", lambda r: r.but(phase=Phase.ROLLED_BACK))
    assert stores.rollouts.past("churn", "LAST") == "churn-2"
    assert stores.rollouts.past("churn", "PROMOTED") == "churn-1"
    stores.rollouts.change("churn-1", lambda r: r.but(phase=Phase.ROLLING_BACK))
    assert stores.rollouts.holding("churn") == "churn-1"


def test_a_lease_that_another_rollout_holds_is_not_taken_up_again(stores: Stores) -> None:
    """Whoever was quicker keeps the endpoint, and the record stays as it was."""
    stores.rollouts.create(a_record())
    stores.rollouts.change("churn-1", lambda r: r.but(phase=Phase.PROMOTED))
    stores.rollouts.create(a_record(rollout="churn-2", holder=HOLDER + "2"))
    with pytest.raises(Conflict):
        stores.rollouts.change("churn-1", lambda r: r.but(phase=Phase.ROLLING_BACK))
    assert stores.rollouts.load("churn-1").phase is Phase.PROMOTED
    assert stores.rollouts.holding("churn") == "churn-2"


def window(minute: int, errors: int = 0) -> Window:
    """Return a window."""
    counts = side_counts(100, errors)
    return Window(minute=minute, baseline=counts, canary=None)


def test_windows_come_back_in_order_and_later_reads_replace_earlier(stores: Stores) -> None:
    """Across the hour, whatever the order of saving, the newest read of a minute counts."""
    stores.evidence.save_windows("churn-1", [window(119), window(121), window(120)])
    stores.evidence.save_windows("churn-1", [window(120, errors=7)])
    assert [w.minute for w in stores.evidence.windows("churn-1")] == [119, 120, 121]
    assert [w.minute for w in stores.evidence.windows("churn-1", 120)] == [120, 121]
    assert stores.evidence.windows("churn-1")[1] == window(120, errors=7)
    assert stores.evidence.windows("churn-2") == ()


def test_an_older_tick_does_not_replace_a_newer(stores: Stores) -> None:
    """Deliveries may come late and out of order."""
    tick = Tick(rollout="churn-1", minute=10, complete=True, alarms={"a": "OK"}, endpoint=a_view())
    assert stores.evidence.tick("churn-1") is None
    stores.evidence.save_tick(tick)
    stores.evidence.save_tick(tick.but(minute=9, complete=False))
    assert stores.evidence.tick("churn-1") == tick


def test_the_newest_checkpoint_is_kept(stores: Stores) -> None:
    """The judge goes on from it."""
    assert stores.evidence.checkpoint("churn-1") is None
    for minute in (10, 20):
        state = {"version": 1, "logs": [0.5, minute]}
        stores.evidence.save_checkpoint(
            Checkpoint(rollout="churn-1", through_minute=minute, state=state)
        )
    kept = stores.evidence.checkpoint("churn-1")
    assert kept == Checkpoint(
        rollout="churn-1", through_minute=20, state={"version": 1, "logs": [0.5, 20]}
    )


def test_the_day_and_its_sketches_come_back(stores: Stores) -> None:
    """The day as it was read; the sketches of one step, the same one kept once."""
    day = Day(guards={"errors": ((6000, 12), None, (5990, 9))})
    assert stores.days.load("churn-1") is None
    stores.days.save("churn-1", day, 7)
    assert stores.days.load("churn-1") == day
    keys = [
        SketchKey(1, "errors", "early_steps", -2),
        SketchKey(1, "errors", "roll_back_beyond", 11),
        SketchKey(11, "errors", "early_steps", 0),
    ]
    sketch = Sketch((0.25, 1.123456789), (-0.5,), (3,), 3)
    sketches = [KeptSketch(key=key, sketch=sketch) for key in keys]
    for several in (sketches[:1], sketches):
        stores.days.save_sketches("churn-1", several, 7)
    assert set(stores.days.sketches("churn-1", 1)) == set(sketches[:2])
    assert stores.days.sketches("churn-1", 11) == (sketches[2],)
    assert stores.days.sketches("churn-1", 2) == ()


def test_verdicts_come_back_in_order_and_the_same_is_kept_once(stores: Stores) -> None:
    """Judging again in the same minute adds nothing."""
    verdict = VerdictRecord(
        rollout="churn-1", minute=5, revision=1, step=1, verdict="HOLD", reason="wait"
    )
    for one in (verdict, verdict.but(minute=4), verdict):
        stores.evidence.save_verdict(one)
    assert [v.minute for v in stores.evidence.verdicts("churn-1")] == [4, 5]
