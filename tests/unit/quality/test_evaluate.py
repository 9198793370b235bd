"""The evaluation of a labelled set: what it asks, when it stops, what it keeps."""

import random
from pathlib import Path

import pytest

from canary.domain.errors import Refused
from canary.flow.labelled.answers.same_order import ASKED_ALONE
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.head import check_labelled_set
from canary.ports.quality import CallFailed
from tests.unit.quality.variants import world

ALL = set(range(10_000))


def test_a_worse_canary_fails_before_the_set_is_used_up(tmp_path: Path) -> None:
    """A canary wrong on every fifth record is stopped early, with the evidence above its
    threshold.
    """
    here = world(tmp_path, {"new": set(range(0, 1_000, 5))}, count=1_000)
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.label, evidence.concluded, evidence.exhausted) == ("FAIL", True, False)
    finding = evidence.findings[0]
    assert finding.log_roll_back >= finding.log_roll_back_threshold
    assert evidence.position % 50 == 0
    assert evidence.position < 400


def test_an_equal_canary_passes_before_the_set_is_used_up(tmp_path: Path) -> None:
    """Two variants right on every record pass as soon as a drop of the margin is ruled out."""
    here = world(tmp_path, {}, count=2_000)
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.label, evidence.concluded, evidence.exhausted) == ("PASS", True, False)
    assert evidence.findings[0].answer == "not worse"


def test_a_better_canary_is_called_better(tmp_path: Path) -> None:
    """A canary that corrects one baseline answer in five is told as better, and passes."""
    here = world(tmp_path, {"old": set(range(0, 1_000, 5))}, count=1_000)
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.label, evidence.findings[0].answer) == ("PASS", "better")


def test_a_small_set_is_inconclusive_in_numbers(tmp_path: Path) -> None:
    """A set too small says what it could have shown and how many records would do."""
    here = world(tmp_path, {"new": {3}, "old": {4}}, count=60)
    evidence = evaluate(here.request(), here.ports())
    finding = evidence.findings[0]
    assert (evidence.label, evidence.exhausted, finding.answer) == (
        "INCONCLUSIVE",
        True,
        "not enough evidence",
    )
    assert finding.smallest_drop_shown is not None
    assert finding.smallest_drop_shown > finding.max_worse
    assert finding.records_needed is not None
    assert finding.records_needed > 60
    assert str(finding.records_needed) in finding.reason


def test_the_same_record_goes_to_both_variants_in_an_order_of_the_rollouts_own(
    tmp_path: Path,
) -> None:
    """Every body goes to baseline and canary; the order is shuffled and repeatable for one rollout
    id.
    """
    first, again, other = (world(tmp_path, {"new": {1}, "old": {2}}, count=40) for _ in range(3))
    evaluate(first.request(), first.ports())
    evaluate(again.request(), again.ports())
    evaluate(other.request(rollout="churn-2"), other.ports())
    asked = [body for variant, body, _ in first.invoker.calls if variant == "old"]
    assert asked == [body for variant, body, _ in first.invoker.calls if variant == "new"]
    assert sorted(map(int, asked)) == list(range(40)) != list(map(int, asked))
    assert again.invoker.calls == first.invoker.calls != other.invoker.calls


def test_a_continuation_gives_what_one_long_call_gives(tmp_path: Path) -> None:
    """Calls cut short by time go on where they stopped and end in the same tests and counts."""
    wrong = {"new": {3, 11, 200}, "old": {4, 90}}
    whole, cut = world(tmp_path, wrong, count=300), world(tmp_path, wrong, count=300)
    expected = evaluate(whole.request(), whole.ports())
    cut.invoker.seconds_a_call, cut.limit_seconds, calls = 0.5, 60.0, 1
    while not evaluate(cut.request(), cut.ports()).concluded:
        calls += 1
    kept = cut.store.kept
    assert calls > 3
    assert kept is not None
    assert (kept.counts, kept.position, kept.label) == (
        expected.counts,
        expected.position,
        expected.label,
    )
    assert kept.states[0].roll_back == pytest.approx(expected.states[0].roll_back)
    assert len(cut.invoker.calls) == len(whole.invoker.calls)


def test_concurrency_changes_nothing_but_the_time(tmp_path: Path) -> None:
    """Eight at once give the same evidence as one after the other."""
    wrong = {"new": set(range(0, 300, 7)), "old": set(range(0, 300, 6))}
    inline, pooled = (
        world(tmp_path, wrong, count=300),
        world(tmp_path, wrong, count=300, concurrency=8),
    )
    one, eight = (
        evaluate(inline.request(), inline.ports()),
        evaluate(pooled.request(), pooled.ports()),
    )
    assert one.but(called_minutes=()) == eight.but(called_minutes=())


def test_calls_stay_below_the_ceiling(tmp_path: Path) -> None:
    """No second sees more calls, both variants together, than the spec allows."""
    here = world(tmp_path, {"new": {1}, "old": {2}}, count=60, max_requests_per_second=10.0)
    evaluate(here.request(), here.ports())
    times = [at for _, _, at in here.invoker.calls]
    assert all(times[i + 10] - times[i] >= 0.999 for i in range(len(times) - 10))


