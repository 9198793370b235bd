"""Takes over dead executions: the next generation, started under a numbered name, only restores."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from canary.domain.errors import Superseded
from canary.domain.rollout.kinds.values import Act
from canary.domain.rollout.record import Record
from canary.domain.rollout.transitions import closing, generations
from canary.ports.aws import Executions
from canary.ports.rollouts import Rollouts

QUIET_AT_MOST = timedelta(minutes=3)
RECOVERIES_AT_MOST = 3
ALIVE = frozenset({"RUNNING", "PENDING_REDRIVE"})


class Recovery:
    """Keeps exactly one living execution behind every rollout that has not ended."""

    def __init__(self, rollouts: Rollouts, executions: Executions) -> None:
        """Take the record store and the executions."""
        self._rollouts = rollouts
        self._executions = executions

    def take_over_if_dead(self, record: Record, now: datetime) -> Record:
        """Return the record, held by a new execution when its holder is dead; UNPROVEN after three
        dead recoveries.
        """
        if record.ended:
            return record
        status = self._executions.status(record.holder)
        if status in ALIVE:
            return record
        if status == "MISSING" and record.generation > 1:
            self._start(record)  # the claim was written, the start was lost: the same name again
            return record
        cause = (
            f"Execution {record.holder.rsplit(':', 1)[-1]} is {status} while the rollout "
            f"was {record.phase}."
        )
        if record.recoveries >= RECOVERIES_AT_MOST:
            return self._give_up(record, now)
        return self._next_generation(record, cause, now)

    def _next_generation(self, record: Record, cause: str, now: datetime) -> Record:
        generation = record.generation
        holder = self._executions.arn_of(f"{record.rollout}-{generation + 1}")

        def transition(current: Record) -> Record:
            return (
                current
                if current.generation != generation
                else generations.take_over(current, holder, cause, now)
            )

        try:
            record = self._rollouts.change(record.rollout, transition)
        except Superseded:
            return self._rollouts.load(record.rollout)
        if record.holder == holder:
            self._start(record)
        return record

    def _give_up(self, record: Record, now: datetime) -> Record:
        reason = f"{record.recoveries} executions died while restoring"
        return self._rollouts.change(
            record.rollout, lambda r: closing.give_up(r, record.generation, reason, now)
        )

    def retry(self, record: Record, command: str, now: datetime) -> Record:
        """Return an UNPROVEN record on its way to the safe weights again, held by a new execution.

        `command` is the execution of the command that asked for it, kept in the same write.
        """
        return self._restore_again(
            record,
            lambda r, generation, holder: generations.retry(r, generation, holder, command, now),
        )

    def go_back(self, record: Record, act: Act, reason: str) -> Record:
        """Return a PROMOTED record on its way back to the safe weights, held by a new execution
        that finds out whether the endpoint is as it was left.

        `act` is the order that asked for it, its execution kept in the same write.
        """
        return self._restore_again(
            record,
            lambda r, generation, holder: generations.go_back(
                r, generation, holder, act.execution, reason, act.at, act
            ),
        )

    def _restore_again(
        self, record: Record, transition: Callable[[Record, int, str], Record]
    ) -> Record:
        generation = record.generation + 1
        holder = self._executions.arn_of(f"{record.rollout}-{generation}")
        record = self._rollouts.change(record.rollout, lambda r: transition(r, generation, holder))
        if record.holder == holder:
            self._start(record)
        return record

    def _start(self, record: Record) -> None:
        self._executions.start(record.holder.rsplit(":", 1)[-1], recover_document(record))


def recover_document(record: Record) -> Mapping[str, object]:
    """Return the input of an execution that restores."""
    cause = {"reason": record.decision.reason if record.decision else "recovering"}
    recover = {
        "rollout": record.rollout,
        "generation": record.generation,
        "cause": cause,
        # While a stack is updated this code may start the machine of 5d17009,
        # which reads this key.
        "story": cause,
    }
    return {"recover": recover}


def is_quiet(record: Record, now: datetime) -> bool:
    """Return whether a rollout made no progress for three minutes and holds no token that would
    tell.
    """
    return record.token is None and now - record.progress_at > QUIET_AT_MOST
