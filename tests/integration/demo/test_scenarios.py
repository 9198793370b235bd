"""The demonstration ends as it has to, says so, and would notice if it did not."""

import io
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.rollout.phase import Phase
from demo.__main__ import Name, app
from demo.play import Pace, play, until_interrupted
from demo.scenarios import SCENARIOS, Ending, chosen

ROOT = Path(__file__).parents[3]
Judge = Callable[..., Judgement]
ENTRY = {
    "scenario",
    "endpoint",
    "phase",
    "initial_weights",
    "final_weights",
    "final_instances",
    "canary_requests_live",
    "bad_responses_served",
    "emulated_minutes",
    "verdicts",
    "messages",
}


def show(
    names: tuple[str, ...], out: Path, past_minutes: int = 60, most_minutes: int = 180
) -> tuple[bool, str]:
    """Run scenarios as fast as they go; return whether the demonstration is content, and what it
    printed.
    """
    text = io.StringIO()
    scenarios = [chosen(name)[0] for name in names]
    pace = Pace(past_minutes=past_minutes, most_minutes=most_minutes)
    good = play(scenarios, 1, out, Console(file=text, width=200), pace)
    return good, text.getvalue()


def entries(out: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of summary.json by scenario."""
    return {entry["scenario"]: entry for entry in json.loads((out / "summary.json").read_text())}


@pytest.mark.slow
def test_all_nine_end_as_they_have_to(tmp_path: Path) -> None:
    """By the README's own command: four promoted, five taken back where their fault shows, weights
    and requests as AWS and the router say.
    """
    made = subprocess.run(
        ["make", "demo", f"ARGS=--minute-seconds 0 --out {tmp_path}"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "Every scenario ended as it has to" in made.stdout
    found = entries(tmp_path)
    assert {name: entry["phase"] for name, entry in found.items()} == {
        "healthy": "PROMOTED",
        "wrong": "ROLLED_BACK",
        "failing": "ROLLED_BACK",
        "slow": "ROLLED_BACK",
        "late": "ROLLED_BACK",
        "incident": "PROMOTED",
        "misread": "ROLLED_BACK",
        "capacity": "PROMOTED",
        "hands-off": "PROMOTED",
    }
    for name in ("wrong", "failing", "slow", "late", "misread"):
        assert found[name]["final_weights"] == {"current": 1.0, "candidate": 0.0}
    for name in ("healthy", "incident", "capacity"):
        assert found[name]["final_weights"] == {"current": 0.0, "candidate": 1.0}
    assert found["hands-off"]["final_weights"] == {"candidate": 1.0}
    assert found["wrong"]["canary_requests_live"] == 0
    last_steps = {
        name: found[name]["verdicts"][-1]["step"]
        for name in ("wrong", "failing", "slow", "late", "misread")
    }
    assert last_steps == {"wrong": 0, "failing": 1, "slow": 3, "late": 4, "misread": 1}
    assert "more corrections than" in found["misread"]["verdicts"][-1]["reason"]
    assert {path.name for path in tmp_path.glob("*.html")} == {
        "index.html",
        *(f"{s.name}.html" for s in SCENARIOS),
    }


def test_without_instances_the_same_canary_does_not_survive_half_of_the_traffic(
    tmp_path: Path,
) -> None:
    """What the scenario shows is the raise's doing: with "off" it is slow at 50% and taken back."""
    (scenario,) = chosen("capacity")
    off = replace(
        scenario, also={"capacity": "off"}, ending=Ending(phase=Phase.ROLLED_BACK, at_share=0.5)
    )
    text = io.StringIO()
    pace = Pace(past_minutes=60)
    good = play([off], 1, tmp_path, Console(file=text, width=200), pace)
    assert good, text.getvalue()
    assert "more slow requests than" in entries(tmp_path)["capacity"]["verdicts"][-1]["reason"]


def test_the_summary_has_the_agreed_form(tmp_path: Path) -> None:
    """Exactly these keys; verdicts by minute and step; messages as sent."""
    good, printed = show(("wrong",), tmp_path)
    assert good, printed
    entry = entries(tmp_path)["wrong"]
    assert set(entry) == ENTRY
    assert set(entry["verdicts"][0]) == {"minute", "step", "verdict", "reason"}
    assert entry["verdicts"][-1]["verdict"] == "ROLL_BACK"
    assert entry["initial_weights"] == {"current": 1.0, "candidate": 0.0}
    assert entry["bad_responses_served"] == 0
    assert "ROLLED BACK" in entry["messages"][-1]["subject"]
    assert entry["emulated_minutes"] < 15


def always(verdict: str, real: Judge) -> Judge:
    """Return a judge that looks at the evidence and then says this, whatever it saw."""

    def stubborn(*arguments: Any, **named: Any) -> Judgement:
        return real(*arguments, **named).but(verdict=verdict)

    return stubborn


def never_roll_back(real: Judge) -> Judge:
    """Return a judge that holds where it should roll back."""

    def lenient(*arguments: Any, **named: Any) -> Judgement:
        found = real(*arguments, **named)
        return found.but(verdict="HOLD") if found.verdict == "ROLL_BACK" else found

    return lenient


def test_a_judge_that_always_advances_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With it a worse model is promoted, and the demonstration's own check says so."""
    monkeypatch.setattr("canary.flow.judge.judge", always("ADVANCE", judge))
    good, printed = show(("wrong",), tmp_path, most_minutes=60)
    assert not good
    assert "wrong: ended PROMOTED, wanted ROLLED_BACK" in printed
    assert "live requests, wanted none" in printed


@pytest.mark.parametrize("name", ["wrong", "failing"])
def test_a_judge_that_never_rolls_back_is_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With it nothing bad is ever taken back, and the demonstration's own check says so."""
    monkeypatch.setattr("canary.flow.judge.judge", never_roll_back(judge))
    good, printed = show((name,), tmp_path, most_minutes=25)
    assert not good
    assert f"{name}: ended" in printed


@pytest.mark.parametrize(("good", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_says_whether_every_scenario_ended_as_it_has_to(
    monkeypatch: pytest.MonkeyPatch, *, good: bool, code: int
) -> None:
    """A pipeline that runs the demonstration sees it fail."""
    monkeypatch.setattr("demo.play.play", lambda *_: good)
    assert CliRunner().invoke(app, ["--scenario", "wrong"]).exit_code == code


def test_ctrl_c_leaves_pages_and_a_summary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of what there was when it came; nothing is called wrong that was only not over."""
    asked = iter([False] * 6)

    @contextmanager
    def soon() -> Iterator[Callable[[], bool]]:
        yield lambda: next(asked, True)

    monkeypatch.setattr("demo.play.until_interrupted", soon)
    text = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        play(chosen("healthy"), 1, tmp_path, Console(file=text, width=200), Pace(past_minutes=60))
    assert "Stopped: how it stood" in text.getvalue()
    assert "✗" not in text.getvalue()
    assert entries(tmp_path)["healthy"]["phase"] not in {"PROMOTED", "REFUSED"}
    assert (tmp_path / "healthy.html").exists()


def test_ctrl_c_has_its_own_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline tells a stopped demonstration from a failed one."""

    def stopped(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("demo.play.play", stopped)
    answer = CliRunner().invoke(app, ["--scenario", "wrong"])
    assert answer.exit_code == 130
    assert "Stopped by Ctrl-C" in answer.output


def test_the_first_ctrl_c_asks_and_the_second_ends() -> None:
    """So that pages can still be written, and nobody has to wait for them."""
    with until_interrupted() as stopped:
        assert not stopped()
        signal.raise_signal(signal.SIGINT)
        assert stopped()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_help_tells_every_scenario_and_exit_code() -> None:
    """What they are, before anything is run."""
    text = CliRunner().invoke(app, ["--help"]).output
    assert all(f"{name.value}:" in text for name in Name)
    assert "130" in text


def test_no_alarm_of_the_stack_itself_rings(tmp_path: Path) -> None:
    """Rollouts start when its first ticks were heard; times run forward."""
    _, printed = show(("wrong",), tmp_path)
    assert "ALARM" not in printed
    told = [line[:5] for line in printed.splitlines() if line[2:3] == ":" and line[:2].isdigit()]
    assert told == sorted(told)


def test_an_unknown_scenario_is_named_with_the_known_ones() -> None:
    """A typing error costs no minute."""
    answer = CliRunner().invoke(app, ["--scenario", "helthy"])
    assert answer.exit_code == 2
    assert "healthy" in answer.output
    assert [name.value for name in Name] == [scenario.name for scenario in SCENARIOS]
