"""Every known difference between our engine and moto's, with what decides it.

A difference names the paths it shows on and the one thing by which it is known there; `follows` are
the further things that differ because of it. The list is held from both sides: what differs and is
not here fails, and what is here and no longer differs fails too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from tests.second_engine.run import Mismatch

GUIDE = "https://docs.aws.amazon.com/step-functions/latest/dg"
API = "https://docs.aws.amazon.com/step-functions/latest/apireference"
RECORDED = (
    "https://github.com/localstack/localstack/blob/master/tests/aws/services/stepfunctions/v2"
)
"""Histories that AWS answered and LocalStack's tests keep."""

EVERYTHING = ("*",)
LOOKED = (
    "Entry",
    "Plan rollout",
    "Planned?",
    "Move weights",
    "After move",
    "Wait for endpoint",
    "Look at endpoint",
)


@dataclass(frozen=True)
class Difference:
    """One difference: who is right, and where AWS says so."""

    name: str
    paths: tuple[str, ...]
    what: str
    ours: Any
    motos: Any
    right: Literal["ours", "moto's", "not said"]
    source: str
    says: str
    follows: tuple[str, ...] = ()

    def is_shown_by(self, found: Mismatch) -> bool:
        """Return whether this is the thing the difference is known by."""
        known = (found.what, found.ours, found.motos)
        return found.path in self.paths and known == (self.what, self.ours, self.motos)

    def explains(self, found: Mismatch) -> bool:
        """Return whether the mismatch is this difference, or follows from it."""
        follows = any(fnmatchcase(found.what, pattern) for pattern in self.follows)
        return self.is_shown_by(found) or (found.path in self.paths and follows)


def unexplained(found: Iterable[Mismatch]) -> list[Mismatch]:
    """Return what differs and is in no list."""
    return [one for one in found if not any(known.explains(one) for known in DIFFERENCES)]


DIFFERENCES = (
    Difference(
        "a failure's cause",
        ("a bake that is told of a fault",),
        "Restore weights.payload.cause.Cause",
        "TABLE_NAME is missing",
        None,
        "ours",
        f"{API}/API_SendTaskFailure.html",
        "SendTaskFailure takes a cause beside the error; a recorded run keeps both.",
    ),
    Difference(
        "a failure's cause, superseded",
        ("a bake that is told it was superseded",),
        "Close and tell.payload.cause.Cause",
        "generation 2 holds it",
        None,
        "ours",
        f"{RECORDED}/callback/test_callback.snapshot.json",
        "test_sqs_failure_in_wait_for_task_token: TaskFailed and ExecutionFailed hold the cause.",
    ),
    Difference(
        "an early answer",
        ("a bake answered before its call returned",),
        "Restore weights.payload.cause.Error",
        None,
        "States.Timeout",
        "not said",
        f"{GUIDE}/connect-to-resource.html",
        "A task waits until its token comes back; whether it may come before the call that brought"
        " it has returned is not said. Both ends are safe: the answer counts, or ten minutes of"
        " silence lead home; and the decider keeps the token until a tick saw the bake move on.",
        follows=EVERYTHING,
    ),
    Difference(
        "a second answer",
        ("a bake answered twice",),
        "told",
        ("Success taken", "Success TaskTimedOut"),
        ("Success taken", "Success taken"),
        "ours",
        f"{API}/API_SendTaskSuccess.html",
        "TaskTimedOut: the token has expired, or the task associated with it was closed already.",
    ),
    Difference(
        "an answer after the end",
        ("a bake answered too late",),
        "told",
        ("Success TaskTimedOut",),
        ("Success InvalidToken",),
        "ours",
        f"{API}/API_SendTaskSuccess.html",
        "TaskTimedOut where the task is closed; InvalidToken is for a token that never was one."
        " Both are the same to the decider.",
    ),
    Difference(
        "where the silence is counted from",
        ("a bake without a sign of life", "a bake answered too late"),
        "Restore weights.at",
        618.0,
        619.0,
        "not said",
        f"{GUIDE}/state-task.html",
        "HeartbeatSeconds of an activity begin with ActivityStarted; of a token it is not said"
        " whether the function's own run counts. It is seconds of ten minutes.",
        follows=("seconds", "*.at"),
    ),
    Difference(
        "what Lambda's refusals say",
        ("a bake that Lambda always throttles",),
        "Restore weights.payload.cause.Cause",
        "Rate Exceeded.",
        "Rate Exceeded. (Service: AWSLambda; Status Code: 429; Error Code:"
        " TooManyRequestsException; Request ID: request; Proxy: null)",
        "moto's",
        f"{RECORDED}/error_handling/test_task_service_lambda.snapshot.json",
        "test_no_such_function: service, status, code and request stand behind the text. Nothing"
        " reads them.",
    ),
    Difference(
        "a task that timed out, in the history",
        ("a look that always hangs",),
        "number of TaskSucceeded",
        5,
        14,
        "ours",
        f"{RECORDED}/timeouts/test_timeouts.snapshot.json",
        "What a function answers after its task has timed out is no event any more.",
        follows=("history",),
    ),
    Difference(
        "items that a failing one ends, in the history",
        ("a refused shard among others",),
        "number of MapIterationAborted",
        1,
        0,
        "ours",
        f"{RECORDED}/timeouts/test_timeouts.snapshot.json",
        "test_service_lambda_map_timeout: each item still running tells the state it was in as"
        " aborted, and then itself.",
        follows=("history", "number of TaskStateAborted"),
    ),
    Difference(
        "a stop",
        ("stopped while it waits",),
        "cause",
        "by a person",
        None,
        "ours",
        f"{API}/API_StopExecution.html",
        "StopExecution takes error and cause.",
        follows=("error",),
    ),
    Difference(
        "a stop of a task that waits for its token",
        ("stopped while it bakes",),
        "status",
        "ABORTED",
        "FAILED",
        "ours",
        f"{API}/API_StopExecution.html",
        "Stops an execution: it does not wait for what the execution waits for.",
        follows=("error", "cause", "seconds", "history", "number of *"),
    ),
    Difference(
        "a list of items that is not there",
        ("a list of shards that is not there",),
        "Restore weights.payload.cause.Error",
        "States.ItemReaderFailed",
        "States.Runtime",
        "ours",
        f"{GUIDE}/concepts-error-handling.html",
        "States.ItemReaderFailed: the items could not be read from their source.",
        follows=("Restore weights.payload.cause.Cause", "history", "number of *"),
    ),
    Difference(
        "a path that finds nothing",
        ("an answer without its next",),
        "states",
        LOOKED,
        (*LOOKED, "Restore weights", "Close and tell"),
        "ours",
        f"{GUIDE}/concepts-error-handling.html",
        "States.Runtime is not retriable and always fails the execution: a Retry or Catch on"
        " States.ALL does not take it.",
        follows=EVERYTHING,
    ),
    Difference(
        "more data than a state may hold",
        ("an answer larger than a state may hold",),
        "states",
        LOOKED,
        (*LOOKED, "Restore weights", "Close and tell"),
        "ours",
        f"{GUIDE}/concepts-error-handling.html",
        "States.DataLimitExceeded is terminal: States.ALL does not take it.",
        follows=EVERYTHING,
    ),
)


def as_table() -> str:
    """Return the list as docs/emulator.md shows it."""
    head = "| difference | who is right | what AWS says |\n|---|---|---|\n"
    rows = (
        f"| {one.name} | {one.right} | {one.says} [source]({one.source}) |" for one in DIFFERENCES
    )
    return head + "\n".join(rows)
