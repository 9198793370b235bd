"""The fault campaign in short, and the proof that it notices defects. The full one is `make
faults`.
"""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.campaign import Part, chosen
from tests.faults.cases import Case, Result
from tests.faults.invariants import Violation
from tests.faults.reporting import Shown, kept


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the campaign's commands: it forks, so it wants a process without other threads."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, check=False, timeout=600
    )


@pytest.mark.slow
def test_a_few_of_every_kind_of_fault_are_survived() -> None:
    """A spread over calls, invocations, events, executions, kills, mishaps and pairs; every
    invariant holds.
    """
    done = run("tests.faults", "--short", "--jobs", "1")
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    survived, of = last.removesuffix(" survived").split("/")
    assert int(survived) == int(of) >= 25


@pytest.mark.slow
def test_every_planted_bug_is_noticed() -> None:
    """Claim without its condition, told before acting, lease freed on UNPROVEN, and others make it
    fail; what is forked off a clean run comes to what it comes to from the start.
    """
    done = run("tests.faults.planted")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    noticed = found["noticed"]
    assert found["unlike"] == []  # forked off the clean run or played from the start
    assert "the_lease_follows_the_record" in noticed["lease freed on UNPROVEN"]
    assert "nothing_is_told_before_it_took_effect" in noticed["told before acting"]
    assert "one_execution_claims_per_generation" in noticed["claim without its condition"]


def test_a_campaign_that_was_stopped_goes_on_with_what_has_not_survived(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Failed and not yet run are run; cases that differ in their seed alone are two."""
    monkeypatch.setattr("tests.faults.reporting.TIMELINES", tmp_path)
    monkeypatch.setattr("tests.faults.reporting.SURVIVORS", tmp_path / "survived.txt")
    cases = [Case("pair", "promoted", seed=seed) for seed in range(3)]
    good = Result(cases[0].name, "pair", (), (), "PROMOTED", 1.0, 1.0, (), seed=0)
    bad = replace(good, violations=(Violation("it_ends", "not over"),), seed=1)
    shown = Shown()
    shown(1, 3, good)
    shown(2, 3, bad)
    assert chosen((), False, Part(1, 1), kept())(cases) == cases[1:]
    assert chosen((), False, Part(1, 1))(cases) == cases
