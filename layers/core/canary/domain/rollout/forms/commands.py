"""What a person can type now: each command with the real names, as canaryctl and as the AWS CLI."""

import json

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
    line = " ".join([f"canaryctl {command}", *(f"--{name} {what}" for name, what in said.items())])
    if place is None:
        return CommandLine(command=command, canaryctl=line)
    document = json.dumps({"command": command, **said})
    return CommandLine(
        command=command,
        canaryctl=f"{line} {place.options}",
        aws="aws stepfunctions start-execution --state-machine-arn "
        f"{place.machine_arn} --region {place.region} --input '{document}'",
    )


def looks(message: Message, commands: tuple[str, ...]) -> tuple[str, ...]:
    """Return commands that only look, with the region where it is known."""
    place = Place.of(message.execution)
    return tuple(f"{one} --region {place.region}" if place else one for one in commands)
