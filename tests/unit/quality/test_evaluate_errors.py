"""An evaluation whose calls fail: what counts against a variant, waits, or ends it."""

from pathlib import Path

import pytest

from canary.domain.errors import AwsDenied, AwsUnavailable, Refused
from canary.flow.labelled.evaluate import evaluate
from canary.ports.quality import CallBusy, CallFailed, Reply
from tests.unit.quality.variants import world

ALL = set(range(10_000))


def test_an_error_of_the_canary_alone_is_evidence_against_it(tmp_path: Path) -> None:
    """A canary that fails on records the baseline gets right is stopped."""

    def rule(variant: str, body: str) -> str | CallFailed:
        number = int(body)
        return (
            CallFailed("model_error", "500")
            if variant == "new" and number % 4 == 0
            else str(number % 2)
        )

    here = world(tmp_path, {}, rule=rule)
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == "FAIL"
    assert evidence.counts.errors_canary == evidence.states[0].baseline_only > 0


@pytest.mark.parametrize("answer", ["nan", "<html>busy</html>", "", "[]"])
def test_a_record_that_fails_on_both_is_left_out_and_told(tmp_path: Path, answer: str) -> None:
    """A poisoned record counts for neither variant; its row is named."""
    here = world(
        tmp_path, {}, count=60, rule=lambda _, body: answer if body == "7" else str(int(body) % 2)
    )
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.counts.failed_on_both, evidence.counts.used) == (1, 59)
    assert [(note.kind, note.row) for note in evidence.notes] == [("failed on both", 8)]


def test_answers_that_never_parse_end_as_no_data(tmp_path: Path) -> None:
    """Two variants that answer HTML are not two equal variants: NO_DATA, soon, and never PASS."""
    here = world(tmp_path, {}, count=2_000, rule=lambda _variant, _body: "<html>busy</html>")
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.label, evidence.concluded) == ("NO_DATA", True)
    assert len(here.invoker.calls) <= 2 * 50


def test_a_busy_variant_is_asked_again_with_growing_pauses(tmp_path: Path) -> None:
    """Throttling is no evidence: the same call is repeated, and the pair counts once."""
    seen: dict[str, int] = {}

    def rule(variant: str, body: str) -> str | CallBusy:
        seen[body + variant] = seen.get(body + variant, 0) + 1
        return (
            CallBusy("throttled", "slow down") if seen[body + variant] < 3 else str(int(body) % 2)
        )

    here = world(tmp_path, {}, count=50, rule=rule)
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.counts.used, evidence.counts.errors_canary) == (50, 0)
    assert here.clock.seconds >= 100 * (0.2 + 0.5)


def test_a_variant_that_stays_busy_leaves_the_rest_for_later(tmp_path: Path) -> None:
    """Patience ends as AwsUnavailable, and what was evaluated before is kept."""
    answered: list[str] = []

    def rule(_variant: str, body: str) -> str | CallBusy:
        answered.append(body)
        return CallBusy("not_ready", "loading") if len(answered) > 130 else str(int(body) % 2)

    here = world(tmp_path, {}, rule=rule)
    with pytest.raises(AwsUnavailable, match="stayed busy"):
        evaluate(here.request(), here.ports())
    assert here.store.kept is not None
    assert here.store.kept.position == 65


@pytest.mark.parametrize("concurrency", [1, 4])
def test_an_endpoint_that_vanishes_half_way_is_an_error_not_accuracy_zero(
    tmp_path: Path, concurrency: int
) -> None:
    """The evaluation ends with the endpoint's own error, and no record counts as wrong for it."""
    asked = iter(range(10_000))

    def rule(_variant: str, body: str) -> str:
        if next(asked) > 150:
            raise AwsDenied("endpoint churn not found")
        return str(int(body) % 2)

    here = world(tmp_path, {}, rule=rule, concurrency=concurrency)
    with pytest.raises(AwsDenied, match="not found"):
        evaluate(here.request(), here.ports())
    kept = here.store.kept
    assert kept is not None
    assert kept.counts.used >= 50
    assert (kept.counts.errors_baseline, kept.counts.errors_canary, kept.concluded) == (0, 0, False)


def test_an_answer_of_another_variant_is_refused(tmp_path: Path) -> None:
    """An endpoint that ignores TargetVariant cannot be evaluated."""
    here = world(tmp_path, {}, rule=lambda _variant, _body: Reply(b"1", "text/csv", "old"))
    with pytest.raises(Refused, match="TargetVariant"):
        evaluate(here.request(), here.ports())