def test_several_records_share_a_request(tmp_path: Path) -> None:
    """Seven records a request give the same outcome with a seventh of the calls."""

    def rule(_variant: str, body: str) -> str:
        return "\n".join(str(int(line) % 2) for line in body.split("\n"))

    here = world(tmp_path, {}, count=100, rule=rule, records_per_request=7)
    evidence = evaluate(here.request(), here.ports())
    alone = 2 * ASKED_ALONE  # whose answers tell whether the others come in order
    assert (evidence.counts.used, len(here.invoker.calls)) == (100, 2 * 15 + alone)


def test_unusable_rows_are_counted_and_named(tmp_path: Path) -> None:
    """Rows without a label are left out; position and row numbers stay true."""
    here = world(tmp_path, {}, count=40)
    path = Path(here.spec.labelled_set)
    path.write_text(path.read_text() + ",40\nchurned,41\n")
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.counts.used, evidence.counts.unusable_rows, evidence.position) == (40, 2, 42)
    assert sorted(note.row or 0 for note in evidence.notes) == [41, 42]


def test_the_minutes_of_the_calls_are_kept(tmp_path: Path) -> None:
    """Own traffic is known by its minutes, for the guards that must not count it."""
    here = world(tmp_path, {"new": {1}, "old": {2}}, count=60, max_requests_per_second=1.0)
    evidence = evaluate(here.request(), here.ports())
    assert [minute - evidence.called_minutes[0] for minute in evidence.called_minutes] == [0, 1]


def test_evidence_of_a_large_set_fits_one_item(tmp_path: Path) -> None:
    """Twenty thousand records with errors and disagreements everywhere stay far below 400 KB."""
    rng = random.Random(1)
    wrong = {side: {n for n in range(20_000) if rng.random() < 0.3} for side in ("old", "new")}
    here = world(tmp_path, wrong, count=20_000)
    evidence = evaluate(here.request(stop_early=False), here.ports())
    assert evidence.exhausted
    assert len(evidence.model_dump_json()) < 40_000


def test_a_set_of_one_class_is_refused(tmp_path: Path) -> None:
    """Right answers say nothing when every label is the same."""
    here = world(tmp_path, {}, count=10)
    Path(here.spec.labelled_set).write_text("".join(f"0,{n}\n" for n in range(10)))
    with pytest.raises(Refused, match="every label is the same on all 10 records"):
        check_labelled_set(here.spec, here.ports().source)
    with pytest.raises(Refused, match="every label is the same on all 10 records"):
        evaluate(here.request(), here.ports())


class NoScorer:
    """A scorer that must not be asked."""

    def begin(self, _spec: object) -> "NoScorer":
        """Return itself."""
        return self

    def add(self, _pairs: object) -> None:
        """Fail: there is nothing to compare."""
        raise AssertionError("no record was answered by both")


def test_a_canary_that_answers_nothing_fails_without_a_report(tmp_path: Path) -> None:
    """Errors on every record are the evidence; there are no pairs to compute metrics of."""

    def rule(variant: str, body: str) -> str | CallFailed:
        return str(int(body) % 2) if variant == "old" else CallFailed("model_error", "status 500")

    here = world(tmp_path, {}, rule=rule)
    here.scorer = NoScorer()
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.label, evidence.concluded, evidence.report) == ("FAIL", True, None)


def test_a_set_rewritten_between_two_calls_closes_the_evidence(tmp_path: Path) -> None:
    """Half of one set and half of another are no sample of either: what was evaluated stands, and
    is told.
    """
    here = world(tmp_path, {"new": {1}, "old": {2}}, count=200)
    here.invoker.seconds_a_call, here.limit_seconds = 1.0, 100.0
    assert not evaluate(here.request(), here.ports()).concluded
    path, calls = Path(here.spec.labelled_set), len(here.invoker.calls)
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
    closed = evaluate(here.request(), here.ports())
    assert (closed.concluded, closed.exhausted, closed.label) == (True, False, "INCONCLUSIVE")
    assert [note.kind for note in closed.notes] == ["rewritten set"]
    assert len(here.invoker.calls) == calls


def test_a_set_that_grew_between_two_calls_goes_on_in_its_old_order(tmp_path: Path) -> None:
    """Appended records wait for their own round; the order of the first ones does not change."""
    grown, still = (world(tmp_path, {"new": {1}, "old": {2}}, count=100) for _ in range(2))
    for here in (grown, still):
        here.invoker.seconds_a_call, here.limit_seconds = 1.0, 100.0
        evaluate(here.request(), here.ports())
    evaluate(still.request(), still.ports())
    path = Path(grown.spec.labelled_set)
    path.write_text(path.read_text() + "0,100\n1,101\n")
    evidence = evaluate(grown.request(), grown.ports())
    asked = [[body for _, body, _ in here.invoker.calls] for here in (grown, still)]
    assert asked[0] == asked[1]
    assert evidence.records_total == 100
