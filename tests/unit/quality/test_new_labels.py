"""New labels while a rollout bakes: only what was appended is asked, and the tests go on where they
stood.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.new_labels import evaluate_new_labels
from canary_scoring.scorer import SklearnScorer
from tests.unit.quality.test_kept_predictions import MemoryPredictions, Named
from tests.unit.quality.variants import World, world


def appended(here: World, numbers: range) -> None:
    """Append rows to the world's labelled set."""
    path = Path(here.spec.labelled_set)
    path.write_text(path.read_text() + "".join(f"{n % 2},{n}\n" for n in numbers))


def newest(here: World) -> QualityEvidence:
    """Return what is stored."""
    assert here.store.kept is not None
    return here.store.kept


def test_nothing_new_costs_nothing(tmp_path: Path) -> None:
    """The same version again: no call, no write."""
    here = world(tmp_path, {}, count=100)
    evaluate(here.request(), here.ports())
    calls, saves = len(here.invoker.calls), here.store.saves
    assert not evaluate_new_labels(here.request(), here.ports(), newest(here))
    assert (len(here.invoker.calls), here.store.saves) == (calls, saves)


def test_only_appended_records_are_asked(tmp_path: Path) -> None:
    """After an inconclusive gate the tests take the new records in, and may pass with them."""
    here = world(tmp_path, {}, count=100)
    assert evaluate(here.request(), here.ports()).label == "INCONCLUSIVE"
    here.invoker.calls.clear()
    appended(here, range(100, 600))
    assert evaluate_new_labels(here.request(), here.ports(), newest(here))
    asked = {int(body) for _, body, _ in here.invoker.calls}
    assert min(asked) >= 100
    assert (newest(here).label, newest(here).concluded) == ("PASS", True)
    assert newest(here).counts.used == 100 + newest(here).position


def test_a_canary_that_passed_can_still_be_shown_worse(tmp_path: Path) -> None:
    """A pass is carried, but new labels on which the canary fails end in FAIL."""
    here = world(tmp_path, {"new": set(range(2_000, 4_000))}, count=2_000)
    assert evaluate(here.request(), here.ports()).label == "PASS"
    appended(here, range(2_000, 4_000))
    evaluate_new_labels(here.request(), here.ports(), newest(here))
    assert newest(here).label == "FAIL"


def test_a_rewritten_set_is_told_and_not_used(tmp_path: Path) -> None:
    """Records that cannot be told apart from those already counted are never counted twice."""
    here = world(tmp_path, {}, count=100)
    evaluate(here.request(), here.ports())
    here.invoker.calls.clear()
    Path(here.spec.labelled_set).write_text("".join(f"{n % 2},{n}\n" for n in reversed(range(200))))
    assert evaluate_new_labels(here.request(), here.ports(), newest(here))
    assert here.invoker.calls == []
    assert [note.kind for note in newest(here).notes] == ["rewritten set"]
    assert not evaluate_new_labels(here.request(), here.ports(), newest(here))


def test_the_same_content_uploaded_again_is_nothing_new(tmp_path: Path) -> None:
    """A new version with the same records only moves the version on."""
    here = world(tmp_path, {}, count=100)
    evaluate(here.request(), here.ports())
    here.invoker.calls.clear()
    path = Path(here.spec.labelled_set)
    path.write_text(path.read_text() + "\n")
    evaluate_new_labels(here.request(), here.ports(), newest(here))
    assert (here.invoker.calls, newest(here).notes) == ([], ())


def test_one_call_touches_two_minutes_at_most(tmp_path: Path) -> None:
    """Slow variants are left over for a later minute, and the round goes on there."""
    here = world(tmp_path, {"new": {1}, "old": {2}}, count=60)
    evaluate(here.request(), here.ports())
    appended(here, range(60, 160))
    here.invoker.seconds_a_call = 1.0
    rounds = 0
    while rounds == 0 or not newest(here).concluded:
        before = set(newest(here).called_minutes)
        assert evaluate_new_labels(here.request(), here.ports(), newest(here))
        assert len(set(newest(here).called_minutes) - before) <= 2
        here.clock.sleep(timedelta(minutes=10).total_seconds())
        rounds += 1
    assert rounds > 2
    assert newest(here).counts.used == 160


@pytest.mark.parametrize("keeps", [True, False])
def test_the_report_never_shrinks_to_the_new_records(tmp_path: Path, keeps: bool) -> None:  # noqa: FBT001
    """With predictions kept the report covers old and new records; without, the old report
    stays.
    """
    here, kept = (
        world(tmp_path, {"new": {1}, "old": {2}}, count=60),
        MemoryPredictions() if keeps else None,
    )
    ports = replace(
        here.ports(), predictions=kept, identity=Named(old="m1", new="m2"), scorer=SklearnScorer()
    )
    evaluate(here.request(), ports)
    appended(here, range(60, 80))
    evaluate_new_labels(here.request(), ports, newest(here))
    report = newest(here).report
    assert isinstance(report, dict)
    assert report["records"] == (80 if keeps else 60)
