"""Shards as child executions of a distributed Map: the same result as one long call, whatever
becomes of the children, and the spec's ceilings over all of them together.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.domain.errors import AwsUnavailable, Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled import sharding
from canary.flow.labelled.answers import kept_predictions
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.shard import evaluate_shards
from canary.flow.labelled.sharding import at_once, cut, is_distributed, share_of, wave
from canary.ports.quality import CallBusy, KeptPrediction
from tests.unit.quality.test_kept_predictions import MemoryPredictions
from tests.unit.quality.test_sharding import FIELDS, flaky, in_one_call, large, ports
from tests.unit.quality.variants import SleptClock, World

WRONG = {"new": set(range(0, 4_000, 9)), "old": set(range(3, 4_000, 9))}
SPEC = {"metrics": {"accuracy": {"max_worse": 0.03}}}
NARROW = {"metrics": {"accuracy": {"max_worse": 0.005}}}
Child = Callable[[tuple[int, ...]], None]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin at a thousand records, with small shards, children and parts."""
    monkeypatch.setattr(sharding, "DISTRIBUTED_FROM", 1_000)
    monkeypatch.setattr(sharding, "CHILD_SHARD_RECORDS", 50)
    monkeypatch.setattr(sharding, "CHILD_SECONDS", 80.0)
    monkeypatch.setattr(kept_predictions, "CHILD_PART_RECORDS", 70)


def children_of(found: QualityEvidence, here: World) -> Iterator[tuple[int, ...]]:
    """Yield the shards of each child of the next wave, as the ItemBatcher makes them."""
    shards = wave(found, here.spec)
    for at in range(0, len(shards), found.child_shards or 1):
        yield shards[at : at + found.child_shards]


def run(
    here: World, kept: MemoryPredictions, child: Child | None = None
) -> tuple[QualityEvidence, list[int]]:
    """Return the evidence of a whole evaluation as the state machine orders it, and the number of
    shards of each wave; `child` runs one child execution, the last ones first.
    """

    def asked(shards: tuple[int, ...]) -> None:
        evaluate_shards(here.request(), ports(here, kept), shards)

    waves = []
    while not (found := evaluate(here.request(), ports(here, kept))).concluded:
        children = list(children_of(found, here))
        waves.append(sum(map(len, children)))
        for shards in reversed(children):
            (child or asked)(shards)
    return found, waves


@pytest.mark.parametrize(
    "spec",
    [
        SPEC,
        NARROW,
        {
            "metrics": {"roc_auc": {"max_worse": 0.05}},
            "answer": {"score": "@", "score_of": "positive"},
        },
    ],
)
def test_children_end_in_what_one_long_call_ends_in(tmp_path: Path, spec: dict[str, Any]) -> None:
    """States, findings, counts, report, notes: the same, a canary that fails now and then
    included.
    """
    cut_up, whole = large(tmp_path, WRONG, **spec), large(tmp_path, WRONG, **spec)
    flaky(cut_up)
    flaky(whole)
    found, waves = run(cut_up, MemoryPredictions())
    assert found.child_shards > 0
    assert len(waves) > 1
    assert found.model_dump(exclude=FIELDS) == in_one_call(whole).model_dump(exclude=FIELDS)


def test_a_record_is_asked_once_and_no_child_reads_what_another_kept(tmp_path: Path) -> None:
    """A child knows its own places, and what was asked before there were children."""
    here, kept = large(tmp_path, WRONG, **NARROW), MemoryPredictions()
    others: list[str] = []

    def child(shards: tuple[int, ...]) -> None:
        kept.read.clear()
        evaluate_shards(here.request(), ports(here, kept), shards)
        size = here.store.kept.shard_records if here.store.kept else 0
        own = f"{shards[0] * size:09d}to"
        others.extend(part for part in kept.read if "to" in part and own not in part)

    found, waves = run(here, kept, child)
    calls = Counter((variant, body) for variant, body, _ in here.invoker.calls)
    assert (found.exhausted, len(calls), set(calls.values())) == (True, 8_000, {1})
    assert (len(waves) > 2, others) == (True, [])


