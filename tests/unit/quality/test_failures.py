"""What fails: whose fault it is, how much of the set it takes, and in whose words it is told."""

from pathlib import Path

import pytest

from canary.domain.errors import AwsUnavailable
from canary.domain.labelled.evidence import finding_of_quality
from canary.flow.labelled.evaluate import evaluate
from canary.ports.quality import CallBusy, CallFailed
from tests.unit.quality.variants import world

SAID = "could not convert string to float: Jane"


def right(body: str) -> str:
    """Return the right answer."""
    return str(int(body) % 2)


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("poison", range(0, 60, 13))
def test_a_record_never_answered_counts_against_its_variant(
    tmp_path: Path, poison: int, concurrency: int
) -> None:
    """One record that always answers 503 is an error of that variant, wherever in the order it is;
    the others go on.
    """

    def rule(variant: str, body: str) -> str | CallBusy:
        if variant == "new" and int(body) == poison:
            return CallBusy("unavailable", "ServiceUnavailable")
        return right(body)

    here = world(tmp_path, {}, count=60, rule=rule, concurrency=concurrency)
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.counts.used, evidence.counts.errors_canary) == (60, 1)
    assert [(one.variant, one.alone) for one in evidence.failures] == [("canary", 1)]
    assert "while another record was answered" in evidence.failures[0].cause


def test_a_variant_that_answers_nobody_is_unavailable(tmp_path: Path) -> None:
    """Then no record counts as wrong for it."""
    here = world(
        tmp_path,
        {},
        count=60,
        rule=lambda variant, body: (
            CallBusy("unavailable", "503") if variant == "new" else right(body)
        ),
    )
    with pytest.raises(AwsUnavailable, match="variant new of churn stayed busy"):
        evaluate(here.request(), here.ports())


def test_nobody_listening_is_told_at_once(tmp_path: Path) -> None:
    """A dead port is no busy endpoint: no half minute of patience."""
    here = world(
        tmp_path, {}, rule=lambda _, __: CallBusy("unreachable", "nobody listens at http://x:1")
    )
    with pytest.raises(AwsUnavailable, match="nobody listens at http://x:1"):
        evaluate(here.request(), here.ports())
    assert here.clock.seconds < 2


def test_most_of_a_set_that_fails_on_both_is_no_data(tmp_path: Path) -> None:
    """Two equal variants on a fifth of the set are not two equal variants."""

    def rule(_variant: str, body: str) -> str | CallFailed:
        failed = CallFailed("model_error", "the model answered with status 400", SAID)
        return right(body) if int(body) % 20 < 4 else failed

    here = world(tmp_path, {}, count=2_000, rule=rule)
    evidence = evaluate(here.request(), here.ports())
    reason = finding_of_quality(evidence).reason
    assert evidence.label == "NO_DATA"
    assert "could be compared (20.0%; min_usable asks for 90%)" in reason
    assert "failed on both (old 1,600 model error: the model answered with status 400" in reason


@pytest.mark.parametrize(("failing", "label"), [(9, "PASS"), (11, "NO_DATA")])
def test_the_floor_is_a_tenth_of_the_asked_records(
    tmp_path: Path, failing: int, label: str
) -> None:
    """Nine of a hundred records left out are told, eleven are too many; `min_usable` moves that."""

    def rule(_variant: str, body: str) -> str | CallFailed:
        return CallFailed("timeout", "slow") if int(body) % 100 < failing else right(body)

    here = world(tmp_path, {}, count=1_000, rule=rule)
    evidence = evaluate(here.request(stop_early=False), here.ports())
    assert evidence.label == label
    assert f"Left out: {failing * 10} of 1,000 ({failing}.0%)" in evidence.findings[0].reason
    lower = world(tmp_path, {}, count=1_000, rule=rule, min_usable=0.5)
    assert evaluate(lower.request(stop_early=False), lower.ports()).label == "PASS"


def test_a_models_words_are_kept_once_a_cause_and_never_told(tmp_path: Path) -> None:
    """They are in the evidence for the report, within their bound, and in no reason or note."""

    def rule(variant: str, body: str) -> str | CallFailed:
        failed = CallFailed("model_error", "the model answered with status 400", SAID * 50)
        return failed if variant == "new" and int(body) % 5 == 0 else right(body)

    here = world(tmp_path, {}, rule=rule)
    evidence = evaluate(here.request(), here.ports())
    (failure,) = evidence.failures
    assert failure.words == (SAID * 50)[:300]
    assert "Jane" not in finding_of_quality(evidence).reason
    assert not [note for note in evidence.notes if "Jane" in note.text]


def test_an_answer_that_is_no_prediction_is_kept_in_its_own_words(tmp_path: Path) -> None:
    """An error page with status 200 is shown as the model wrote it."""
    here = world(
        tmp_path,
        {},
        rule=lambda variant, body: "Internal Server Error" if variant == "new" else right(body),
    )
    evidence = evaluate(here.request(), here.ports())
    assert evidence.label == "FAIL"
    assert [one.words for one in evidence.failures] == ["Internal Server Error"]


def test_causes_are_few_however_many_there_are(tmp_path: Path) -> None:
    """A model that fails for a reason of its own each time does not make the evidence grow."""

    def rule(variant: str, body: str) -> str | CallFailed:
        return CallFailed("model_error", body) if variant == "new" else right(body)

    here = world(tmp_path, {}, rule=rule)
    evidence = evaluate(here.request(stop_early=False), here.ports())
    assert len(evidence.failures) <= 21
    assert sum(one.alone for one in evidence.failures) == 400
