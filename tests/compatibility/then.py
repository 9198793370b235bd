"""A stack of version 5d17009 in the emulated account: its definition, and its rollouts under way.

Functions of two versions cannot run in one process, so what version 5d17009 did is not done again:
its table is put back as it wrote it, and its executions are where they were, waiting with the
tokens that stand in their records.
"""

from __future__ import annotations

import json
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

DEFINITION = Path(__file__).with_name("rollout-at-5d17009.asl.json")
FUNCTIONS = {
    "PlannerArn": "Plan rollout",
    "ShifterArn": "Move weights",
    "EvaluatorArn": "Evaluate labelled set",
    "DeciderArn": "Bake",
}
"""The definition's placeholders, and a state of today's that calls the same function."""


def definition_of_then(emulator: Emulator, machine: str) -> str:
    """Return the definition of 5d17009 with the functions of a deployed state machine."""
    client = emulator.client("stepfunctions")
    today = json.loads(client.describe_state_machine(stateMachineArn=machine)["definition"])
    text = DEFINITION.read_text(encoding="utf-8")
    for placeholder, state in FUNCTIONS.items():
        function = today["States"][state]["Parameters"]["FunctionName"]
        text = text.replace(f"${{{placeholder}}}", function)
    return text


def go_back(emulator: Emulator, machine: str) -> None:
    """Give a deployed state machine the definition of 5d17009."""
    text = definition_of_then(emulator, machine)
    emulator.client("stepfunctions").update_state_machine(stateMachineArn=machine, definition=text)


def resume(emulator: Emulator, machine: str, record: Record, state: str) -> Execution:
    """Return the execution that holds a record, in a state of the definition of 5d17009; in `Bake`
    it waits with the record's token, whose invocation returned long ago.
    """
    found: Any = stepfunctions_backends[emulator.place.account][emulator.place.region]
    kept = found.describe_state_machine(machine)
    execution = Execution(
        record.holder,
        record.holder.rsplit(":", 1)[-1],
        machine,
        kept.name,
        kept.roleArn,
        parse(definition_of_then(emulator, machine)),
        json.dumps(record.spec),
        record.started_at,
        FAILED,
        position=(
            state,
            {
                "rollout": record.rollout,
                "generation": record.generation,
                "story": {"next": "BAKE", "reason": "of then"},
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
