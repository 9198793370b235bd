"""Who acts for a rollout: the next generation replaces a dead execution, and only restores."""

from datetime import datetime

from canary.domain.errors import Superseded
from canary.domain.rollout.kinds.looks import TakenOver
from canary.domain.rollout.kinds.values import Act
from canary.domain.rollout.outbox import tell
from canary.domain.rollout.phase import FINISHING, Event, Phase, after
from canary.domain.rollout.record import Decision, Record, Restoring
from canary.domain.rollout.transitions.restoring import begun, roll_back_by_fault


def take_over(record: Record, holder: str, cause: str, now: datetime) -> Record:
    """Return the record held by the next generation, which may only restore.

    `holder` is the execution about to be started for it. Raises Superseded when the rollout has
    ended.
    """
    if record.ended:
        raise Superseded(f"rollout {record.rollout} has ended: {record.phase}")
    if record.phase in FINISHING:  # it is safe, or promoted, and stays so
        return record.but(
            generation=record.generation + 1,
            holder=holder,
            recoveries=record.recoveries + 1,
            progress_at=now,
        )
    restoring = record.restoring or begun(record, now)
    taken = record.but(
        generation=record.generation + 1,
        holder=holder,
        recoveries=record.recoveries + 1,
        decision=roll_back_by_fault(record, cause, now),
        outcome=None,
        token=None,
        restoring=restoring.but(verified_at=None, patient_from=None),
        capacity=record.capacity.afresh() if record.capacity else None,
        progress_at=now,
    )
    return tell(
        taken, TakenOver(safe=record.plan.safe_target, cause=cause, died=record.holder), now
    )


def retry(record: Record, generation: int, holder: str, command: str, now: datetime) -> Record:
    """Return an UNPROVEN record on its way to the safe target again, held by generation
    `generation`; unchanged when it is not UNPROVEN or that generation holds it already.

    `command` is the execution of the command that asked for it, kept in the same write.
    """
    if record.phase is not Phase.UNPROVEN or record.generation >= generation:
        return record
    return _restore_again(record, Event.RETRY, generation, holder, command, now)


def go_back(
    record: Record,
    generation: int,
    holder: str,
    command: str,
    reason: str,
    now: datetime,
    act: Act | None = None,
) -> Record:
    """Return a PROMOTED record on its way back to the safe target, held by generation `generation`;
    unchanged when it is not PROMOTED or that generation holds it already.

    Whoever asks is a person: no alarm and no verdict is waited for. `command` is the execution of
    the command that asked, kept in the same write.
    """
    if record.phase is not Phase.PROMOTED or record.generation >= generation:
        return record
    decision = Decision(
        verdict="ROLL_BACK", step=record.step, reason=reason, by="person", at=now, act=act
    )
    going = _restore_again(record, Event.GO_BACK, generation, holder, command, now)
    return going.but(decision=decision)


def _restore_again(
    record: Record, event: Event, generation: int, holder: str, command: str, now: datetime
) -> Record:
    return record.but(
        phase=after(record.phase, event),
        generation=generation,
        holder=holder,
        recoveries=0,
        obeyed=command,
        outcome=None,
        ended_at=None,
        restoring=Restoring(began_at=now),
        capacity=record.capacity.afresh() if record.capacity else None,
        progress_at=now,
    )
