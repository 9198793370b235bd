"""`canaryctl replay` of guards of the user's own: their counts and numbers come by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan import standard_guards
from canary.domain.plan.spec import read_spec
from canaryctl.replay import replay
from tests.third_guard import empty_answers
from tests.unit.canaryctl.test_replay import SPEC, line, spec, written


def test_a_guard_of_ones_own_is_replayed_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording carries its counts under `guards`; what it shows takes the canary back."""
    monkeypatch.setattr(standard_guards, "MAKERS", (*standard_guards.MAKERS, empty_answers))
    lines = [
        {
            "minute": m,
            "baseline": {"requests": 5700, "errors": 6, "guards": {"empty_answers": [57, 5700]}},
            "canary": {"requests": 300, "errors": 0, "guards": {"empty_answers": [60, 300]}},
        }
        for m in range(30)
    ]
    windows = tmp_path / "windows.jsonl"
    windows.write_text("\n".join(json.dumps(line) for line in lines))
    (_, outcome) = next(replay(read_spec(SPEC), windows))
    assert (outcome.verdict, outcome.guard) == ("ROLL_BACK", "empty_answers")
    assert "more empty answers than" in outcome.reason


OWN_METRIC = {"namespace": "Shop", "dimensions": {"Variant": "${variant}"}}
SALES = {"name": "sales", "good": {**OWN_METRIC, "metric": "Sales"}, "of": "requests"}
MEMORY = {"name": "memory", "value": {**OWN_METRIC, "metric": "Gpu", "statistic": "Average"}}


@pytest.mark.parametrize(
    ("guard", "canary", "baseline"),
    [
        (
            {"counts": [{**SALES, "judged_by": "good"}]},
            {"guards": {"sales": [297, 300]}},
            {"guards": {"sales": [5529, 5700]}},
        ),
        ({"values": [MEMORY]}, {"values": {"memory": 9}}, {"values": {"memory": 4.5}}),
    ],
    ids=["events", "values"],
)
def test_a_guard_of_the_spec_is_replayed_from_a_recording(
    tmp_path: Path, guard: dict[str, Any], canary: dict[str, Any], baseline: dict[str, Any]
) -> None:
    """Good events too few, or a number too high: taken back by the guard's own name."""
    lines = [
        {
            "minute": m,
            "baseline": {"requests": 5700, "errors": 6, **baseline},
            "canary": {"requests": 300, "errors": 0, **canary},
        }
        for m in range(60)
    ]
    windows = tmp_path / "windows.jsonl"
    windows.write_text("\n".join(json.dumps(line) for line in lines))
    spec = read_spec({**SPEC, "guards": {"slow_requests": None, **guard}})
    (_, outcome) = next(replay(spec, windows))
    assert outcome.verdict == "ROLL_BACK", outcome.reason
    assert outcome.guard in {"sales", "memory"}


def test_good_events_of_which_nothing_is_known_are_refused_offline(tmp_path: Path) -> None:
    """Without a history nobody can tell whether few or nearly all are good."""
    windows = written(tmp_path, "w.jsonl", [line(0, (300, 0))])
    with pytest.raises(Refused, match="judged_by"):
        next(replay(read_spec({**SPEC, "guards": {"counts": [SALES]}}), windows))


def test_what_a_good_guard_judges_is_learnt_from_the_last_day_alone(tmp_path: Path) -> None:
    """Sales were common two days ago and are rare today: a canary without any is taken back."""

    def minute(number: int, sold: int, canary: int | None = None) -> dict[str, Any]:
        sides: dict[str, Any] = {
            "baseline": {"requests": 5700, "errors": 6, "guards": {"sales": [5700 - sold, 5700]}}
        }
        if canary is not None:
            bad = [300 - canary, 300]
            sides["canary"] = {"requests": 300, "errors": 0, "guards": {"sales": bad}}
        return {"minute": number, **sides}

    history = [minute(m, 5130) for m in range(1440)] + [minute(m, 171) for m in range(1440, 2880)]
    paths = tmp_path / "windows.jsonl", tmp_path / "history.jsonl"
    lines = [minute(m, 171, 0) for m in range(2880, 2940)]
    for path, rows in zip(paths, (lines, history[::-1]), strict=True):
        path.write_text("\n".join(json.dumps(row) for row in rows))
    spec = read_spec({**SPEC, "guards": {"slow_requests": None, "counts": [SALES]}})
    (_, outcome) = next(replay(spec, *paths))
    assert (outcome.verdict, outcome.guard) == ("ROLL_BACK", "sales"), outcome.reason


def test_minutes_recorded_twice_and_not_alike_are_told(tmp_path: Path) -> None:
    """The last line counts, and what it hides may be another run."""
    lines = [line(m, (300, errors)) for errors in (60, 0) for m in range(20)]
    [(_, outcome)] = replay(spec(), written(tmp_path, "w.jsonl", lines))
    assert "20 minutes recorded twice with other counts" in outcome.reason
    [(_, alike)] = replay(spec(), written(tmp_path, "a.jsonl", lines[20:] * 2))
    assert "recorded twice" not in alike.reason


@pytest.mark.parametrize(
    ("judged_by", "first"), [("bad", "events without it"), ("good", "its good events")]
)
def test_what_the_counts_of_good_events_are_taken_for_is_told(
    tmp_path: Path, judged_by: str, first: str
) -> None:
    """The other one of the two would turn the verdict round."""
    metric = {"namespace": "N", "metric": "S", "dimensions": {"V": "${variant}"}}
    sales = {"name": "sales", "good": metric, "of": "requests", "judged_by": judged_by}
    lines = [line(m, (300, 0)) for m in range(20)]
    for one in lines:
        one["canary"]["guards"] = {"sales": [9, 300]}
        one["baseline"]["guards"] = {"sales": [170, 5700]}
    watched = spec(guards={"slow_requests": None, "counts": [sales]})
    [(_, outcome)] = replay(watched, written(tmp_path, "w.jsonl", lines))
    assert f"sales is read as [{first}, all events]" in outcome.reason
