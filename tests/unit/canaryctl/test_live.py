"""The live view: what a line says, and that it degrades to plain lines."""

import io
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from canary.domain.judge.judgement import Judgement, nearness
from canary.domain.rollout.phase import Phase
from canaryctl.history import RolloutHistory, ToldMessage
from canaryctl.live import Screen, row_of
from canaryctl.live.plain import PlainLines, line_of
from canaryctl.live.row import Gauge, LiveRow
from canaryctl.live.table import gauge_bar, live_table, live_view
from tests.unit.canaryctl.histories import STARTED, make_record, simulate

NOW = STARTED + timedelta(minutes=12)


@pytest.fixture(scope="module")
def history() -> RolloutHistory:
    """A good canary to its end."""
    return simulate()


def test_a_line_shows_the_evidence_of_the_guard_furthest_from_passing(
    history: RolloutHistory,
) -> None:
    """The step ends when every guard has passed, so the last one counts."""
    verdict = history.verdicts[6]
    row = row_of("churn", make_record(phase=Phase.BAKING, step=verdict.step), verdict, NOW)
    logs = [
        guard.log_advance for guard in Judgement.model_validate(verdict.judgement).evidence.guards
    ]
    assert row.better is not None
    assert row.better.log_value == min(logs)
    assert row.better.log_threshold == pytest.approx(math.log(20))
    assert row.worse is not None
    assert row.worse.log_threshold == pytest.approx(math.log(40))


def test_evidence_of_the_step_before_is_not_shown_as_progress(history: RolloutHistory) -> None:
    """While weights move, nothing has been shown of the step they move to."""
    verdict = history.verdicts[6]
    row = row_of("churn", make_record(phase=Phase.SHIFTING, step=verdict.step + 1), verdict, NOW)
    assert row.better is None
    assert "waiting for the endpoint" in row.reason


def test_minutes_stop_when_the_rollout_has_ended(history: RolloutHistory) -> None:
    """A line that stays in view tells how long it took, not how long ago it was."""
    later = history.record.ended_at + timedelta(hours=3) if history.record.ended_at else NOW
    row = row_of("churn", history.record, history.verdicts[-1], later)
    assert row.minute == len(history.verdicts)
    assert row.ended


@pytest.mark.parametrize(
    ("value", "filled"), [(-5.0, 0.0), (0.0, 0.0), (math.log(20) / 2, 0.5), (99.0, 1.0)]
)
def test_a_gauge_fills_on_a_logarithmic_scale(value: float, filled: float) -> None:
    """Evidence below 1 speaks for the other side and fills nothing."""
    assert Gauge(value, math.log(20)).filled == pytest.approx(filled)


def test_a_bar_carries_its_numbers() -> None:
    """Nobody has to guess from a bar's length."""
    assert gauge_bar(Gauge(math.log(10), math.log(40)), "red").plain.endswith(" 10/40")
    assert gauge_bar(None, "red").plain == "-"


def test_plain_lines_say_only_what_is_new(history: RolloutHistory) -> None:
    """The same state a minute later is silent; a new message is one line."""
    lines = PlainLines()
    row = row_of("churn", history.record, history.verdicts[-1], NOW)
    told = ToldMessage(at=NOW, subject="[canary] churn: PROMOTED", body="")
    assert len(lines.news([row], [], NOW)) == 1
    assert lines.news([row], [], NOW) == []
    assert lines.news([row], [told], NOW) == ["09:12  on call  [canary] churn: PROMOTED"]


def test_a_message_says_how_grave_it_is_where_there_are_no_colours() -> None:
    """Who pipes the watch into a file reads it as a word, as who sees a terminal does."""
    told = ToldMessage(at=NOW, subject="[canary] churn: UNPROVEN", body="", severity="page")
    assert PlainLines().news([], [told], NOW) == [
        "09:12  on call  page     [canary] churn: UNPROVEN"
    ]
    assert "09:12 page [canary] churn: UNPROVEN" in viewed([a_row(0.0)], [told], (80, 24))


