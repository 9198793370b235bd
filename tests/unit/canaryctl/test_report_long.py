"""A page stays a small file however long its rollout took, and counts what it leaves out."""

from datetime import timedelta

import pytest

from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Window
from canary.domain.plan.plan import BakeInterval
from canary.domain.rollout.phase import Phase
from canaryctl.history import RolloutHistory, ToldMessage
from canaryctl.pages.drawn import drawn
from canaryctl.report import render_report
from canaryctl.report.charts import charts_of
from canaryctl.report.verdicts import verdicts_of
from tests.rollouts import side_counts
from tests.unit.canaryctl.histories import STARTED, make_record, simulate

DAYS = 3
MINUTES = DAYS * 24 * 60
MOST_BYTES = 300_000


@pytest.fixture(scope="module")
def long() -> RolloutHistory:
    """Three days at 5%, a verdict a minute, each other than the one before, and many messages."""
    judged = simulate(minutes=8)
    newest = judged.verdicts[-1]
    start = newest.minute - len(judged.verdicts)
    words = ["apart", "together", "again"]
    verdicts = tuple(
        VerdictRecord(
            rollout=newest.rollout,
            minute=start + minute,
            revision=newest.revision,
            step=1,
            verdict="HOLD",
            reason=f"{words[minute % 3]} {'and a reason at length ' * 15}{minute}",
            judgement=newest.judgement,
        )
        for minute in range(1, MINUTES)
    )
    windows = tuple(
        Window(
            minute=start + minute,
            baseline=side_counts(5_700, 17, 285),
            canary=side_counts(300, 1, 15),
        )
        for minute in range(1, MINUTES)
    )
    record = make_record(
        phase=Phase.BAKING,
        step=1,
        bakes=(
            BakeInterval(step=0, reached_minute=start, left_minute=start + 1),
            BakeInterval(step=1, reached_minute=start + 2),
        ),
    )
    messages = tuple(
        ToldMessage(at=STARTED + timedelta(minutes=index), subject="look", body="why " * 300)
        for index in range(200)
    )
    return judged.but(record=record, verdicts=verdicts, windows=windows, messages=messages)


def test_a_page_of_days_is_a_small_file(long: RolloutHistory) -> None:
    """Whoever mails or archives it does not have to think about it."""
    assert len(render_report(long).encode()) <= MOST_BYTES


def test_what_is_left_out_is_counted(long: RolloutHistory) -> None:
    """Verdicts between the first and the last, looks of a group, messages."""
    shown = verdicts_of(long)
    written = sum(len(group.rows) for group in (*shown.first, *shown.last))
    assert written + shown.left_out == MINUTES - 1
    page = render_report(long)
    assert f"{shown.left_out} looks between these and the next are not written out" in page
    assert "170 older ones are not shown" in page


def test_a_point_of_many_minutes_adds_them_up(long: RolloutHistory) -> None:
    """Rates are of all requests of the point, requests the mean of a minute; the chart says how
    many minutes a point has.
    """
    found = {chart.id: chart for chart in charts_of(long)}
    assert "Each point is" in found["errors"].note
    assert found["errors"].series[1].y[5] == pytest.approx(100 / 300)
    assert found["requests"].series[0].y[5] == pytest.approx(5_700)
    assert all(len(series.x) <= 121 for chart in found.values() for series in chart.series)


def test_hours_and_days_are_written_as_such(long: RolloutHistory) -> None:
    """Nobody counts in thousands of minutes."""
    labels = [tick.label for tick in drawn(charts_of(long))[0].x_ticks]
    assert {"1 d", "2 d"} <= set(labels) or {"24 h", "48 h"} <= set(labels), labels
