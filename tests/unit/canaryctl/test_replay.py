"""`canaryctl replay`: recorded windows in, one verdict a run out."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from canary.domain.plan.spec import Spec, read_spec
from canaryctl.app import app
from canaryctl.recorded import RecordedError, read_minute
from canaryctl.replay import replay

SPEC = {"endpoint": "churn-prod", "canary": "Variant2", "guards": {"slow_requests": None}}


def line(
    minute: int, canary: tuple[int, int], baseline: tuple[int, int] = (5700, 6), **more: Any
) -> dict[str, Any]:
    """Return one recorded window."""
    sides = {"canary": canary, "baseline": baseline}
    return {
        **more,
        "minute": minute,
        **{k: {"requests": n, "errors": x} for k, (n, x) in sides.items()},
    }


def written(folder: Path, name: str, lines: list[dict[str, Any]]) -> Path:
    """Return the path of a JSON Lines file."""
    path = folder / name
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return path


def spec(**changes: Any) -> Spec:
    """Return the spec of the tests."""
    return read_spec({**SPEC, **changes})


def test_interleaved_runs_are_kept_apart(tmp_path: Path) -> None:
    """A good and a bad run in one file, line by line in turn, each get their verdict."""
    lines = [
        one
        for m in range(20)
        for one in (line(m, (300, 0), run="good"), line(m, (300, 30), run="bad"))
    ]
    outcomes = dict(replay(spec(), written(tmp_path, "w.jsonl", lines)))
    assert outcomes["good"].verdict == "ADVANCE"
    assert (outcomes["bad"].verdict, outcomes["bad"].guard) == ("ROLL_BACK", "errors")


def test_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    """Shuffled lines and repeated ones give the same answer."""
    lines = [line(m, (300, 2)) for m in range(30)]
    shuffled = [*lines, *lines[5:9]]
    random.Random(1).shuffle(shuffled)
    first = list(replay(spec(), written(tmp_path, "a.jsonl", lines)))
    assert list(replay(spec(), written(tmp_path, "b.jsonl", shuffled))) == first


def test_windows_counts_what_was_read_up_to_the_verdict(tmp_path: Path) -> None:
    """A disaster in windows 3 and 4 is known after 4 windows (the fuse, warm-up or not)."""
    lines = [line(m, (300, 299 if m >= 2 else 0)) for m in range(30)]
    [(run, outcome)] = replay(spec(), written(tmp_path, "w.jsonl", lines))
    assert (run, outcome.verdict, outcome.windows) == (None, "ROLL_BACK", 4)
    [(_, outcome)] = replay(spec(), written(tmp_path, "w.jsonl", lines), warm_up_minutes=10)
    assert outcome.windows == 4


def test_without_history_it_says_so(tmp_path: Path) -> None:
    """No history: nothing is known of bursts, and the reason says it; with a day of it, it does
    not.
    """
    windows = written(tmp_path, "w.jsonl", [line(m, (300, 0)) for m in range(20)])
    history = written(
        tmp_path,
        "h.jsonl",
        [{"minute": m, "baseline": {"requests": 6000, "errors": m % 13}} for m in range(-1440, 0)],
    )
    [(_, bare)] = replay(spec(), windows)
    [(_, taught)] = replay(spec(), windows, history)
    assert "nothing is known of bursts" in bare.reason
    assert "nothing is known of bursts" not in taught.reason


def test_slow_guard_is_planned_where_it_was_measured(tmp_path: Path) -> None:
    """A spec that does not mention slow_requests watches it in recordings that carry it."""
    lines = [
        {
            "minute": m,
            "baseline": {"requests": 5700, "errors": 0, "slow": 285},
            "canary": {"requests": 300, "errors": 0, "slow": 150},
        }
        for m in range(20)
    ]
    windows = written(tmp_path, "w.jsonl", lines)
    [(_, outcome)] = replay(read_spec({"endpoint": "e", "canary": "c"}), windows)
    assert (outcome.verdict, outcome.guard) == ("ROLL_BACK", "slow_requests")
    [(_, unwatched)] = replay(spec(), windows)
    assert unwatched.verdict == "ADVANCE"


def test_many_runs_in_parallel_come_out_in_order(tmp_path: Path) -> None:
    """Enough runs for several processes: one outcome a run, in order of first appearance."""
    lines = [line(m, (300, 0 if run % 2 else 40), run=run) for run in range(250) for m in range(8)]
    outcomes = list(replay(spec(), written(tmp_path, "w.jsonl", lines), processes=2))
    assert [run for run, _ in outcomes] == list(range(250))
    assert {o.verdict for run, o in outcomes if run in range(0, 250, 2)} == {"ROLL_BACK"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: expected an object"),
        ('{"minute": 1, "run": {}}', "run must be"),
        ('{"minute": 1, "canary": {"requests": -1, "errors": 0}}', "canary.requests"),
        ('{"baseline": null}', "minute"),
        ('{"minute": 1, "nonsense": 1}', "nonsense"),
        ('{"minute": "soon"}', "neither an ISO time"),
        ('{"minute": "2026-03-02"}', "is a day"),
        ('{"minute": "2026-03-02T08:00:30Z"}', "inside a minute"),
        ('{"minute": 1772438400}', "seconds or milliseconds"),
        ('{"minute": 1.5}', "nor a whole number"),
        ('{"minute": true}', "True is neither"),
        ('{"minute": 1}\n{"minute": "2026-03-02T08:00Z"}', "lines 1 and 2"),
        ('{"minute": 1, "run": 1}\n{"minute": 1}', "a run 1 is there as well"),
        ("", "is empty"),
        ("\n  \n", "is empty"),
    ],
)
def test_broken_lines_are_named(tmp_path: Path, text: str, says: str) -> None:
    """A line that cannot be read is an error naming file, line and field."""
    path = tmp_path / "w.jsonl"
    path.write_text(text + "\n")
    with pytest.raises(RecordedError, match=says):
        list(replay(spec(), path))


@pytest.mark.parametrize("minute", [29538000, "29538000", 29538000.0, "2026-02-28T12:00:00Z"])
def test_a_minute_is_a_whole_number_or_an_iso_time(minute: object) -> None:
    """Numbers and times name the same minutes."""
    assert read_minute(minute) == 29538000


@pytest.mark.parametrize("text", ["2026-02-28T12:00", "2026-02-28T13:00+01:00", "20260228T1200Z"])
def test_a_time_without_an_offset_is_utc(text: str) -> None:
    """Offsets are read, and where there is none it is UTC."""
    assert read_minute(text) == 29538000


def test_a_recording_in_times_is_judged_as_one_in_numbers(tmp_path: Path) -> None:
    """The verdict and the windows it took do not depend on how minutes are written."""
    numbers = [line(29538000 + m, (300, 30)) for m in range(20)]
    times = [{**one, "minute": f"2026-02-28T12:{m:02}:00Z"} for m, one in enumerate(numbers)]
    first, second = (
        list(replay(spec(), written(tmp_path, f"{name}.jsonl", lines)))
        for name, lines in (("numbers", numbers), ("times", times))
    )
    assert first == second
    assert first[0][1].verdict == "ROLL_BACK"


def test_the_warm_up_is_the_specs_unless_given(tmp_path: Path) -> None:
    """Six minutes of warm-up find a canary six windows later than none, where it fails within the
    catastrophe margin; beyond it the warm-up is bet on.
    """
    windows = written(tmp_path, "w.jsonl", [line(m, (300, 2)) for m in range(60)])

    def read(given: int | None = None, **changes: Any) -> int:
        return next(replay(spec(**changes), windows, warm_up_minutes=given))[1].windows

    assert read(warm_up_minutes=6) == read(warm_up_minutes=0) + 6 == read(given=6)
    assert read() == read(warm_up_minutes=2)


def run(tmp_path: Path, *lines: dict[str, Any], options: tuple[str, ...] = ()) -> Any:
    """Return the result of the command on these windows."""
    spec_path = tmp_path / "spec.json"
    spec_path.write_text(json.dumps(SPEC))
    windows = written(tmp_path, "w.jsonl", list(lines))
    given = ["replay", "--spec", str(spec_path), "--windows", str(windows), *options]
    return CliRunner().invoke(app, given)


def test_a_run_without_a_name_is_shown_as_1(tmp_path: Path) -> None:
    """In the table and in JSON alike."""
    lines = [line(m, (300, 30)) for m in range(8)]
    assert json.loads(run(tmp_path, *lines, options=("--json",)).stdout)["run"] == 1
    table = run(tmp_path, *lines).stdout
    assert "None" not in table
    assert "│ 1 " in table


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_empty_recording_is_an_error(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Nothing on stdout, code 2, and the message names the file and the format."""
    result = run(tmp_path, options=options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "w.jsonl is empty" in result.stderr
    assert '"minute"' in result.stderr


def test_help_tells_the_format() -> None:
    """Every key of a line is named, and no bracket is lost to markup."""
    told = " ".join(CliRunner().invoke(app, ["replay", "--help"]).stdout.split())
    for word in ('"run"', '"minute"', "ISO time", '"slow"', '"timed"', "[bad, events]"):
        assert word in told


def test_command_prints_one_json_object_a_run(tmp_path: Path) -> None:
    """With --json every line is one run with verdict, windows, guard and reason."""
    spec_path = tmp_path / "spec.json"
    spec_path.write_text(json.dumps(SPEC))
    windows = written(
        tmp_path, "w.jsonl", [line(m, (300, 30), run=r) for r in ("a", "b") for m in range(10)]
    )
    result = CliRunner().invoke(
        app, ["replay", "--spec", str(spec_path), "--windows", str(windows), "--json"]
    )
    assert result.exit_code == 0
    answers = [json.loads(one) for one in result.stdout.splitlines()]
    assert [a["run"] for a in answers] == ["a", "b"]
    assert set(answers[0]) == {"run", "verdict", "windows", "guard", "reason"}


def test_command_refuses_a_wrong_spec(tmp_path: Path) -> None:
    """A wrong spec ends with code 2 and names the field."""
    spec_path = tmp_path / "spec.json"
    spec_path.write_text(json.dumps({**SPEC, "stepps": []}))
    windows = written(tmp_path, "w.jsonl", [line(0, (300, 0))])
    result = CliRunner().invoke(
        app, ["replay", "--spec", str(spec_path), "--windows", str(windows), "--json"]
    )
    assert result.exit_code == 2
    assert "stepps" in result.stderr


def side(**keys: Any) -> dict[str, Any]:
    """Return one recorded minute whose canary has these keys."""
    return {"minute": 0, "canary": {"requests": 300, **keys}}


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"errors": 10**300}, "canary.errors"),
        ({"errors": -1}, "canary.errors"),
        ({"errors": True}, "canary.errors: true and false are no numbers"),
        ({"guards": {"fraud": [False, 9]}}, "canary.guards.fraud.0: true and false"),
        ({"errors": 1, "guards": {"errors": [4, 300]}}, "keep one"),
        ({"slow": 1, "guards": {"slow_requests": [1, 200]}}, "keep one"),
        ({"timed": 200}, "timed without slow"),
        ({"values": {"memory": float("inf")}}, "canary.values.memory"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, keys: dict[str, Any], told: str) -> None:
    """Counts beyond any endpoint, below zero or said twice, with line and field."""
    path = written(tmp_path, "w.jsonl", [side(**keys)])
    with pytest.raises(RecordedError, match=rf"w.jsonl line 1: .*{told}"):
        list(replay(spec(), path))


