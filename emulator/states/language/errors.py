"""The errors of a state machine, by the names Retry and Catch see, and which names match which."""

from __future__ import annotations

from collections.abc import Sequence

TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
RUNTIME = "States.Runtime"
DATA_LIMIT = "States.DataLimitExceeded"
# "States.ALL" never catches these: the execution fails.
UNCATCHABLE = frozenset({RUNTIME, DATA_LIMIT})


class StateError(Exception):
    """A state failed; `error` is what ErrorEquals is compared with, `cause` the text beside it."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


class InvalidDefinition(Exception):
    """The state machine's definition is not one AWS would accept, or uses what this interpreter
    does not know.
    """


class Halted(BaseException):
    """This execution or branch was stopped; raised where it waits."""


def matches(error: StateError, names: Sequence[str], *, is_task: bool) -> bool:
    """Return whether ErrorEquals `names` take this error.

    States.TaskFailed takes every error of a Task but States.Timeout (a missed heartbeat too);
    States.ALL takes everything but States.Runtime and States.DataLimitExceeded.
    """
    if error.error in names:
        return error.error != RUNTIME
    if error.error in UNCATCHABLE:
        return False
    return "States.ALL" in names or (
        is_task and "States.TaskFailed" in names and error.error != TIMEOUT
    )
