"""A path on the emulator's own engine, behind its own API; the functions' answers are the script's.

Nothing of the engine is replaced: the account's hook around every invocation answers.
"""

from __future__ import annotations

import pathlib
from dataclasses import replace

from moto.stepfunctions.models import stepfunctions_backends

from emulator import Emulator
from emulator.deployment.compute import EMPTY_ZIP
from emulator.functions.fleet import Around, Proceed
from emulator.functions.invocation import InvocationResult, InvokeRefused
from tests.second_engine.deployed import START, definition, functions, put_lists, state_of
from tests.second_engine.run import ROLE, Run, played
from tests.second_engine.script import Path, Player, Rejected, document_of

NO_CODE = pathlib.Path(__file__).parent
"""Where nothing is loaded from: the script answers before a handler would."""


def on_ours(
    path: Path, *, heartbeat_error: str = "States.Timeout", early_lost: bool = False
) -> Run:
    """Return what our engine makes of a path; a missed heartbeat may be given its other name, and
    early answers may be lost, as AWS leaves it open.
    """
    text = definition()
    with Emulator(START, patience_seconds=30) as emulator:
        player = Player(path, state_of, emulator.clock, emulator.client("stepfunctions"))
        emulator.functions.around = _scripted(player)
        emulator.states.heartbeat_error = heartbeat_error
        emulator.states.tokens.faults.early_lost = early_lost
        _make_functions(emulator)
        put_lists(emulator.client("s3"), path, batched=False)
        place = emulator.place
        run = played(player, text, stepfunctions_backends[place.account][place.region])
        runs = emulator.states.map_runs
        children = tuple(tuple(child.history) for one in runs for child in one.children)
        return replace(run, children=children)


def _make_functions(emulator: Emulator) -> None:
    roles = emulator.client("iam")
    roles.create_role(RoleName="machine", AssumeRolePolicyDocument="{}")
    for arn in functions():
        emulator.client("lambda").create_function(
            FunctionName=arn.rsplit(":", 1)[1],
            Role=ROLE,
            Handler="app.handler",
            Runtime="python3.13",
            Code={"ZipFile": EMPTY_ZIP},
            Timeout=900,
        )
        emulator.functions.code[arn.rsplit(":", 1)[1]] = NO_CODE


def _scripted(player: Player) -> Around:
    def around(function: str, event: object, _proceed: Proceed) -> InvocationResult:
        answer = player.call(function, event)
        if isinstance(answer, Rejected):
            raise InvokeRefused(answer.code, answer.message)
        return InvocationResult(*document_of(answer))

    return around
