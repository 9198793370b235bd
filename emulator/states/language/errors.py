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
    """A state failed; `error` is the name its history and its Catch are given, `cause` the text
    beside it. ErrorEquals may name it by `other_name` too.
    """

    def __init__(self, error: str, cause: str = "", other_name: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause
        self.names = {error, other_name or error}


def missed_heartbeat(name: str) -> StateError:
    """Return the error of a task that was silent for too long, under one of its two names.

    AWS's own runs name it States.Timeout; its documentation has States.HeartbeatTimeout as well,
    for Retry and Catch. So either name finds it, whichever it bears.
    """
    other = HEARTBEAT_TIMEOUT if name == TIMEOUT else TIMEOUT
    return StateError(name, other_name=other)


class InvalidDefinition(Exception):
    """The state machine's definition is not one AWS would accept, or uses what this interpreter
    does not know.
    """


class Halted(BaseException):
    """This execution or branch was stopped; raised where it waits."""


def matches(error: StateError, names: Sequence[str], *, is_task: bool) -> bool:
    """Return whether ErrorEquals `names` take this error.

    States.TaskFailed takes every error of a Task but States.Timeout, by which a missed heartbeat
    may be named; States.ALL takes everything but States.Runtime and States.DataLimitExceeded.
    """
    if not error.names.isdisjoint(names):
        return error.error != RUNTIME
    if error.error in UNCATCHABLE:
        return False
    return "States.ALL" in names or (
        is_task and "States.TaskFailed" in names and error.error != TIMEOUT
    )