def test_a_child_that_fails_is_made_good(tmp_path: Path) -> None:
    """Its places are asked by the evaluation, in the same order."""
    here, whole = large(tmp_path, WRONG, **SPEC), large(tmp_path, WRONG, **SPEC)
    kept, number = MemoryPredictions(), iter(range(10_000))

    def child(shards: tuple[int, ...]) -> None:
        if next(number) % 2:
            evaluate_shards(here.request(), ports(here, kept), shards)

    found, _ = run(here, kept, child)
    assert found.model_dump(exclude=FIELDS) == in_one_call(whole).model_dump(exclude=FIELDS)


def test_a_set_that_a_call_only_reads_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Where reading what is kept takes the call's time nothing more is asked."""
    here, kept = large(tmp_path, WRONG, **NARROW), SlowPredictions()
    here.invoker.seconds_a_call = 0.0
    found = evaluate(here.request(), ports(here, kept))
    here.store.kept, asked = found.but(concluded=False), len(here.invoker.calls)
    kept.clock = here.clock
    with pytest.raises(Refused, match=r"labelled_set: has 4,000 records.*Cut the set"):
        evaluate(here.request(), ports(here, kept))
    assert len(here.invoker.calls) == asked


class SlowPredictions(MemoryPredictions):
    """Predictions of which each takes a twentieth of a second to read, once there is a clock."""

    clock: SleptClock | None = None

    def load(
        self, key: str, skips: Callable[[str], bool] = lambda _part: False
    ) -> Iterator[KeptPrediction]:
        """Yield them one by one."""
        for one in super().load(key, skips):
            if self.clock is not None:
                self.clock.sleep(0.05)
            yield one


def test_a_wave_of_which_nothing_came_is_sent_again_from_where_the_call_ended(
    tmp_path: Path,
) -> None:
    """A call that had to ask by itself counts no wave as being taken in, and the set is used up."""
    here, kept = large(tmp_path, WRONG, **NARROW), MemoryPredictions()
    found, waves = run(here, kept, lambda _shards: None)
    assert (found.exhausted, found.counts.used) == (True, 4_000)
    assert all(waves)


def test_a_child_that_is_run_twice_changes_nothing(tmp_path: Path) -> None:
    """The second one asks nothing; both at once would leave the same parts."""
    here, whole = large(tmp_path, WRONG, **SPEC), large(tmp_path, WRONG, **SPEC)
    kept = MemoryPredictions()

    def child(shards: tuple[int, ...]) -> None:
        evaluate_shards(here.request(), ports(here, kept), shards)
        calls, parts = len(here.invoker.calls), dict(kept.parts)
        evaluate_shards(here.request(), ports(here, kept), shards)
        assert (len(here.invoker.calls), kept.parts) == (calls, parts)

    found, _ = run(here, kept, child)
    assert found.model_dump(exclude=FIELDS) == in_one_call(whole).model_dump(exclude=FIELDS)


def test_a_throttled_child_keeps_what_it_had(tmp_path: Path) -> None:
    """And its retry asks for the rest alone."""
    here, kept = large(tmp_path, WRONG, **NARROW), MemoryPredictions()
    found = evaluate(here.request(), ports(here, kept))
    shards = list(children_of(found, here))[-1]
    busy, answer = {"after": len(here.invoker.calls) + 100}, here.invoker.rule
    here.invoker.rule = lambda variant, body: (
        CallBusy("throttled", "slow")
        if len(here.invoker.calls) > busy["after"]
        else answer(variant, body)
    )
    with pytest.raises(AwsUnavailable):
        evaluate_shards(here.request(), ports(here, kept), shards)
    busy["after"], before = 10**9, len(here.invoker.calls)
    records = len(shards) * found.shard_records
    assert evaluate_shards(here.request(), ports(here, kept), shards) == records
    assert len(here.invoker.calls) - before == 2 * (records - 50)


