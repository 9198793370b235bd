"""From the mail alone to safe: whoever is woken types what the mail shows, and nothing else."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from typer.testing import CliRunner

from canaryctl.app import app
from canaryctl.operate.options import Time
from emulator.calls import Call, Proceed
from tests.integration.stage import Stage

SAFE = {"v1": 1.0, "v2": 0.0}
MOVES = "sagemaker:UpdateEndpointWeightsAndCapacities"
SILENT = {"steps": [{"share": 0.5, "bake_minutes": {"max": 10}}, {"share": 1}]}


def typed(stage: Stage, mail: str, program: str, word: str) -> None:
    """Type the one line of a mail that begins with a program and holds a word."""
    (line,) = re.findall(rf"^ +({program} .*{word}.*)$", mail, re.MULTILINE)
    words = shlex.split(line)
    if program == "canaryctl":
        clock = stage.emulator.clock
        done = CliRunner().invoke(app, words[1:], obj=Time(clock.run_for, clock.now))
        assert done.exit_code == 0, done.output
        return
    service, operation, *rest = words[1:]
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    options.pop("--region")
    parameters = {_parameter(name): value for name, value in options.items()}
    getattr(stage.client(service), operation.replace("-", "_"))(**parameters)


def _parameter(option: str) -> str:
    first, *rest = option.removeprefix("--").split("-")
    return first + "".join(part.capitalize() for part in rest)


def told(stage: Stage, words: str, at_most_minutes: float = 120) -> str:
    """Return the first mail whose subject says these words."""

    def mails() -> list[str]:
        return [m.message for m in stage.messages if words in (m.subject or "")]

    assert stage.emulator.run_until(lambda: bool(mails()), at_most_minutes), stage.subjects
    return mails()[0]


def denied(call: Call, proceed: Proceed) -> Any:
    """Refuse every move, as a service control policy would."""
    if call.name == MOVES:
        raise call.error("AccessDeniedException", "explicit deny", 400)
    return proceed()


def held(stage: Stage) -> str:
    """Return the mail of a rollout that nobody's requests decide."""
    stage.start(SILENT)
    return told(stage, "needs a look")


def asked(stage: Stage) -> str:
    """Return the mail that asks for an approval."""
    stage.start({"approve_before": [0.25]})
    return told(stage, "approval needed")


def unproven(stage: Stage) -> str:
    """Return the mail of a way back that was refused for good; the cause is gone by then."""
    stage.start()
    stage.reach("BAKING", 1)
    stage.emulator.calls.hooks.append(denied)
    stage.command("rollback")
    mail = told(stage, "UNPROVEN")
    stage.emulator.calls.hooks.remove(denied)
    return mail


@pytest.mark.parametrize(
    ("options", "woken", "program", "word"),
    [
        ({"requests_per_minute": 0}, held, "canaryctl", "rollback"),
        ({}, asked, "canaryctl", "reject"),
        ({}, unproven, "canaryctl", "retry"),
        ({}, unproven, "aws", '"retry"'),
    ],
    ids=["no answer", "approval", "unproven", "unproven, without canaryctl"],
)
def test_the_mail_alone_leads_to_safe(
    options: Mapping[str, Any],
    woken: Callable[[Stage], str],
    program: str,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One line of it, as it stands; the next mail says that it is safe, and it is."""
    with Stage(**options) as stage:
        monkeypatch.setenv("AWS_DEFAULT_REGION", stage.emulator.place.region)
        typed(stage, woken(stage), program, word)
        last = told(stage, "ROLLED BACK")
        assert "\nSafe. " in last
        assert stage.weights == SAFE


def test_the_mail_of_a_promotion_leads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad after all: the command that PROMOTED shows."""
    with Stage() as stage:
        monkeypatch.setenv("AWS_DEFAULT_REGION", stage.emulator.place.region)
        stage.start({"steps": [{"share": 0.5}, {"share": 1}], "watch_minutes": 5})
        typed(stage, told(stage, "PROMOTED"), "canaryctl", "rollback")
        assert "\nSafe. " in told(stage, "ROLLED BACK")
        assert stage.weights == SAFE