@pytest.mark.parametrize("keys", [{}, {"errors": None}, {"guards": {"errors": None}}])
def test_what_is_null_or_missing_was_not_measured(tmp_path: Path, keys: dict[str, Any]) -> None:
    """As the format says: no zero, and no mistake either."""
    (_, end), *_ = replay(spec(), written(tmp_path, "w.jsonl", [side(**keys)]))
    assert "errors not measured yet" in end.reason


def test_what_no_verdict_rests_on_is_counted_and_told(tmp_path: Path) -> None:
    """A guard nobody knows, and more bad events than events; a guard the spec left out is not
    told.
    """
    strange = side(errors=301, slow=2, guards={"fraud": [1, 2]}, values={"memory": 3.5})
    lines = [strange, {**strange, "minute": 1}, {**line(2, (300, 1))}]
    (_, end), *_ = replay(spec(), written(tmp_path, "w.jsonl", lines))
    assert end.reason.endswith(
        "(left out: errors in 2 minutes, more bad than events; fraud in 2 minutes, no guard of "
        "the spec has this name; memory in 2 minutes, no guard of the spec has this name)"
    )


def test_an_endpoint_without_a_region_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, but what to give."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    spec_path = tmp_path / "spec.json"
    spec_path.write_text(json.dumps(SPEC))
    given = ["--endpoint", "churn-prod", "--from", "2026-03-02", "--to", "2026-03-03"]
    result = CliRunner().invoke(app, ["replay", "--spec", str(spec_path), *given])
    assert result.exit_code == 2
    assert result.stderr.strip() == "You must specify a region. Give --region, or set AWS_REGION."
