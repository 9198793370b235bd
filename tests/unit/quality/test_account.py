"""Where every record went: the four parts make up the file, whatever ends an evaluation."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from canary.domain.errors import Refused
from canary.domain.labelled.account import RecordAccount, RecordsUnaccounted, account_of
from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.new_labels import evaluate_new_labels
from canary.ports.quality import CallFailed

from .variants import World, world


def answered(run: World, **changes: Any) -> QualityEvidence:
    """Return the evidence of one call."""
    return evaluate(run.request(**changes), run.ports())


@settings(max_examples=30, deadline=None)
@given(
    fails=st.sets(st.integers(0, 119), max_size=60),
    unusable=st.sets(st.integers(0, 119), max_size=60),
    stop_early=st.booleans(),
    records_per_request=st.integers(1, 7),
)
def test_the_four_parts_make_up_the_file(
    tmp_path_factory: pytest.TempPathFactory,
    fails: set[int],
    unusable: set[int],
    stop_early: bool,  # noqa: FBT001 - drawn
    records_per_request: int,
) -> None:
    """Compared, left out, unusable and not asked are the records of the file."""

    def rule(variant: str, body: str) -> str | CallFailed:
        numbers = [int(line) for line in body.splitlines()]
        if fails & set(numbers):
            return CallFailed("model_error", "the model answered with status 500")
        return "\n".join(str(n % 2) for n in numbers)

    folder = tmp_path_factory.mktemp("set")
    run = world(folder, {}, rule=rule, count=120, records_per_request=records_per_request)
    path = Path(run.spec.labelled_set)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(",," if n in unusable else line for n, line in enumerate(lines)))
    if len(unusable) > 100 or 0 in unusable:
        return
    try:
        found = answered(run, stop_early=stop_early)
    except Refused as error:  # every request of the probe holds a record that fails both
        assume(error.field != "guards.quality.records_per_request")
        raise
    account = account_of(found).checked()
    assert account.records == 120
    assert stop_early or account.not_asked == 0 or account.compared == 0


def test_a_sum_that_does_not_come_out_is_a_fault() -> None:
    """It is said with the numbers, and never passed over."""
    account = RecordAccount(records=10, compared=4, left_out=1, unusable=2, not_asked=2)
    with pytest.raises(RecordsUnaccounted, match="10 records in the file: 10 records = 4 compared"):
        account.checked()


def test_labels_that_arrive_later_are_accounted_for(tmp_path: Path) -> None:
    """A round that decided early leaves records unasked; the next round's add to them."""
    run = world(tmp_path, {"new": set(range(0, 400, 2))}, count=400)
    first = answered(run)
    assert account_of(first).not_asked > 0
    path = Path(run.spec.labelled_set)
    path.write_text(path.read_text() + "1,401\n0,402\n")
    evaluate_new_labels(run.request(), run.ports(), first)
    kept = run.store.kept
    assert kept is not None
    account = account_of(kept).checked()
    assert (account.records, account.not_asked) == (402, account_of(first).not_asked + 2)


def test_evidence_of_the_first_version_is_accounted_for() -> None:
    """What was stored before the number was kept is told the number that makes the sum."""
    stored = {
        "rollout": "r", "endpoint": "e", "baseline": "a", "canary": "b", "labelled_set": "s",
        "set_version": "v", "records_total": 120, "first_record": 100, "position": 5,
        "counts": {"used": 60, "failed_on_both": 3, "unusable_rows": 2},
    }  # fmt: skip
    account = account_of(QualityEvidence.model_validate(stored)).checked()
    assert account.not_asked == 55
