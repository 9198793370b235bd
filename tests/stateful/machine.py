"""The state machine in small: what one execution does next, following `next` as rollout.asl.json
does.

A failed task is tried twice, then caught: to Restore before it, to Close (and UNPROVEN) within it;
Close is not caught.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from canary.domain.errors import RollBackPending, Superseded
from tests.rollouts import HOLDER
from tests.stateful.ports import ROLLOUT
from tests.stateful.world import World

TRIES = 2
RESTORING = frozenset({"restore", "look_restored"})


class Execution:
    """One execution: the state it is in, the result it carries, the token it waits with."""

    def __init__(
        self, world: World, arn: str, generation: int, state: str, result: Mapping[str, Any]
    ) -> None:
        self.world, self.arn, self.generation, self.state = world, arn, generation, state
        self.result: Mapping[str, Any] = result
        self.token: str | None = None
        self.tries = 0
        self.tokens = 0
        self.busy = False  # one task at a time, whoever else works meanwhile

    @property
    def running(self) -> bool:
        """Return whether it can still move."""
        return self.world.executions.statuses.get(self.arn) == "RUNNING"

    def step(self) -> None:
        """Do the next task, unless a token is waited for."""
        if self.token is not None or self.busy or not self.running:
            return
        did, self.busy = self.state, True
        answer = self.world.do(self._by(), self._task(), self.arn)
        self.busy = False
        over = did == "bake" and self.token is None  # its token was answered, or it gave up
        if not over:
            self._follow(did, answer)

    def answered(self, answer: Mapping[str, Any]) -> None:
        """Take the answer of the waiting token."""
        self.token = None
        if self.running:
            known = {"MOVE": "move", "CONFIRM": "confirm", "CLOSE": "close"}
            self.result, self.state = answer, known.get(answer["next"], "restore")

    def heartbeat_missed(self) -> None:
        """Give up waiting, as after ten minutes without a heartbeat."""
        if self.running and self.token is not None:
            self.world.executions.dead_tokens.add(self.token)
            self.token, self.state, self.result = (
                None,
                "restore",
                {"Error": "States.HeartbeatTimeout", "Cause": ""},
            )

    def _by(self) -> str:
        return (
            f"decider.{self.state}" if self.state in {"bake", "close"} else f"shifter.{self.state}"
        )

    def _task(self) -> Callable[[], Any]:
        world, held, now = self.world, (ROLLOUT, self.arn, self.generation), self.world.now
        shifter = world.shifter
        plain = {
            "look": shifter.look,
            "confirm": shifter.confirm,
            "look_restored": shifter.look_restored,
        }
        if self.state in plain:
            return lambda: plain[self.state](*held, now)
        match self.state:
            case "move":
                return lambda: shifter.move(*held, now)
            case "restore":
                cause = str(self.result.get("reason") or self.result.get("Error") or "")
                return lambda: shifter.restore(*held, cause, now)
            case "bake":
                self.tokens += 1
                self.token = token = f"{self.arn}/{self.tokens}"
                return lambda: world.decider.bake(*held, token, now)
        return lambda: world.decider.close(*held, self.result, now)

    def _follow(self, did: str, answer: Any) -> None:
        if not self.running:
            return  # stopped meanwhile
        if isinstance(answer, BaseException):
            self._failed(answer)
            return
        self.tries = 0
        if did == "bake":
            return  # the token is waited for
        self.result = answer.model_dump(mode="json")
        self._go(answer.next)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Superseded):
            self.result, self.tries = {"Error": "Superseded", "Cause": str(error)}, 0
            if self.state == "close":
                self.end("FAILED")
            else:
                self.state = "close"
            return
        self.tries += 1
        bound = 1 if isinstance(error, RollBackPending) or self.state == "bake" else TRIES
        if self.tries < bound:
            return
        self.tries, self.token = 0, None
        self.result = {"Error": type(error).__name__, "Cause": str(error)}
        if self.state == "close":
            self.end("FAILED")
        else:
            self.state = "close" if self.state in RESTORING else "restore"

    def _go(self, following: str) -> None:
        match self.state, following:
            case ("close", "RESTORE") | ("look_restored", "RESTORE"):
                self.state = "restore"
            case "close", _:
                self.end("SUCCEEDED" if following == "PROMOTED" else "FAILED")
            case _, "CLOSE":
                self.state = "close"
            case "restore" | "look_restored", _:
                self.state = "look_restored"
            case "confirm", "WAIT":
                self.state = "confirm"
            case _, "LOOK" | "WAIT":
                self.state = "look"
            case _, "BAKE" | "EVALUATE":
                self.state = "bake"
            case _:
                self.state = "restore"

    def end(self, status: str) -> None:
        """End with a status."""
        if self.token is not None:
            self.world.executions.dead_tokens.add(self.token)
            self.token = None
        self.world.executions.statuses[self.arn] = status  # type: ignore[assignment]


class Machine:
    """Every execution of the rollout; new ones begin when the application starts them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.executions = [Execution(world, HOLDER, 1, "move", {})]
        world.executions.on_start = self._started
        world.executions.on_answer = self._answered
        world.executions.is_early = lambda token: any(
            each.busy and each.token == token for each in self.executions
        )

    def _started(self, arn: str, document: Mapping[str, Any]) -> None:
        recover = document["recover"]
        self.executions.append(
            Execution(self.world, arn, recover["generation"], "restore", recover["cause"])
        )

    def _answered(self, token: str, answer: Mapping[str, Any]) -> None:
        for execution in self.executions:
            if execution.token == token:
                execution.answered(answer)
