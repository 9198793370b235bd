"""What a person can type now: each command with the real names, as canaryctl and as the AWS CLI."""

import json
from collections.abc import Mapping
from shlex import quote

from canary.domain.model import Frozen
from canary.domain.rollout.forms.places import Place
from canary.domain.rollout.kinds.values import CommandName
from canary.domain.rollout.messages import Message


class CommandLine(Frozen):
    """One command; `aws` is '' where the execution's ARN does not say which state machine."""

    command: CommandName
    canaryctl: str
    aws: str = ""


def command_lines(message: Message) -> tuple[CommandLine, ...]:
    """Return the commands that make sense after a message's event, each to be run as it stands."""
    return tuple(_line(message, command) for command in message.commands)


def _line(message: Message, command: CommandName) -> CommandLine:
    place = Place.of(message.execution)
    said = {"endpoint": message.endpoint, **message.facts.said_with(message)}
    options = (f"--{name} {quote(str(what))}" for name, what in said.items())
    line = " ".join([f"canaryctl {command}", *options])
    if place is None:
        return CommandLine(command=command, canaryctl=line)
    document = json.dumps({"command": command, **said})
    return CommandLine(
        command=command,
        canaryctl=f"{line} {place.options}",
        aws="aws stepfunctions start-execution --state-machine-arn "
        f"{place.machine_arn} --region {place.region} --input {quote(document)}",
    )


DOES: Mapping[CommandName, str] = {
    "rollback": "Take the canary back to 0 now",
    "pause": "Keep it from advancing for an hour; it is still taken back on evidence",
    "resume": "End the pause",
    "promote": "Take the next step now, without waiting for evidence; at 100%: call it promoted",
    "retry": "Restore the safe weights, once the cause is gone",
    "release": "Take the endpoint as it is; nobody here watches it any more",
    "approve": "Approve: it goes there as soon as its evidence is enough",
    "reject": "Refuse: the canary is taken back to 0",
}


def does(message: Message, command: CommandName) -> str:
    """Return what a command does to the rollout that a message is about."""
    return message.facts.does.get(command, DOES[command])


def located(message: Message, line: str) -> str:
    """Return a command of the AWS CLI with the region where it is known."""
    place = Place.of(message.execution)
    return f"{line} --region {place.region}" if place else line


def looks(message: Message, commands: tuple[str, ...]) -> tuple[str, ...]:
    """Return commands that only look, with the region where it is known."""
    return tuple(located(message, one) for one in commands)
