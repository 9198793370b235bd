"""Every command of every kind of mail, typed as it stands at the moment the mail comes, does what
the mail says.

The samples of tests/golden are the kinds there are: one that names a command and has no scene here
fails, and so does a mail that names others than its sample.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from canary.domain.rollout.forms.commands import command_lines
from canary.domain.rollout.forms.event import DETAIL_TYPE
from canary.domain.rollout.forms.mail import mail_of
from emulator.calls import Call, Proceed
from tests.golden.samples import samples
from tests.integration.stage import Stage
from tests.integration.transcripts.mails.effects import EFFECTS, Typed, mine, newest
from tests.integration.transcripts.mails.lines import lines_of, what_of
from tests.integration.transcripts.mails.scenes import SCENES
from tests.integration.transcripts.mails.shell import typed

SAMPLES = dict(samples())
NAMED = {name: set(lines_of(mail_of(message).body)) for name, message in SAMPLES.items()}
CHAIN = ("describe-endpoint", "lookup-events", "pause", "promote", "rollback")
"""What may be typed one after the other: looks, then orders that leave the next one its effect."""


def rounds() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield a sample with what is typed on one stage: the chain, and each other command alone."""
    for name, named in [*NAMED.items(), *by_event()]:
        chain = [what for part in CHAIN for what in sorted(named) if part in what.split()]
        if chain:
            yield name, tuple(chain)
        yield from ((name, (what,)) for what in sorted(named - set(chain)))


def by_event() -> Iterator[tuple[str, set[str]]]:
    """Yield a sample for each order that an event names as the AWS CLI takes it, and no mail."""
    left = {w.replace("canaryctl", "aws") for named in NAMED.values() for w in named}
    left -= {what for named in NAMED.values() for what in named}
    for name, message in SAMPLES.items():
        named = {what_of(one.aws) for one in command_lines(message)} & left
        left -= named
        if named:
            yield name, named


def told(stage: Stage, words: str) -> str:
    """Return the first mail of the endpoint whose subject says these words."""

    def mails() -> list[str]:
        return [m.message for m in mine(stage) if words in str(m.subject)]

    assert stage.emulator.run_until(lambda: bool(mails()), 240), stage.subjects
    return mails()[0]


def test_every_mail_that_names_a_command_has_its_scene() -> None:
    """A new kind brings its own, and a scene belongs to a kind."""
    assert {name for name, named in NAMED.items() if named} == set(SCENES)


def listening(stage: Stage) -> list[dict[str, Any]]:
    """Return the list that the events of the bus are added to."""
    heard: list[dict[str, Any]] = []

    def listen(call: Call, proceed: Proceed) -> Any:
        answer = proceed()
        if call.name == "events:PutEvents":
            told = [e for e in call.parameters["Entries"] if e["DetailType"] == DETAIL_TYPE]
            heard.extend(json.loads(one["Detail"]) for one in told)
        return answer

    stage.emulator.calls.hooks.append(listen)
    return heard


@pytest.mark.slow
@pytest.mark.parametrize(("name", "whats"), list(rounds()))
def test_a_command_does_what_its_mail_says(
    name: str, whats: tuple[str, ...], tmp_path: Path
) -> None:
    """Exit code 0 where the person has nothing but the line, and the effect."""
    scene = SCENES[name]
    with Stage(**scene.stage) as stage:
        heard = listening(stage)
        scene.lead(stage)
        lines = dict(lines_of(told(stage, scene.subject)))
        assert set(lines) == NAMED[name]
        (event, *_) = (one for one in heard if scene.subject in one["subject"])
        lines |= {what_of(one["aws"]): one["aws"] for one in event["commands"]}
        scene.mend(stage)
        for what in whats:
            before = {} if name == "handed_over-gone" else stage.weights
            step = newest(stage).step

            def type_it(line: str = lines[what]) -> CompletedProcess[str]:
                went = typed(stage.emulator, line, tmp_path)
                assert went.returncode == 0, f"{line}\n{went.stdout}{went.stderr}"
                return went

            EFFECTS[what](Typed(stage, before, step, type_it(), type_it))
