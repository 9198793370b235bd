"""Requests of several records that a variant fails as a whole and answers record by record."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.labelled.by_request.whole_requests import METRIC, first_states, with_requests
from canary.domain.labelled.evidence import PairedState, QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate
from canary.ports.quality import CallBusy, CallFailed
from tests.unit.quality.test_kept_predictions import MemoryPredictions
from tests.unit.quality.test_sharding import ports
from tests.unit.quality.variants import LEVELS, World, world

BROKEN = CallFailed("model_error", "status 500")
Fails = Callable[[str, list[str]], bool]


def batched(folder: Path, fails: Fails, count: int = 1_000, size: int = 10) -> World:
    """Return a world whose variants are right, and fail those requests of several records."""

    def rule(variant: str, body: str) -> str | CallFailed:
        rows = body.split("\n")
        if len(rows) > 1 and fails(variant, rows):
            return BROKEN
        return "\n".join(str(int(row) % 2) for row in rows)

    return world(folder, {}, count, rule, records_per_request=size)


def of_requests(evidence: QualityEvidence) -> Any:
    """Return the finding of whole requests; None where there is none."""
    return next((one for one in evidence.findings if one.metric == METRIC), None)


def run(here: World) -> QualityEvidence:
    """Return the evidence of one evaluation."""
    return evaluate(here.request(), here.ports())


@pytest.mark.parametrize(("fails", "label"), [("new", "FAIL"), ("old", "PASS")])
def test_a_canary_that_fails_whole_requests_is_worse(
    tmp_path: Path, fails: str, label: str
) -> None:
    """Though it answers each record alone; the same of the baseline is told and stops nobody."""
    evidence = run(batched(tmp_path, lambda variant, _: variant == fails))
    found = of_requests(evidence)
    assert (evidence.label, found.label) == (label, label)
    asked = found.records
    assert f"of {asked} requests of up to 10 records these failed whole" in found.reason
    assert (found.baseline, found.canary) == ((1, 0) if fails == "new" else (0, 1))
    kind = "canary request" if fails == "new" else "baseline request"
    told = [note.text for note in evidence.notes if note.kind == kind]
    assert len(told) == asked
    assert told[0].endswith("model error: status 500; each record alone was answered")


def test_a_record_that_fails_its_request_is_told_with_what_it_took_along(tmp_path: Path) -> None:
    """The record was wrong; the request is explained by it and stops nothing of its own."""

    def rule(variant: str, body: str) -> str | CallFailed:
        rows = body.split("\n")
        if variant == "new" and "17" in rows:
            return BROKEN
        return "\n".join(str(int(row) % 2) for row in rows)

    evidence = run(world(tmp_path, {}, 1_000, rule, records_per_request=10))
    assert of_requests(evidence) is None
    assert [(one.variant, one.alone) for one in evidence.failures] == [("canary", 1)]
    told = [note.text for note in evidence.notes if note.kind == "canary request"]
    assert len(told) == 1
    assert told[0].endswith(
        "1 record fails alone too, and the others, answered alone, count as answered"
    )


def test_requests_that_both_fail_are_told_and_compared_record_by_record(tmp_path: Path) -> None:
    """Equal on both sides, so nothing speaks against the canary."""
    here = batched(tmp_path, lambda _, rows: int(rows[0]) % 2 == 0)
    evidence = run(here)
    found = of_requests(evidence)
    assert evidence.label == "PASS"
    assert "failed whole and were answered record by record: canary" in found.reason


def test_one_failed_request_is_no_evidence_and_some_hold_the_pass_back(tmp_path: Path) -> None:
    """A hundred records in one request that fails once are one observation; two are not passed."""
    for broken, label in ((1, "PASS"), (2, "INCONCLUSIVE")):
        left = list(range(broken))

        def fails(variant: str, _: list[str], left: list[int] = left) -> bool:
            return variant == "new" and bool(left) and left.pop() >= 0

        evidence = run(batched(tmp_path, fails, size=100))
        assert evidence.label == label, of_requests(evidence)


def test_whole_requests_say_nothing(tmp_path: Path) -> None:
    """No finding where every request was answered, and no test where each has one record."""
    evidence = run(batched(tmp_path, lambda *_: False))
    assert (of_requests(evidence), evidence.label) == (None, "PASS")
    assert {state.metric for state in evidence.states} == {"accuracy", METRIC}
    assert first_states(QualityGuardSpec(labelled_set="set.csv")) == ()


def test_an_answer_of_another_length_fails_the_request(tmp_path: Path) -> None:
    """Nine answers, or eleven, to ten records belong to none of them."""
    for more in (-1, 1):

        def rule(variant: str, body: str, more: int = more) -> str:
            answers = [str(int(row) % 2) for row in body.split("\n")]
            if variant == "new" and len(answers) > 1:
                answers = answers[:more] if more < 0 else [*answers, "1"]
            return "\n".join(answers)

        evidence = run(world(tmp_path, {}, 1_000, rule, records_per_request=10))
        assert (evidence.label, of_requests(evidence).label) == ("FAIL", "FAIL")


def test_requests_that_stay_busy_are_told_from_an_endpoint_that_answers_nobody(
    tmp_path: Path,
) -> None:
    """A canary that is never ready for ten records and always for one fails the request."""

    def rule(variant: str, body: str) -> str | CallBusy:
        rows = body.split("\n")
        if variant == "new" and len(rows) > 1:
            return CallBusy("unavailable", "503")
        return "\n".join(str(int(row) % 2) for row in rows)

    here = world(tmp_path, {}, 1_000, rule, records_per_request=10)
    here.limit_seconds = 9_000.0
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.label, of_requests(evidence).label) == ("FAIL", "FAIL")


def test_requests_that_nobody_answers_whole_are_refused(tmp_path: Path) -> None:
    """With what was seen and the key that helps, where a record alone is answered."""
    here = batched(tmp_path, lambda *_: True)
    with pytest.raises(Refused, match=r"records_per_request: both variants fail .* status 500"):
        evaluate(here.request(), here.ports())
    nobody = world(tmp_path, {}, 100, lambda *_: BROKEN, records_per_request=10)
    assert run(nobody).label == "NO_DATA"


def test_a_second_rollout_sees_it_again(tmp_path: Path) -> None:
    """Answers that were only given record by record are not kept as if the request had worked."""
    kept = MemoryPredictions()
    for rollout in ("first", "second"):
        here = batched(tmp_path, lambda variant, _: variant == "new")
        evidence = evaluate(here.request(rollout=rollout), ports(here, kept))
        assert of_requests(evidence).label == "FAIL"


@pytest.mark.slow
def test_canaries_that_fail_as_often_as_tolerated_are_seldom_stopped() -> None:
    """At the tolerance itself at most the level's share of canaries is stopped, however often one
    looks.
    """
    stopped, runs = 0, 2_000
    stop = LEVELS.log_roll_back_threshold(1)
    for run_number in range(runs):
        draw = random.Random(run_number)
        state = PairedState(metric=METRIC, passed=True)
        for _ in range(40):
            asked = [(True, draw.random() >= 0.01) for _ in range(25)]
            state = with_requests(state, asked, stop)
        stopped += state.worse
    assert stopped / runs <= LEVELS.stop
