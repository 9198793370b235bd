"""Every example that a help shows, run as it stands against the deployed application."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from canaryctl.app import app
from canaryctl.operate.options import Time
from canaryctl.shell.commands import COMMANDS, Command
from canaryctl.shell.exits import Exit, codes_of
from demo.account import STACK
from tests.answers import checked
from tests.integration.stage import ENDPOINT, Stage
from tests.integration.test_commands import deny_moves

SPEC = {"endpoint": ENDPOINT, "canary": "Variant2", "watch_minutes": 5}
ELSEWHERE = {"local"}
"""Commands that serve until they are ended: tests/integration/local runs their examples."""
READ = {"list", "status", "explain", "history", "report", "doctor", "uninstall-check", "forecast"}
READ |= {"replay", "evaluate", "validate"}
"""Commands that change nothing: asked a second time, for JSON."""
OF = {command.name: command for command in COMMANDS}
ALL = {
    example for command in COMMANDS for example in command.examples if command.name not in ELSEWHERE
}


class Tour:
    """A stage in whose account examples are run, in a folder that holds the files they name."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.run_already: set[str] = set()

    def run(self, example: str) -> Result:
        """Run one example; it must exist, and end in a way that its command tells, not refused."""
        assert example in ALL
        self.run_already.add(example)
        clock = self.stage.emulator.clock
        words = shlex.split(example)
        result = CliRunner().invoke(app, words, obj=Time(clock.run_for, clock.now))
        codes = codes_of(OF[words[0]].exits).keys() - {Exit.REFUSED}
        assert result.exit_code in codes, f"{example}\n{result.output}{result.exception!r}"
        assert result.output.strip()
        if words[0] in READ:
            again = CliRunner().invoke(app, [*words, "--json"], obj=Time(clock.run_for, clock.now))
            assert checked(words[0], again.stdout), again.output
        return result

    def start(self, **keys: Any) -> None:
        """Begin a rollout by the example, with keys of its spec."""
        Path("spec.json").write_text(json.dumps({**SPEC, **keys}), encoding="utf-8")
        self.run("start --spec spec.json")
        self.stage.reach("BAKING", 1)

    def rest(self, command: Command) -> None:
        """Run what examples of a command were not run yet."""
        for example in command.examples:
            if example not in self.run_already:
                self.run(example)


def labels() -> Iterator[str]:
    """Yield CSV rows of a label and four features, whose sum is the score of both variants."""
    for row in (np.random.default_rng(3).random((120, 4)) / 4).round(4):
        yield ",".join(map(str, [int(row.sum() > 0.5), *row.tolist()]))


@pytest.fixture
def tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tour]:
    """The files that examples name, in an account with the variants that they name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CANARY_STACK", STACK)
    Path("spec.json").write_text(json.dumps(SPEC), encoding="utf-8")
    Path("row.csv").write_text("0.1,0.2,0.3,0.4", encoding="utf-8")
    Path("churn.csv").write_text("\n".join(labels()) + "\n", encoding="utf-8")
    one = {"minute": 1, "baseline": {"requests": 5700, "errors": 6, "slow": 285}}
    lines = [
        json.dumps({**one, "minute": minute, "canary": {"requests": 300, "errors": 0, "slow": 14}})
        for minute in range(1, 40)
    ]
    Path("windows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Stage(weights={"Variant1": 1.0, "Variant2": 0.0}) as stage:
        yield Tour(stage)


@pytest.mark.slow
def test_every_example_of_a_help_runs(tour: Tour) -> None:
    """Each in the situation it is meant for, and none is left out."""
    tour.start(approve_before=[0.5])
    for name in ("list", "status", "explain", "history", "report", "doctor", "uninstall-check"):
        if name != "status":
            tour.rest(OF[name])
    tour.run("status")
    tour.run("status churn-prod")
    tour.run('pause churn-prod --minutes 30 --reason "lunch"')
    tour.run('resume churn-prod --reason "back again"')
    tour.run('promote churn-prod --reason "seen enough"')
    tour.stage.reach("BAKING", 2)
    tour.run('approve churn-prod --share 0.5 --reason "looks right"')
    tour.run("promote churn-prod --full")
    tour.stage.reach("WATCHING", 4)
    tour.run('rollback churn-prod --reason "churn is up"')
    tour.stage.reach_end()
    tour.start(approve_before=[0.5])
    tour.run('reject churn-prod --share 0.5 --reason "too early"')
    tour.stage.reach_end()
    tour.start()
    tour.run('release churn-prod --reason "moved by hand"')
    tour.stage.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=[
            {"VariantName": "Variant1", "DesiredWeight": 1.0},
            {"VariantName": "Variant2", "DesiredWeight": 0.0},
        ],
    )
    tour.stage.emulator.run_minutes(5)
    tour.start()
    denied = deny_moves(tour.stage)
    tour.stage.command("rollback")
    tour.stage.reach("UNPROVEN")
    tour.stage.emulator.calls.hooks.remove(denied)
    tour.run('retry churn-prod --reason "the role may move it again"')
    tour.stage.reach_end()
    assert tour.run("start --spec spec.json --watch").exit_code == Exit.DONE
    for command in COMMANDS:
        if command.name not in ELSEWHERE:
            tour.rest(command)
    assert tour.run_already == ALL
