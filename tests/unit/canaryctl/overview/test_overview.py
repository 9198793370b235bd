"""The list and the history of rollouts, from records that the real transitions and judge wrote."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.console import Console

from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Outcome
from canaryctl.history import RolloutHistory
from canaryctl.overview.events import events, forgotten, past
from canaryctl.overview.rows import COLUMNS, LAST, row_of
from canaryctl.overview.show import show_lines
from tests.rollouts import NOON, a_record, after
from tests.unit.flow.brake_stage import staged
from tests.unit.flow.decider_stage import ROLLOUT
from tests.unit.flow.test_time_of_people import order


def test_a_row_says_how_old_its_evidence_is_and_what_it_waits_for() -> None:
    """Every pause and every gathering guard."""
    stage = staged()
    stage.tick(3)
    order(stage, "pause", 3.5, minutes=45, by="ana", reason="lunch")
    verdict = stage.evidence.verdicts(ROLLOUT)[-1]
    row = row_of(stage.record, verdict, stage.evidence.tick(ROLLOUT), after(60 * 5))
    assert row.evidence_age_seconds == 120
    assert "lunch" in row.waits_for
    assert "At 5%" in row.waits_for
    assert (row.phase, row.share) == ("BAKING", 0.05)


def test_nobody_claims_to_know_the_share_of_what_was_handed_over() -> None:
    """Somebody else's endpoint."""
    end = Outcome(end=Phase.HANDED_OVER, reason="foreign")
    record = a_record(phase=Phase.HANDED_OVER, ended_at=NOON, outcome=end)
    row = row_of(record, None, None, after(3600))
    assert (row.share, row.cells[3], row.since) == (None, "?", NOON)


def test_the_newest_rollout_of_an_endpoint_comes_first() -> None:
    """With why it ended."""
    end = Outcome(end=Phase.ROLLED_BACK, reason="errors")
    old = a_record(rollout="old", phase=Phase.ROLLED_BACK, ended_at=NOON, outcome=end)
    new = a_record(rollout="new", started_at=NOON + timedelta(hours=1))
    assert [(one.rollout, one.why) for one in past([old, new])] == [("new", ""), ("old", "errors")]


def test_orders_are_told_with_who_and_why() -> None:
    """Among everything else, in the order of time."""
    stage = staged()
    stage.tick(3)
    order(stage, "pause", 3.5, minutes=45, by="ana", reason="lunch")
    found = events(stage.record, stage.evidence.verdicts(ROLLOUT))
    pause = next(event for event in found if event.kind == "order")
    assert (pause.what, pause.by, pause.why) == ("pause", "ana", "lunch")
    assert [event.at for event in found] == sorted(event.at for event in found)
    assert forgotten(stage.record) == ""


def test_every_verdict_that_moved_it_and_every_share_is_told(promoted: RolloutHistory) -> None:
    """A promotion from its first share to its last."""
    found = events(promoted.record, promoted.verdicts)
    served = [event.what for event in found if event.kind == "serving"]
    assert served == ["serves 0%", "serves 5%", "serves 25%", "serves 50%", "serves 100%"]
    moved = [event for event in found if event.kind == "verdict"]
    assert {event.what for event in moved} == {"ADVANCE"}
    assert len(moved) == len(promoted.record.plan.steps)


def test_piped_lines_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Tabs between the cells, nothing cut, however narrow the console."""
    why = "because " * 40
    show_lines(Console(width=20), COLUMNS, [(*("churn-prod",) * 6, why)], last=LAST)
    assert capsys.readouterr().out.splitlines()[-1].split("\t") == [*["churn-prod"] * 6, why]


@pytest.mark.parametrize("width", [80, 160])
def test_on_a_terminal_nothing_is_cut_either(width: int) -> None:
    """The sentence beside its line, or below it where there is no room."""
    console = Console(width=width, force_terminal=True, record=True)
    show_lines(console, COLUMNS, [(*("churn-prod",) * 6, "because " * 40)], last=LAST)
    assert console.export_text().count("because") == 40
