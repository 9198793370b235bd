"""A command as it is sent: read and refused here, before any record is loaded."""

from datetime import datetime
from typing import get_args

from pydantic import Field, ValidationError

from canary.domain.errors import Refused
from canary.domain.model import Frozen, flags_for_numbers
from canary.domain.rollout.kinds.values import Act, CommandName
from canary.domain.rollout.record import Record


class Command(Frozen):
    """One command to the rollout that holds an endpoint; `minutes` for pause, `full` for promote,
    `promotion` for a rollback that undoes one although a later rollout ended since, `share` for
    approve and reject; `rollout`, where given, must be the one that holds it; `by` is who gives it.
    """

    command: CommandName
    endpoint: str = Field(min_length=1, max_length=63)
    minutes: int = Field(default=60, ge=1, le=10_080)
    full: bool = False
    promotion: bool = False
    share: float | None = Field(default=None, gt=0, le=1, allow_inf_nan=False)
    rollout: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=500)
    by: str = Field(default="", max_length=256)


class Order(Command):
    """A command and the execution that carries it: it may come again from there, when its answer
    was lost.
    """

    execution: str

    def act(self, now: datetime) -> Act:
        """Return the order as the record keeps it."""
        return Act(
            command=self.command,
            at=now,
            by=self.by,
            reason=self.reason,
            execution=self.execution,
        )


def read_command(document: object) -> Command:
    """Return the command a document gives. Raises Refused naming what is wrong with it."""
    try:
        command = Command.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])[:160] or "command"
        known = f"Known: {', '.join(get_args(CommandName))}"
        raise Refused(
            field, first["msg"], known if field == "command" else "Correct this field"
        ) from error
    for path in flags_for_numbers(document, command):
        field = ".".join(str(part) for part in path)
        raise Refused(field, "true and false are no numbers", "Write the number")
    return command


def check_running(record: Record, command: Command) -> None:
    """Raise Refused where a rollout has ended."""
    if record.ended:
        raise Refused(
            "command",
            f"{record.rollout} is {record.phase}",
            f"{command.command} needs a running rollout; retry or release finish an UNPROVEN one",
        )
