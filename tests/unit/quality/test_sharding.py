"""Shards of a large set: the same result as one long call, nothing paid twice, nothing paid after
the decision.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.domain.errors import AwsUnavailable
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.inputs import EvaluationPorts
from canary.flow.labelled.shard import evaluate_shards
from canary.flow.labelled.sharding import MOST_SHARDS, at_once, cut, pays, share_of, wave
from canary.ports.quality import CallBusy, CallFailed
from canary_scoring.scorer import SklearnScorer
from tests.unit.quality.test_kept_predictions import Broken, MemoryPredictions, Named
from tests.unit.quality.variants import MemoryStore, World, world

MODELS = Named(old="m1", new="m2")
WRONG = {"new": set(range(0, 4_000, 9)), "old": set(range(3, 4_000, 9))}
FIELDS = {
    "revision",
    "called_minutes",
    "called_until",
    "shard_records",
    "child_shards",
    "sharded_from",
    "sharded_until",
    "sharded_at",
    "measured",
}


def large(folder: Path, wrong: dict[str, set[int]], **spec: Any) -> World:
    """Return a world whose set takes many calls: a tenth of a second a request, two minutes a
    call.
    """
    here = world(folder, wrong, count=4_000, **{"concurrency": 4} | spec)
    here.invoker.seconds_a_call, here.limit_seconds = 0.1, 120.0
    return here


def ports(here: World, kept: MemoryPredictions | None) -> EvaluationPorts:
    """Return the world's ports with predictions kept."""
    return replace(here.ports(), predictions=kept, identity=MODELS, scorer=SklearnScorer())


def shard(here: World, kept: MemoryPredictions, number: int) -> int:
    """Run one shard as the function does."""
    return evaluate_shards(here.request(), ports(here, kept), [number])


def sharded(here: World, kept: MemoryPredictions, waves: list[tuple[int, ...]]) -> QualityEvidence:
    """Return the evidence of a whole evaluation in waves of shards, as the state machine orders
    them.
    """
    while not (found := evaluate(here.request(), ports(here, kept))).concluded:
        waves.append(wave(found, here.spec))
        for number in reversed(waves[-1]):
            shard(here, kept, number)
    return found


def in_one_call(here: World) -> QualityEvidence:
    """Return the evidence of one call that has all the time it needs."""
    here.invoker.seconds_a_call = 0.0
    return evaluate(here.request(), ports(here, MemoryPredictions()))


def flaky(here: World) -> None:
    """Have the canary fail on every fiftieth record the first time it is asked about it."""
    seen: Counter[str] = Counter()
    answer = here.invoker.rule

    def rule(variant: str, body: str) -> Any:
        seen[variant + body] += 1
        fails = variant == "new" and int(body) % 50 == 7 and seen[variant + body] == 1
        return CallFailed("model_error", "status 500") if fails else answer(variant, body)

    here.invoker.rule = rule


CERTAIN = {"score": "@", "score_of": "positive"}


@pytest.mark.parametrize(
    "spec",
    [
        {"metrics": {"accuracy": {"max_worse": 0.03}}},
        {"metrics": {"roc_auc": {"max_worse": 0.05}}, "answer": CERTAIN},
    ],
)
def test_shards_end_in_what_one_long_call_ends_in(tmp_path: Path, spec: dict[str, Any]) -> None:
    """States, findings, counts, report, notes: the same, a canary that fails now and then
    included.
    """
    cut, whole = large(tmp_path, WRONG, **spec), large(tmp_path, WRONG, **spec)
    flaky(cut)
    flaky(whole)
    waves: list[tuple[int, ...]] = []
    found = sharded(cut, MemoryPredictions(), waves)
    assert len(waves) > 1
    assert found.counts.errors_canary > 10
    assert found.model_dump(exclude=FIELDS) == in_one_call(whole).model_dump(exclude=FIELDS)


def test_shards_pay_for_each_record_once(tmp_path: Path) -> None:
    """No request is sent twice, and all of them together are the set's."""
    here = large(tmp_path, WRONG, metrics={"accuracy": {"max_worse": 0.005}})
    assert sharded(here, MemoryPredictions(), []).exhausted
    calls = Counter((variant, body) for variant, body, _ in here.invoker.calls)
    assert (len(calls), set(calls.values())) == (8_000, {1})


def test_a_decided_test_pays_for_no_further_wave(tmp_path: Path) -> None:
    """The wave under way is the last: the rest of the set is never asked."""
    here = large(tmp_path, WRONG, metrics={"accuracy": {"max_worse": 0.05}})
    waves: list[tuple[int, ...]] = []
    found = sharded(here, MemoryPredictions(), waves)
    assert (found.concluded, found.exhausted, len(waves)) == (True, False, 1)
    first = 2 * (waves[0][-1] + 1) * found.shard_records
    assert len(here.invoker.calls) <= first < 8_000
    assert shard(here, MemoryPredictions(), waves[0][-1] + 1) == 0
    assert len(here.invoker.calls) <= first


