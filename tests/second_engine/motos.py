"""A path on moto's own Step Functions engine, the interpreter it has from LocalStack.

What is replaced in moto, and nothing else (each replacement is loud where moto has changed):

- threads, events and sleeps are those of an emulated clock: nothing waits on the wall, and who runs
  when is the same every time;
- jitter draws its upper bound, as our engine does;
- the Lambda client that a task makes is the script;
- a definition is parsed once a process, not twice an execution (a third of a second each);
- it knows no ItemBatcher: the definition goes without, and the list holds the batches, one item
  each.

The interpreter's own parts (parsing, paths, choices, retries, catches, heartbeats, history) run as
they are.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from emulator.clock import Clock
from emulator.patching import Patches
from tests.second_engine.deployed import START, definition, put_lists, state_of
from tests.second_engine.run import Run, played
from tests.second_engine.script import Path, Player, Rejected, document_of

REGION = "us-east-1"
ENGINE = "moto.stepfunctions.parser"
STATE = f"{ENGINE}.asl.component.state"
RETRY = f"{ENGINE}.asl.component.common.retry"
THREADED = (
    f"{ENGINE}.asl.component.program.program",
    f"{STATE}.exec.execute_state",
    f"{STATE}.exec.state_map.iteration.inline_iteration_component",
    f"{STATE}.exec.state_map.iteration.job",
    f"{ENGINE}.asl.eval.environment",
)
"""The modules that make threads and events through the module `threading`."""
PARSED = cache(AmazonStateLanguageParser.parse)
LAMBDA = f"{STATE}.exec.state_task.lambda_eval_utils"


def on_motos(path: Path) -> Run:
    """Return what moto's engine makes of a path."""
    text, clock = _without_batches(), Clock(START, patience_seconds=30)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        try:
            put_lists(boto3.client("s3", region_name=REGION), path, batched=True)
            player = Player(path, state_of, clock, _client())
            with _on_clock(clock, player):
                backend = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID][REGION]
                return played(player, text, backend)
        finally:
            clock.close()


@cache
def _without_batches() -> str:
    """Return the definition without what moto's engine has no word for: its items are batches, and
    a percentage is a decimal number.
    """
    document = json.loads(definition())
    for state in document["States"].values():
        state.pop("ItemBatcher", None)
        if "ToleratedFailurePercentage" in state:
            state["ToleratedFailurePercentage"] = float(state["ToleratedFailurePercentage"])
    return json.dumps(document)


@cache
def _client() -> Any:
    return boto3.client("stepfunctions", region_name=REGION)


@contextmanager
def _on_clock(clock: Clock, player: Player) -> Iterator[None]:
    patches = Patches()

    def put(module: str, name: str, new: object) -> None:
        patches.replace(import_module(module), name, new)

    threads = _threads_of(clock)
    time = SimpleNamespace(sleep=clock.sleep, time=lambda: _exact_seconds(clock))
    try:
        for module in THREADED:
            put(module, "threading", threads)
        put(f"{STATE}.exec.execute_state", "Thread", threads.Thread)
        put(f"{ENGINE}.backend.execution_worker", "Thread", threads.Thread)
        put(f"{ENGINE}.asl.eval.callback.callback", "Event", threads.Event)
        put(f"{RETRY}.retrier_decl", "time", time)
        put(f"{STATE}.wait.wait_function.wait_function", "time", time)
        put(f"{RETRY}.jitter_strategy_decl", "random", SimpleNamespace(uniform=max))
        put(LAMBDA, "boto_client_for", lambda **_options: _ScriptedLambda(player))
        patches.replace(AmazonStateLanguageParser, "parse", staticmethod(PARSED))
        yield
    finally:
        patches.remove()


def _exact_seconds(clock: Clock) -> Fraction:
    """Return the time exactly: the engine subtracts two of them and drops what is no whole
    second.
    """
    passed = clock.now() - START
    return Fraction(passed.days * 86_400 + passed.seconds) + Fraction(passed.microseconds, 10**6)


def _threads_of(clock: Clock) -> SimpleNamespace:
    """Return what stands for the module `threading`; locks are never held across a wait, and stay
    as they are.
    """
    return SimpleNamespace(
        Thread=lambda **options: _Thread(clock, **options),
        Event=lambda: _Event(clock),
        Lock=threading.Lock,
        RLock=threading.RLock,
    )


class _Event:
    """`threading.Event` on a clock; one that is set and cleared at once still wakes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times = 0
        self._is_set = False

    def set(self) -> None:
        self._is_set = True
        self._times += 1

    def clear(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        before = self._times
        return self._clock.wait_for(lambda: self._is_set or self._times != before, timeout)


class _Thread:
    """`threading.Thread` as a worker of a clock."""

    def __init__(
        self, clock: Clock, target: Callable[..., object], args: tuple[Any, ...] = (), **_: object
    ) -> None:
        self._clock = clock
        self._work: Callable[[], object] = lambda: target(*args)
        self._is_over = False

    def start(self) -> None:
        self._clock.spawn(self._run, name="moto")

    def join(self, timeout: float | None = None) -> None:
        self._clock.wait_for(lambda: self._is_over, timeout)

    def is_alive(self) -> bool:
        return not self._is_over

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._is_over = True


class _ScriptedLambda:
    """The Lambda client of a task."""

    def __init__(self, player: Player) -> None:
        self._player = player

    def invoke(self, **given: Any) -> dict[str, Any]:
        answer = self._player.call(given["FunctionName"], json.loads(given["Payload"]))
        if isinstance(answer, Rejected):
            raise _refusal(answer)
        text, is_error = document_of(answer)
        told = {
            "StatusCode": 200,
            "ExecutedVersion": "$LATEST",
            "Payload": io.BytesIO(text.encode()),
        }
        return told | ({"FunctionError": "Unhandled"} if is_error else {})


def _refusal(answer: Rejected) -> ClientError:
    told: Any = {
        "Error": {"Code": answer.code, "Message": answer.message},
        "ResponseMetadata": {"HTTPStatusCode": answer.status, "RequestId": "request"},
    }
    return ClientError(told, "Invoke")