def test_a_child_stops_where_its_rollout_goes_back(tmp_path: Path) -> None:
    """It looks every fifteen seconds; what it had is kept."""
    here, kept = large(tmp_path, WRONG, **NARROW), MemoryPredictions()
    found = evaluate(here.request(), ports(here, kept))
    shards, began = wave(found, here.spec)[:8], here.clock.seconds
    asked = evaluate_shards(
        here.request(), ports(here, kept), shards, lambda: here.clock.seconds - began < 20
    )
    assert 0 < asked < len(shards) * found.shard_records
    assert here.clock.seconds - began < 60


def test_a_wave_that_takes_several_calls_to_take_in_is_not_sent_again(tmp_path: Path) -> None:
    """The next call goes on where the last one stopped; a wave none of which was asked is."""
    here, kept = large(tmp_path, WRONG, **NARROW), MemoryPredictions()
    evidence = evaluate(here.request(), ports(here, kept))
    assert wave(evidence, here.spec)
    partly = evidence.but(position=evidence.position + 50)
    assert wave(partly, here.spec) == ()
    assert wave(partly.but(sharded_from=partly.position), here.spec) != ()


def test_waves_grow_with_what_was_taken_in(tmp_path: Path) -> None:
    """By half of it, and by no less than a round of all children."""
    here = large(tmp_path, WRONG, **NARROW)
    evidence = evaluate(here.request(), ports(here, MemoryPredictions()))
    together = at_once(here.spec, distributed=True) * evidence.child_shards
    assert len(wave(evidence, here.spec)) == together
    far = evidence.but(records_total=10**7, position=10**6, sharded_from=10**6)
    assert len(wave(far, here.spec)) == 500_000 // evidence.shard_records


def test_no_second_has_more_requests_than_all_children_may_send(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each child spaces its calls by its part of the ceiling: run side by side they never pass it
    by more than the one call with which each begins.
    """
    monkeypatch.setattr(sharding, "BUSY_CEILING", 10.0)
    here = large(tmp_path, WRONG, **NARROW | {"max_requests_per_second": 8.0})
    kept = MemoryPredictions()
    found = evaluate(here.request(), ports(here, kept))
    children = list(children_of(found, here))
    here.invoker.seconds_a_call = 0.0
    started, starts = here.clock.seconds, list[float]()
    most = at_once(here.spec, distributed=True)
    for shards in children[:most]:  # side by side: each on a clock that begins with the wave
        here.clock.seconds, before = started, len(here.invoker.calls)
        evaluate_shards(here.request(), ports(here, kept), shards)
        starts += [at - started for _, _, at in here.invoker.calls[before:]]
    assert len(children) >= most > 1
    seconds = Counter(int(at) for at in starts)
    assert max(seconds.values()) <= 8 + most
    assert sum(seconds.values()) <= 8 * (max(starts) + 1) + most


@given(
    st.integers(1, 64),
    st.floats(0.5, 10_000),
    st.integers(1, 1_000),
    st.integers(10**6, 10**8),
    st.floats(0.01, 1e5),
)
def test_children_stay_within_the_spec(
    concurrency: int, ceiling: float, per_request: int, records: int, pace: float
) -> None:
    """Together no more calls at once or a second than the spec allows, none with less than a
    request a second; whole looks; a child ends within its time where the endpoint is the bound.
    """
    spec = QualityGuardSpec(
        labelled_set="s.csv",
        concurrency=concurrency,
        max_requests_per_second=ceiling,
        content_type="application/json",
        records_per_request=per_request,
    )
    children, share = at_once(spec, distributed=True), share_of(spec, distributed=True)
    assert 1 <= share.concurrency * children <= concurrency
    assert share.max_requests_per_second * children == pytest.approx(ceiling)
    assert children == 1 or share.max_requests_per_second >= 1
    size, shards = cut(spec, records, pace)
    assert is_distributed(records)
    assert size % 50 == size % per_request == 0
    assert shards == 1 or shards * size * children / pace <= sharding.CHILD_SECONDS
