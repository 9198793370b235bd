"""Sets whose records are copies of a few: as evidence each counts once."""

import math
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate
from canary.labelled.files.repeats import Repeats
from canary.stats.paired import PairedBets, bet
from tests.unit.quality.variants import World, world


def copied(folder: Path, records: int, copies: int, wrong: set[int]) -> QualityEvidence:
    """Return the evidence of so many records, each there so many times; the canary is wrong on
    some.
    """
    here: World = world(folder, {"new": wrong}, records)
    path = Path(here.spec.labelled_set)
    path.write_text(path.read_text() * copies)
    return evaluate(here.request(stop_early=False), here.ports())


def test_twenty_records_copied_are_twenty_records(tmp_path: Path) -> None:
    """A canary wrong on one of them is not shown worse by asking forty times; it is told."""
    evidence = copied(tmp_path, 20, 40, {3})
    once = copied(tmp_path, 20, 1, {3})
    (finding,), (alone,) = evidence.findings, once.findings
    assert (finding.records, finding.label) == (800, "INCONCLUSIVE")
    assert math.isclose(finding.log_roll_back, alone.log_roll_back, abs_tol=1e-9)
    assert "are there 40 times each" in finding.reason
    assert "as evidence they count once" not in alone.reason


def test_many_different_records_still_decide(tmp_path: Path) -> None:
    """Six hundred records there twice are six hundred."""
    assert copied(tmp_path, 600, 2, set()).label == "PASS"
    assert copied(tmp_path, 600, 2, set(range(0, 600, 5))).label == "FAIL"


def test_a_blind_baseline_is_not_believed_for_its_copies(tmp_path: Path) -> None:
    """Thirteen of twenty right may be chance, however often they are copied."""

    def rule(_variant: str, body: str) -> str:
        number = int(body)
        return str(1 - number % 2 if number < 7 else number % 2)

    here = world(tmp_path, {}, 20, rule)
    path = Path(here.spec.labelled_set)
    path.write_text(path.read_text() * 40)
    evidence = evaluate(here.request(stop_early=False), here.ports())
    assert evidence.label != "PASS"


def of(counts: dict[tuple[str, str], int]) -> Repeats:
    """Return what was seen of records by (label, features)."""
    found = Repeats()
    for (label, features), count in counts.items():
        for _ in range(count):
            found.see(label, features)
    return found


def test_one_class_copied_is_seen() -> None:
    """Positives written five times to balance a set."""
    counts = {("0", f"n{n}"): 1 for n in range(50)} | {("1", f"p{n}"): 5 for n in range(10)}
    assert of(counts).copies() == 5


@pytest.mark.parametrize("seed", range(40))
def test_records_drawn_again_by_chance_are_no_copies(seed: int) -> None:
    """A thousand draws of a few different rows."""
    draw = random.Random(seed)
    found = Repeats()
    for _ in range(1_000):
        row = draw.randrange(40)
        found.see(str(row % 2), str(row))
    assert found.copies() == 1


def test_equal_features_with_two_labels_are_counted() -> None:
    """All records of such features; those with one label alone are none."""
    found = of({("0", "a"): 2, ("1", "a"): 1, ("1", "b"): 4})
    assert (found.contradicted(), found.counted()) == (3, (4, 7))


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=30), st.integers(1, 9))
def test_copies_leave_the_evidence_as_it_was(drops: list[float], copies: int) -> None:
    """In whatever order they come."""
    once = bet(PairedBets(), drops, 0.01, 0.02)
    often = bet(PairedBets(), drops * copies, 0.01, 0.02, copies=copies)
    assert math.isclose(once.log_roll_back, often.log_roll_back, abs_tol=1e-9)
    assert math.isclose(once.log_advance, often.log_advance, abs_tol=1e-9)


def test_contradicting_labels_are_told(tmp_path: Path) -> None:
    """In a classification, as a note."""
    path = tmp_path / "set.csv"
    path.write_text("".join(f"{n % 2},{n // 2 if n < 20 else n}\n" for n in range(200)))
    here = world(tmp_path, {}, 200)
    spec = QualityGuardSpec(labelled_set=str(path), max_requests_per_second=1_000.0)
    path.write_text("".join(f"{n % 2},{n // 2 if n < 20 else n}\n" for n in range(200)))
    evidence = evaluate(here.request(spec=spec, stop_early=False), here.ports())
    told = [note.text for note in evidence.notes if "another label" in note.text]
    assert told == ["20 of the records have the features of another one, and another label"]
