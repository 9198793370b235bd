"""A scorer of one's own that fails or hangs: told in words within a bound, and asked again by the
next evaluation, about everything it has not scored.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.new_labels import evaluate_new_labels
from canary.flow.labelled.scores.standing import may_be_asked_again
from canary.labelled.own_scores import ScorerFailed
from canaryctl.evaluate.scorer_function import FunctionScorer
from tests.unit.quality.test_kept_predictions import MemoryPredictions, Named
from tests.unit.quality.test_new_labels import appended, newest
from tests.unit.quality.test_own_scorer import by_text, evidence_of, text_world
from tests.unit.quality.variants import World

Function = Callable[[Mapping[str, Any]], object]
CLOSE = {"scorer": {"max_worse": 0.02}}
"""A margin that takes some hundred records."""


def failing_between(first: int, last: int) -> Function:
    """Return a scorer whose calls from one to another fail."""
    calls = iter(range(10**6))

    def scores(event: Mapping[str, Any]) -> object:
        return {"error": "no credit left"} if first <= next(calls) < last else by_text(event)

    return scores


def ports_of(here: World, function: Function, kept: MemoryPredictions) -> Any:
    """Return the world's ports with a scorer and a store of predictions."""
    return replace(
        here.ports(),
        own_scorer=FunctionScorer(function, 30.0),
        predictions=kept,
        identity=Named(old="m1", new="m2"),
    )


def figures(evidence: QualityEvidence) -> tuple[object, ...]:
    """Return what an evaluation found, however many calls it took."""
    return evidence.states, evidence.counts, evidence.tally, evidence.position, evidence.label


def test_a_scorer_that_hangs_is_given_up_in_its_time() -> None:
    """The call ends with words; the thread that hangs keeps nobody waiting."""
    release = threading.Event()
    try:
        with pytest.raises(ScorerFailed, match=r"did not answer in scorer_timeout_seconds \(0.05"):
            FunctionScorer(lambda _: release.wait(), 0.05).score([{}])
    finally:
        release.set()


def test_a_time_out_of_its_own_is_an_exception_like_any_other() -> None:
    """A scorer's own TimeoutError, and its sys.exit, are told by their names."""
    for error in (TimeoutError("db"), SystemExit(1)):

        def raising(_: Any, error: BaseException = error) -> None:
            raise error

        with pytest.raises(ScorerFailed, match=f"raised {type(error).__name__}"):
            FunctionScorer(raising, 30.0).score([{}])


def test_the_next_evaluation_asks_again_and_ends_as_if_nothing_had_happened(
    tmp_path: Path,
) -> None:
    """No record is lost to a failure, none is scored twice, and no model is asked again."""
    qualities = {"old": 0.8, "new": 0.81}
    whole = evidence_of(text_world(tmp_path, qualities, metrics=CLOSE), by_text)
    here, kept = text_world(tmp_path, qualities, metrics=CLOSE), MemoryPredictions()
    ports = ports_of(here, failing_between(12, 13), kept)
    failed = evaluate(here.request(), ports)
    assert (failed.label, failed.concluded) == ("NO_DATA", True)
    assert failed.counts.used == failed.states[0].records < whole.counts.used
    asked = len(here.invoker.calls)
    again = evaluate(here.request(), ports)
    assert figures(again) == figures(whole)
    assert len(here.invoker.calls) - asked == 2 * (whole.counts.used - asked // 2)


def test_a_scorer_that_still_fails_stays_no_data(tmp_path: Path) -> None:
    """Asked again and failing again: the same evidence, in the same words."""
    here, kept = text_world(tmp_path, {"old": 0.8, "new": 0.81}), MemoryPredictions()
    ports = ports_of(here, failing_between(0, 10**6), kept)
    first, second = (evaluate(here.request(), ports) for _ in range(2))
    assert (first.label, first.position) == (second.label, second.position) == ("NO_DATA", 0)
    assert first.findings[0].reason == second.findings[0].reason


def test_other_metrics_wait_for_the_scorer(tmp_path: Path) -> None:
    """What has no scores counts for no metric, so that every metric speaks of the same records."""
    metrics = {"scorer": {"max_worse": 0.02}, "exact": {"max_worse": 0.1}}
    here, kept = (
        text_world(tmp_path, {"old": 0.8, "new": 0.81}, metrics=metrics),
        MemoryPredictions(),
    )
    ports = ports_of(here, failing_between(12, 13), kept)
    failed = evaluate(here.request(), ports)
    assert {state.records for state in failed.states} == {failed.counts.used}
    again = evaluate(here.request(), ports)
    assert {state.records for state in again.states} == {again.counts.used}
    assert again.counts.used > failed.counts.used


def test_a_held_rollout_asks_again_while_it_bakes(tmp_path: Path) -> None:
    """The look for new labels asks a scorer that failed again, before it takes new records."""
    here, kept = text_world(tmp_path, {"old": 0.8, "new": 0.81}, metrics=CLOSE), MemoryPredictions()
    ports = ports_of(here, failing_between(12, 13), kept)
    evaluate(here.request(), ports)
    appended(here, range(400, 410))
    assert evaluate_new_labels(here.request(), ports, newest(here))
    assert (newest(here).label, newest(here).first_record) == ("PASS", 0)
    assert evaluate_new_labels(here.request(), ports, newest(here))
    assert newest(here).first_record == 400


def test_evidence_that_went_on_without_scores_is_not_asked_about(tmp_path: Path) -> None:
    """Early versions counted records that the scorer had failed on: their scores never come."""
    here, kept = text_world(tmp_path, {"old": 0.8, "new": 0.81}, metrics=CLOSE), MemoryPredictions()
    failed = evaluate(here.request(), ports_of(here, failing_between(12, 13), kept))
    assert may_be_asked_again(failed)
    early = failed.but(counts=failed.counts.but(used=failed.counts.used + 50))
    assert not may_be_asked_again(early)
