"""The deployed definition on two engines: each path ends alike on ours and on moto's.

Both run on emulated time with the same scripted answers; compared are the states entered, what
every function was given and when, what tokens were told, the end with its error, cause and output,
and the history.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.second_engine.coverage import all_parts, seen_parts
from tests.second_engine.deployed import every_state
from tests.second_engine.differences import DIFFERENCES, Difference, as_table, unexplained
from tests.second_engine.history import cost, visits, waits_for_token
from tests.second_engine.motos import on_motos
from tests.second_engine.ours import on_ours
from tests.second_engine.paths import PATHS
from tests.second_engine.run import Mismatch, Run, mismatches

NAMED = {path.name: path for path in PATHS}
NOT_COUNTED = {"TaskFailed", "TaskTimedOut", "MapStateStarted"}
HEARTBEATS = ["States.Timeout", "States.HeartbeatTimeout"]
SILENT = ["a bake without a sign of life", "a bake that falls silent", "a bake answered too late"]


@pytest.fixture(scope="module", params=NAMED)
def name(request: pytest.FixtureRequest) -> str:
    """Every path; its tests follow each other, so that it is run once."""
    return str(request.param)


@cache
def ours(name: str) -> Run:
    """Return our engine's run of a path."""
    return on_ours(NAMED[name])


@cache
def found(name: str) -> tuple[Mismatch, ...]:
    """Return everything in which the engines differ on a path."""
    return tuple(mismatches(name, ours(name), on_motos(NAMED[name])))


def test_both_engines_go_the_same_way(name: str) -> None:
    """Where they do not, the list of differences says why."""
    assert [str(one) for one in unexplained(found(name))] == []


def test_our_engine_keeps_to_the_script(name: str) -> None:
    """Every answer of a path is asked for, and none beside it."""
    assert ours(name).unscripted == ()


@pytest.mark.parametrize("known", DIFFERENCES, ids=lambda known: known.name)
def test_every_listed_difference_still_shows(known: Difference) -> None:
    """On each path it names; one that no longer does is taken off the list."""
    for path in known.paths:
        assert any(known.is_shown_by(one) for one in found(path)), path


def test_the_documentation_lists_the_differences() -> None:
    """docs/emulator.md holds the list as it is here."""
    told = Path("docs/emulator.md").read_text(encoding="utf-8")
    assert as_table() in told, as_table()


def test_the_paths_go_through_the_whole_definition() -> None:
    """Every state, every branch of a Choice, every Catch and every Retry."""
    histories = [each for name in NAMED for each in (ours(name).events, *ours(name).children)]
    seen = {part for events in histories for part in seen_parts(every_state(), events)}
    assert all_parts(every_state()) - seen == set()


def test_no_choice_goes_one_way_by_two_rules() -> None:
    """So that a branch is known by where it leads."""
    for name, state in every_state().items():
        ways = [rule["Next"] for rule in state.get("Choices", [])] + [state.get("Default")]
        assert len(ways) == len(set(ways)), name


def test_a_visit_costs_what_is_counted_for_it(name: str) -> None:
    """The events of a state in which nothing failed; a Map is counted with its items elsewhere."""
    for state, kinds in visits(ours(name).events):
        early = waits_for_token(state) and "TaskSubmitted" not in kinds
        if not early and not any(kind in NOT_COUNTED for kind in kinds):
            assert len(kinds) == cost(state), (state, kinds)


def test_an_early_answer_that_is_lost_leads_home_on_both() -> None:
    """Our engine, told to lose it, goes the way moto's goes: ten minutes of silence, and home."""
    path = NAMED["a bake answered before its call returned"]
    lost, motos = on_ours(path, early_lost=True), on_motos(path)
    assert (lost.states, lost.history) == (motos.states, motos.history)
    assert (lost.status, lost.error, lost.cause) == (motos.status, motos.error, motos.cause)


@pytest.mark.parametrize("error", HEARTBEATS)
@pytest.mark.parametrize("name", SILENT)
def test_a_missed_heartbeat_leads_home_by_either_name(name: str, error: str) -> None:
    """The restore is asked for, and told the name."""
    run = on_ours(NAMED[name], heartbeat_error=error)
    restore = next(call for call in run.calls if call.state == "Restore weights")
    assert restore.payload["cause"] == {"Error": error, "Cause": ""}
    assert run.error == "RolledBack"
