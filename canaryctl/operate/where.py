"""Which stack a command means, and how it answers: groups of options that commands share."""

from dataclasses import dataclass

from canaryctl.operate.options import (
    DEFAULT_STACK,
    AsJson,
    Region,
    StackName,
    StateMachine,
    Table,
)
from canaryctl.operate.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Where:
    """The stack; `table` and `state_machine` spare the look into CloudFormation."""

    as_json: AsJson = False
    stack: StackName = DEFAULT_STACK
    region: Region = None

    @property
    def named(self) -> str:
        """Return the options by which a command means this stack, '' where it would anyway."""
        stack = f" --stack {self.stack}" if self.stack != DEFAULT_STACK else ""
        return f"{stack} --region {self.region}" if self.region else stack

    def found(self) -> Stack:
        """Return the stack."""
        return Stack(
            self.stack,
            self.region,
            getattr(self, "table", None),
            getattr(self, "state_machine", None),
        )


@dataclass(frozen=True, kw_only=True)
class TableWhere(Where):
    """A stack of which the table is read."""

    table: Table = None


@dataclass(frozen=True, kw_only=True)
class WholeWhere(TableWhere):
    """A stack of which both are used."""

    state_machine: StateMachine = None


@dataclass(frozen=True, kw_only=True)
class MachineWhere(Where):
    """A stack whose state machine is started."""

    state_machine: StateMachine = None