def test_the_minutes_of_a_wave_are_own_traffic(tmp_path: Path) -> None:
    """Every minute from a wave's start to its end may have had calls, and is no evidence for the
    count guards.
    """
    here, kept = large(tmp_path, WRONG), MemoryPredictions()
    found = sharded(here, kept, [])
    called = {
        int(here.clock.utc_now().timestamp()) // 60 - int(here.clock.seconds - at) // 60
        for _, _, at in here.invoker.calls
    }
    assert called <= set(found.called_minutes)


def test_a_shard_that_is_cut_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """A variant that stays busy ends a shard; what it had is kept, and its retry asks for the rest
    alone.
    """
    here, kept = large(tmp_path, WRONG), MemoryPredictions()
    evidence = evaluate(here.request(), ports(here, kept))
    number, busy, answer = (
        wave(evidence, here.spec)[-1],
        {"after": len(here.invoker.calls) + 100},
        here.invoker.rule,
    )
    here.invoker.rule = lambda variant, body: (
        CallBusy("throttled", "slow")
        if len(here.invoker.calls) > busy["after"]
        else answer(variant, body)
    )
    with pytest.raises(AwsUnavailable):
        shard(here, kept, number)
    busy["after"] = 10**9
    before = len(here.invoker.calls)
    assert shard(here, kept, number) == evidence.shard_records
    assert len(here.invoker.calls) - before == 2 * (evidence.shard_records - 50)
    assert shard(here, kept, number) == evidence.shard_records
    assert len(here.invoker.calls) - before == 2 * (evidence.shard_records - 50)


def test_a_lost_shard_is_made_good_by_the_evaluation(tmp_path: Path) -> None:
    """What a wave left open is asked in its place, so that the order never changes."""
    lost, whole = large(tmp_path, WRONG), large(tmp_path, WRONG)
    kept = MemoryPredictions()
    while not (found := evaluate(lost.request(), ports(lost, kept))).concluded:
        for number in wave(found, lost.spec)[1:]:
            shard(lost, kept, number)
    assert found.model_dump(exclude=FIELDS) == in_one_call(whole).model_dump(exclude=FIELDS)


@pytest.mark.parametrize("kept", [None, Broken("append"), Broken("load")])
def test_without_a_place_for_predictions_calls_follow_one_another(
    tmp_path: Path, kept: MemoryPredictions | None
) -> None:
    """Shards that could leave nothing behind are never sent off."""
    here = large(tmp_path, WRONG)
    for _ in range(2):
        found = evaluate(here.request(), ports(here, kept))
        assert (found.concluded, wave(found, here.spec)) == (False, ())


def test_a_set_rewritten_between_waves_is_not_asked(tmp_path: Path) -> None:
    """A shard of another set than the evidence's asks nothing; the next call closes the evidence
    and says why.
    """
    here, kept = large(tmp_path, WRONG), MemoryPredictions()
    number = wave(evaluate(here.request(), ports(here, kept)), here.spec)[0]
    path, calls = Path(here.spec.labelled_set), len(here.invoker.calls)
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
    assert shard(here, kept, number) == 0
    assert evaluate(here.request(), ports(here, kept)).concluded
    assert len(here.invoker.calls) == calls


def test_nothing_is_done_for_evidence_that_is_not_there(tmp_path: Path) -> None:
    """A shard before the first call, or of an evaluation without shards, asks nothing."""
    here = large(tmp_path, WRONG)
    assert shard(here, MemoryPredictions(), 0) == 0
    here.store = MemoryStore()
    here.limit_seconds = 25.0
    evaluate(here.request(), ports(here, MemoryPredictions()))
    calls = len(here.invoker.calls)
    assert shard(here, MemoryPredictions(), 0) == 0
    assert len(here.invoker.calls) == calls


def test_when_shards_pay() -> None:
    """Only far beyond one call, where more than one may run, and where the pace is not the
    ceiling's own.
    """
    spec = QualityGuardSpec(labelled_set="s.csv", concurrency=8, max_requests_per_second=1_000)
    assert pays(spec, 1_000_000, 100.0, 880.0)
    assert not pays(spec, 300_000, 100.0, 880.0)
    assert not pays(spec.but(concurrency=1), 1_000_000, 100.0, 880.0)
    assert not pays(spec.but(max_requests_per_second=200.0), 1_000_000, 100.0, 880.0)
    assert not pays(spec, 1_000_000, 100.0, float("inf"))


@given(
    st.integers(1, 64),
    st.floats(0.5, 10_000),
    st.integers(1, 1_000),
    st.integers(1, 10**8),
    st.floats(0.01, 1e4),
)
def test_shards_stay_within_the_spec(
    concurrency: int, ceiling: float, per_request: int, records: int, pace: float
) -> None:
    """Together no more calls at once or a second than the spec allows; whole looks; a bounded
    number of shards.
    """
    spec = QualityGuardSpec(
        labelled_set="s.csv",
        concurrency=concurrency,
        max_requests_per_second=ceiling,
        content_type="application/json",
        records_per_request=per_request,
    )
    share, shards = share_of(spec), at_once(spec)
    assert 1 <= share.concurrency * shards <= concurrency
    assert share.max_requests_per_second * shards == pytest.approx(ceiling)
    size, children = cut(spec, min(records, 999_999), pace)
    assert size % 50 == size % per_request == children == 0
    assert -(-min(records, 999_999) // size) <= MOST_SHARDS
