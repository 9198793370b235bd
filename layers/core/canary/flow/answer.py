"""From a record back into the state machine: the waiting bake is answered, or kept alive.

That an answer was accepted does not show that the machine goes on by it: one that comes before the
invocation that was given the token has returned may be lost. So the token stays in the record until
the machine's next claim, or the end, takes it out; until then every tick answers again, and an
answer that comes twice is told so by AWS and changes nothing.
"""

from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.task_result import TaskResult
from canary.ports.aws import Executions


class Answers:
    """Answers the token of a bake with what its record says."""

    def __init__(self, executions: Executions) -> None:
        """Take the executions that wait."""
        self._executions = executions

    def give(self, record: Record) -> bool:
        """Answer the waiting bake where the record says how; False when nobody waits any more."""
        token, answer = record.token, answer_of(record)
        return token is None or answer is None or self._wake(token, answer)

    def give_or_keep_alive(self, record: Record, seen: Surroundings) -> bool:
        """Answer the waiting bake, or let it wait on; False when nobody may be waiting any more.

        While the ticks are blind the token is left alone and says nothing, so its execution has to
        be looked at.
        """
        if record.token is None or answer_of(record) is not None:
            return self.give(record)
        return seen.complete and self._executions.heartbeat(record.token)

    def let_go(self, record: Record) -> None:
        """Wake the execution of a rollout that a person ended, so that it ends too."""
        if record.token is not None:
            self._wake(record.token, TaskResult(next="CLOSE", reason="a person ended the rollout"))

    def _wake(self, token: str, answer: TaskResult) -> bool:
        return self._executions.wake(token, answer.model_dump(mode="json"))


def answer_of(record: Record) -> TaskResult | None:
    """Return what the waiting bake is to be told, or None to hold."""
    if record.outcome is not None:
        return TaskResult(next="CLOSE", reason=record.outcome.reason)
    decision = record.decision
    if decision is None:
        return None
    if decision.verdict == "ROLL_BACK":
        return TaskResult(next="RESTORE", reason=decision.reason[:2000])
    return TaskResult(
        next="CONFIRM" if decision.to_step is None else "MOVE", reason=decision.reason[:2000]
    )
