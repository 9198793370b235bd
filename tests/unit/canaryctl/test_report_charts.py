"""The charts of a report: missing is no zero, half a minute no collapse."""

import pytest

from canary.domain.judge.windows import Window
from canaryctl.history import LedgerMinute, RolloutHistory
from canaryctl.pages.chart import Chart, Level, Series
from canaryctl.pages.drawn import LEAST_TICK, Drawn
from canaryctl.pages.scale import Minutes, Scale
from canaryctl.report.charts import charts_of
from canaryctl.report.minutes import start_of


def chart(history: RolloutHistory, name: str) -> Chart:
    """Return one chart of a rollout."""
    return next(one for one in charts_of(history) if one.id == name)


def test_missing_minutes_are_gaps_and_never_zeros(promoted: RolloutHistory) -> None:
    """A minute nobody measured leaves a hole in the line."""
    first = promoted.windows[0]
    holed = (Window(minute=first.minute, baseline=None, canary=first.canary), *promoted.windows[1:])
    baseline = chart(promoted.but(windows=holed), "errors").series[0]
    assert baseline.y[0] is None
    assert all(value is not None for value in baseline.y[1:25])


def test_a_hole_breaks_the_line(promoted: RolloutHistory) -> None:
    """A minute without any window is a hole too: nothing is drawn across it."""
    without = (*promoted.windows[:5], *promoted.windows[6:])
    whole, holed = (
        next(path.d for path in Drawn(chart(h, "errors")).paths if path.classes == "line canary")
        for h in (promoted, promoted.but(windows=without))
    )
    assert holed.count("M") == whole.count("M") + 1


def test_only_judged_minutes_have_filled_dots(promoted: RolloutHistory) -> None:
    """Warm-up and share 0 are shown hollow, because they were not evidence."""
    bake = promoted.record.bakes[1]
    start, marks = start_of(promoted.record), chart(promoted, "errors").series[1].marks
    warm = bake.reached_minute + 1 + promoted.record.plan.warm_up_minutes - start
    assert marks[0] == "hollow"
    assert marks[warm - 1 : warm + 1] == ("hollow", "full")


@pytest.mark.parametrize("name", ["requests", "errors"])
def test_a_minute_read_once_is_no_collapse(promoted: RolloutHistory, name: str) -> None:
    """CloudWatch may have published half of the newest minute: it is drawn as still open."""
    half = promoted.windows[-1].canary
    assert half is not None
    newest = promoted.windows[-1].but(
        canary=half.but(requests=half.requests // 50, guards={}),
        since=promoted.verdicts[-1].minute,
    )
    history = promoted.but(windows=(*promoted.windows[:-1], newest))
    drawn = chart(history, name)
    assert drawn.series[1].mark(len(history.windows) - 1) == "open"
    assert "read but once" in drawn.note
    assert "read but once" not in chart(promoted, name).note


def test_evidence_is_drawn_against_the_threshold_it_is_compared_with(
    rolled_back: RolloutHistory,
) -> None:
    """The strong line crosses the dashed one exactly where the roll-back was decided."""
    found = chart(rolled_back, "rollback")
    whole, level = found.series[-1], found.levels[0].value
    assert whole.strong
    assert level == pytest.approx(40)
    assert [y is not None and y >= level for y in whole.y] == [False] * (len(whole.y) - 1) + [True]


def test_the_guards_shares_add_up_to_the_evidence(rolled_back: RolloutHistory) -> None:
    """What each guard contributes is drawn so that the parts sum to the whole."""
    *parts, whole = chart(rolled_back, "rollback").series
    for index, value in enumerate(whole.y):
        assert sum(part.y[index] or 0 for part in parts) == pytest.approx(value, rel=0.01)


def test_requests_come_from_the_router_where_it_was_asked(promoted: RolloutHistory) -> None:
    """The ledger wins over the controller's own windows, and the page says so."""
    minute = start_of(promoted.record)
    ledger = (LedgerMinute(minute=minute + 2, variant="Variant2", requests=123, bad=4),)
    found = chart(promoted.but(ledger=ledger), "requests")
    assert found.series[1].y == (123.0,)
    assert "counted by the router itself" in found.note


def test_the_numbers_of_two_near_levels_do_not_touch() -> None:
    """40 and 20 on a scale of millions lie beside each other; each number is read."""
    line = Series("worse", "bad", (0.0, 1.0), (1.0, 2.0), ("1", "2"))
    levels = (Level(40.0, "bad", "worse: 40 needed"), Level(20.0, "good", "not worse: 20 needed"))
    drawn = Drawn(
        Chart(
            "one",
            "One",
            "",
            Minutes(0, 1),
            Scale(0.1, 1e7, log=True),
            "",
            "",
            (line,),
            levels=levels,
        )
    )
    (low, first), (high, second) = drawn.level_numbers
    assert (low.value, high.value) == (20.0, 40.0)
    assert second - first == pytest.approx(LEAST_TICK)
    assert all(abs(tick.at - at) > LEAST_TICK for tick in drawn.y_ticks for at in (first, second))