def test_the_newest_messages_are_there_whole_where_not_all_fit() -> None:
    """Older ones make room; a subject is never cut."""
    subject = "[canary] churn: needs a look: " + "a reason that goes on " * 3
    told = [ToldMessage(at=NOW, subject=f"{subject}{index}", body="") for index in range(30)]
    shown = viewed([a_row(0.0, reason="")], told, (80, 24)).replace("│", " ").split()
    assert (
        f"{subject}29".split()
        == shown[shown.index("29") - len(subject.split()) : shown.index("29") + 1]
    )
    assert "0" not in shown


def test_a_silence_of_ten_minutes_is_broken_by_what_is_under_way() -> None:
    """A log that stands still looks dead; the same state is otherwise said once."""
    lines = PlainLines()
    rows = [a_row(0.0, "PROMOTED", name="good", ended=True), a_row(0.0, name="late")]
    lines.news(rows, [], NOW)
    later = [lines.news(rows, [], NOW + timedelta(minutes=minutes)) for minutes in (9, 10, 11)]
    said = "09:22  1 of 2 ended; nothing new of late WATCHING 3/3"
    assert later == [[], [said], []]


def test_times_run_forward(history: RolloutHistory) -> None:
    """What was told on the way to a moment stands before how things are at it."""
    row = row_of("churn", history.record, history.verdicts[-1], NOW)
    told = ToldMessage(at=NOW - timedelta(seconds=30), subject="[canary] churn: PROMOTED", body="")
    first, second = PlainLines().news([row], [told], NOW)
    assert (first[:5], second[:5]) == ("09:11", "09:12")


def test_a_piped_reason_is_whole(history: RolloutHistory) -> None:
    """Nobody can widen a pipe."""
    row = row_of("churn", history.record, history.verdicts[-1], NOW)
    assert line_of(row).endswith(row.reason)
    assert len(row.reason) > 140


@pytest.mark.parametrize("phase", ["UNPROVEN", "HANDED_OVER"])
@pytest.mark.parametrize("width", [80, 160])
def test_a_share_that_nobody_knows_is_none(phase: str, width: int) -> None:
    """The planned share of a step is not what serves then, and the last verdict not the reason."""
    row = a_row(0.0, phase, ended=True)
    assert "?" in drawn(row, width)
    assert "100%" not in drawn(row, width)
    assert "HOLD" not in drawn(row, width) + line_of(row)


def test_a_step_held_too_long_says_so() -> None:
    """In words, and not in the colour of one that is on its way."""
    row = a_row(0.0, "BAKING", late=True)
    assert "\x1b[33mBAKING (late)" in drawn(row, 80)


@pytest.mark.parametrize("size", [(80, 24), (160, 40)])
def test_reasons_fit_the_terminal(size: tuple[int, int]) -> None:
    """Below the table at 80 columns, beside it at 160; never wider or, where seven rollouts run,
    longer than the terminal. What worries is there first.
    """
    rows = [a_row(0.0, reason="calm " * 60, name=f"calm-{index}") for index in range(6)]
    rows.append(a_row(3.2, reason="worrying " * 40, name="close"))
    lines = viewed(rows, [], size).splitlines()
    assert max(map(len, lines)) <= size[0]
    assert len(lines) <= size[1]
    assert "worrying worrying" in "\n".join(lines)


def test_a_narrow_terminal_keeps_phase_step_and_share_whole() -> None:
    """In 40 columns a bar says nothing; where the rollout stands does."""
    shown = viewed([a_row(0.0, "ROLLING_BACK", name="churn-prod")], [], (40, 24))
    line = next(line for line in shown.splitlines() if "ROLLING_BACK" in line)
    assert line.split() == ["churn-prod", "ROLLING_BACK", "3/3", "100%"]
    assert max(map(len, shown.splitlines())) <= 40


