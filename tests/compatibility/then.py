"""Stacks of earlier versions in the emulated account: definitions, and rollouts under way.

Functions of two versions cannot run in one process, so what an earlier one did is not done again:
its table is put back as it wrote it, and its executions are where they were, waiting with the
tokens that stand in their records.

Kept of 5d17009: its definition, and the table of a demonstration (seed 1) after 8 minutes. Kept of
9104bca, whose days and sketches lie beside the plan: the table of such a demonstration after 5
minutes, with its definition.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from moto.stepfunctions.models import stepfunctions_backends

from canary.domain.rollout.record import Record
from emulator import Emulator
from emulator.functions.fleet import Proceed
from emulator.functions.invocation import InvocationResult
from emulator.states.execution import FAILED, Execution
from emulator.states.language.definition import parse
from emulator.states.tokens import PendingTask, Tokens
from tests.compatibility.test_table_of_5d17009 import Item, table

DEFINITION = Path(__file__).with_name("rollout-at-5d17009.asl.json")
FUNCTIONS = {
    "PlannerArn": "Plan rollout",
    "ShifterArn": "Move weights",
    "EvaluatorArn": "Evaluate labelled set",
    "DeciderArn": "Bake",
}
"""The definition's placeholders, and a state of today's that calls the same function."""


@dataclass(frozen=True)
class Then:
    """A stack as a version left it at a moment; `states` are those its executions were in, by the
    demonstration's scenario.
    """

    version: str
    moment: datetime
    definition: str
    states: Mapping[str, str]
    items: Sequence[Item]


@cache
def stack_of(version: str) -> Then:
    """Return what was kept of a version."""
    if version == "5d17009":
        states = {"healthy": "Bake", "slow": "Bake", "failing": "Wait for restore"}
        moment = datetime(2026, 3, 2, 20, 42, tzinfo=UTC)
        definition = DEFINITION.read_text(encoding="utf-8")
        return Then(version, moment, definition, states, tuple(table("minute 8").values()))
    path = Path(__file__).with_name(f"stack-at-{version}.json.gz")
    kept = json.loads(gzip.decompress(path.read_bytes()))
    states = {name.removeprefix("demo-"): state for name, state in kept["states"].items()}
    moment = datetime.fromisoformat(kept["moment"])
    return Then(version, moment, kept["definition"], states, tuple(kept["items"]))


def definition_of_then(emulator: Emulator, machine: str, text: str) -> str:
    """Return a definition of then with the functions of a deployed state machine."""
    client = emulator.client("stepfunctions")
    today = json.loads(client.describe_state_machine(stateMachineArn=machine)["definition"])
    text = text.replace("${Partition}", emulator.place.partition)
    for placeholder, state in FUNCTIONS.items():
        function = today["States"][state]["Parameters"]["FunctionName"]
        text = text.replace(f"${{{placeholder}}}", function)
    return text


def go_back(emulator: Emulator, machine: str) -> None:
    """Give a deployed state machine the definition of 5d17009."""
    text = definition_of_then(emulator, machine, DEFINITION.read_text(encoding="utf-8"))
    emulator.client("stepfunctions").update_state_machine(stateMachineArn=machine, definition=text)


def resume(
    emulator: Emulator, machine: str, record: Record, state: str, definition: str
) -> Execution:
    """Return the execution that holds a record, in a state of a definition of then; in `Bake` it
    waits with the record's token, whose invocation returned long ago.
    """
    carried = {"next": "BAKE", "reason": "of then"}
    found: Any = stepfunctions_backends[emulator.place.account][emulator.place.region]
    kept = found.describe_state_machine(machine)
    execution = Execution(
        record.holder,
        record.holder.rsplit(":", 1)[-1],
        machine,
        kept.name,
        kept.roleArn,
        parse(definition_of_then(emulator, machine, definition)),
        json.dumps(record.spec),
        record.started_at,
        FAILED,
        position=(
            state,
            {
                "rollout": record.rollout,
                "generation": record.generation,
                "story": carried,
                "result": carried,
            },
        ),
    )
    kept.executions.append(execution)
    with _waiting_with(emulator, record):
        emulator.states.redrive(execution)
        emulator.clock.run_for(0.1)
    return execution


class _waiting_with:  # noqa: N801 -- used as a with-statement
    """Give out the token of a record, and let the invocation that is given it do nothing."""

    def __init__(self, emulator: Emulator, record: Record) -> None:
        self._emulator, self._token = emulator, record.token or ""
        self._patch = patch.object(Tokens, "issue", self._issue)

    def __enter__(self) -> None:
        self._around = self._emulator.functions.around
        self._emulator.functions.around = self._returned
        self._patch.start()

    def __exit__(self, *_error: object) -> None:
        self._patch.stop()
        self._emulator.functions.around = self._around

    def _issue(self, *given: Any) -> PendingTask:
        machine, now = given[-2:]
        task = PendingTask(self._token, now, machine)
        self._emulator.states.tokens.tasks[self._token] = task
        return task

    def _returned(self, function: str, event: Any, proceed: Proceed) -> InvocationResult:
        if isinstance(event, dict) and event.get("token") == self._token:
            return InvocationResult("{}")
        return self._around(function, event, proceed)
