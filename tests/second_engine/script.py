"""A path through the definition as a value: what every function answers, and what is done with the
token of a bake.

A script names no time of day and no identifier: both engines play the same one, and what it was
asked is kept in the order of asking.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from emulator.clock import Clock


@dataclass(frozen=True)
class Returns:
    """A function's answer, `after` so many seconds; what is done with the token it was given."""

    payload: Any = None
    after: float = 0.0
    deeds: tuple[Deed, ...] = ()


@dataclass(frozen=True)
class Raises:
    """An exception that a handler let through, by the name of its class."""

    error: str
    message: str = ""
    after: float = 0.0


@dataclass(frozen=True)
class Rejected:
    """The Lambda service refused the invocation, by AWS's code and HTTP status."""

    code: str
    status: int
    message: str = "Rate Exceeded."


@dataclass(frozen=True)
class Success:
    """SendTaskSuccess, `after` so many seconds of the invocation that brought the token."""

    after: float
    output: Any


@dataclass(frozen=True)
class Failure:
    """SendTaskFailure."""

    after: float
    error: str
    cause: str


@dataclass(frozen=True)
class Beat:
    """SendTaskHeartbeat."""

    after: float


Answer = Returns | Raises | Rejected
Deed = Success | Failure | Beat


@dataclass(frozen=True)
class Stop:
    """StopExecution, `after` so many seconds of the start."""

    after: float
    error: str
    cause: str


@dataclass(frozen=True)
class Path:
    """One way through the definition. `answers` are given by state, in the order of its calls;
    `lists` are the shards that lie in the bucket, by key.
    """

    name: str
    shows: str
    given: Mapping[str, Any]
    answers: Mapping[str, tuple[Answer, ...]]
    stop: Stop | None = None
    lists: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One invocation as the function saw it; the token, which is an engine's own, left out."""

    state: str
    payload: Any
    at: float


@dataclass
class Player:
    """Plays a path's script for one engine, on its clock.

    `tasks` finds the state that a payload is from, `states` is the engine's own API.
    """

    path: Path
    tasks: Callable[[str, Any], str]
    clock: Clock
    states: Any
    calls: list[Call] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    busy: int = 0
    _asked: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin the script's time."""
        self._start = self.clock.now()

    def call(self, function: str, payload: Any) -> Answer:
        """Return the next answer of the state this is from, once its time has come."""
        state = self.tasks(function, payload)
        self.calls.append(Call(state, _without_token(payload), self.seconds))
        answer = self._next(state)
        if isinstance(answer, Returns) and answer.deeds:
            self.do(lambda: self._deeds(answer.deeds, payload["token"]))
        self.clock.sleep(getattr(answer, "after", 0.0))
        return answer

    def do(self, action: Callable[[], object]) -> None:
        """Run an action as a worker of its own; the script is busy until it has ended."""
        self.busy += 1

        def work() -> None:
            try:
                action()
            finally:
                self.busy -= 1

        self.clock.spawn(work, name="deeds")

    def stop(self, execution: str) -> None:
        """Stop the execution where and when the path says so."""
        stop = self.path.stop
        assert stop is not None
        self.clock.sleep(stop.after)
        self.states.stop_execution(executionArn=execution, error=stop.error, cause=stop.cause)

    @property
    def seconds(self) -> float:
        """Seconds of emulated time since the start, to the millisecond."""
        return round((self.clock.now() - self._start).total_seconds(), 3)

    @property
    def left_over(self) -> list[str]:
        """The states whose answers were not all asked for."""
        return [
            state
            for state, answers in self.path.answers.items()
            if self._asked.get(state, 0) < len(answers)
        ]

    def _next(self, state: str) -> Answer:
        number = self._asked.get(state, 0)
        self._asked[state] = number + 1
        answers = self.path.answers.get(state, ())
        if number >= len(answers):
            self.unanswered.append(state)
            return Raises("Unscripted", f"call {number + 1} of {state}")
        return answers[number]

    def _deeds(self, deeds: tuple[Deed, ...], token: str) -> None:
        begun = self.seconds
        for deed in deeds:
            self.clock.sleep(max(0.0, begun + deed.after - self.seconds))
            self.told.append(f"{type(deed).__name__} {self._done(deed, token)}")

    def _done(self, deed: Deed, token: str) -> str:
        try:
            match deed:
                case Success(output=output):
                    self.states.send_task_success(taskToken=token, output=json.dumps(output))
                case Failure(error=error, cause=cause):
                    self.states.send_task_failure(taskToken=token, error=error, cause=cause)
                case Beat():
                    self.states.send_task_heartbeat(taskToken=token)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "taken"


def document_of(answer: Returns | Raises) -> tuple[str, bool]:
    """Return the JSON text that a function answers with, and whether it is an error."""
    if isinstance(answer, Returns):
        return _compact(answer.payload), False
    return _compact({"errorMessage": answer.message, "errorType": answer.error}), True


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _without_token(payload: Any) -> Any:
    return {**payload, "token": "<token>"} if "token" in payload else payload