@pytest.mark.parametrize("columns", [80, 160])
def test_a_reason_is_whole_where_there_is_room(columns: int) -> None:
    """One rollout in a terminal of 40 lines has room for all that its verdict says."""
    reason = "At 25%, errors: no judged minute with requests on both sides in this step yet. " * 3
    shown = viewed([a_row(0.0, reason=f"{reason}END")], [], (columns, 40))
    assert "END" in shown
    assert "…" not in shown


@pytest.mark.parametrize("terminal", [True, False])
def test_the_screen_fits_what_is_behind_it(history: RolloutHistory, *, terminal: bool) -> None:
    """A terminal gets a table that is redrawn, anything else lines without control characters."""
    out = io.StringIO()
    row = row_of("churn", history.record, history.verdicts[-1], NOW)
    with Screen(Console(file=out, force_terminal=terminal, width=120), "demo") as screen:
        screen.show([row], history.messages, NOW)
    assert ("\x1b[" in out.getvalue()) is terminal
    assert "PROMOTED" in out.getvalue()


def test_markup_in_a_message_is_shown_and_not_obeyed(history: RolloutHistory) -> None:
    """A subject in square brackets is no style."""
    out = io.StringIO()
    told = ToldMessage(at=NOW, subject="[canary] [bold]churn[/nonsense]", body="")
    with Screen(Console(file=out, force_terminal=True, width=120)) as screen:
        screen.show([], [told], NOW)
    assert "[bold]churn[/nonsense]" in out.getvalue()


def a_row(log_worse: float, phase: str = "WATCHING", **changes: Any) -> LiveRow:
    """Return the line of a canary that serves, its evidence against it being that."""
    values: dict[str, Any] = {
        "name": "churn",
        "phase": phase,
        "step": 3,
        "steps": 3,
        "share": 1.0,
        "minute": 40,
        "worse": Gauge(log_worse, math.log(40)),
        "better": None,
        "verdict": "HOLD",
        "reason": "Serving alone",
        "nearness": nearness(log_worse, math.log(40)),
    }
    return LiveRow(**(values | changes))


def viewed(rows: list[LiveRow], messages: list[ToldMessage], size: tuple[int, int]) -> str:
    """Return the whole view as a terminal of that size shows it."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=size[0], height=size[1])
    console.print(live_view(rows, messages, "now", size))
    return Text.from_ansi(out.getvalue()).plain


def drawn(row: LiveRow, width: int) -> str:
    """Return the table as a terminal of that width gets it, colours included."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=width, color_system="standard")
    console.print(live_table([row], width=width))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize(
    ("log_worse", "state", "colour"),
    [
        (0.0, "WATCHING", "\x1b[36m"),
        (2.0, "WATCHING (rising)", "\x1b[1;33m"),
        (3.2, "WATCHING (close)", "\x1b[1;31m"),
    ],
)
def test_a_line_turns_colour_and_word_with_the_evidence(
    log_worse: float, state: str, colour: str, width: int
) -> None:
    """A watch with failing requests is never green; who sees no colours reads the word."""
    assert f"{colour}{state}" in drawn(a_row(log_worse), width)
    assert state in line_of(a_row(log_worse))


def test_a_line_is_said_again_when_the_evidence_turns() -> None:
    """Also where there is no terminal."""
    lines = PlainLines()
    assert len(lines.news([a_row(0.0)], [], NOW)) == 1
    assert lines.news([a_row(0.5)], [], NOW) == []
    assert "(rising)" in lines.news([a_row(2.0)], [], NOW)[0]


def test_a_line_says_that_nobody_looks(history: RolloutHistory) -> None:
    """A verdict of ten minutes ago says nothing of the canary that serves now."""
    verdict = history.verdicts[6]
    record = make_record(phase=Phase.BAKING, step=verdict.step)
    seen = datetime.fromtimestamp(60 * verdict.minute, UTC)
    fresh = row_of("churn", record, verdict, seen + timedelta(minutes=3))
    assert fresh.reason == verdict.reason
    late = row_of("churn", record, verdict, seen + timedelta(minutes=9))
    assert late.reason.startswith(f"NOBODY LOOKS since {seen:%H:%M} UTC (9 min); before: ")
