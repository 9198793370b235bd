"""Who may move the weights now: every forward move and every restore begins with one of these
claims.

A claim is a pure function; the store writes its result under the revision it was made from. The
asked weights and the time are part of that write, so a crash between claim and call is seen by the
next look. A claim passes twice for the same holder, because the answer to the first may have been
lost; made twice with one time, it changes nothing the second time, because the SDK may meet its own
write.
"""

from datetime import datetime

from canary.domain.errors import RollBackPending, Superseded
from canary.domain.plan.bake import BakeInterval
from canary.domain.plan.target import Target
from canary.domain.rollout import messages
from canary.domain.rollout.outbox import telling
from canary.domain.rollout.phase import Event, Phase, after
from canary.domain.rollout.record import Asked, Decision, Record, Restoring
from canary.domain.time import minute_of


def check_holder(record: Record, holder: str, generation: int) -> None:
    """Raise Superseded unless this execution still holds a rollout that has not ended."""
    if record.ended:
        raise Superseded(f"rollout {record.rollout} has ended: {record.phase}")
    if (record.holder, record.generation) != (holder, generation):
        raise Superseded(
            f"rollout {record.rollout} is held by generation {record.generation}, not {generation}"
        )


def claim_forward(record: Record, holder: str, generation: int, now: datetime) -> Record:
    """Return the record with the next step's weights asked for; unchanged but for time when already
    claimed.

    `now` is the time just before the call: an ask is given a minute from it to become visible.
    Raises Superseded or RollBackPending; ImpossibleTransition without a recorded ADVANCE.
    """
    check_holder(record, holder, generation)
    if record.rolling_back:
        raise RollBackPending(f"a roll-back is recorded for {record.rollout}")
    if record.phase is Phase.SHIFTING and record.asked and record.decision is None:
        return _asked_again(record, record.asked, now)
    step = _next_step(record)
    asked = Asked(
        target=record.plan.steps[step].target,
        before=record.expected_target,
        at=now,
        direction="forward",
    )
    return record.but(
        phase=after(record.phase, Event.CLAIM_MOVE),
        step=step,
        asked=asked,
        decision=None,
        token=None,
        bakes=close_bake(record, now),
        progress_at=now,
    )


def _asked_again(record: Record, asked: Asked, now: datetime) -> Record:
    if asked.reached_at is not None:
        return record
    return record.but(asked=asked.but(at=now), progress_at=now)


def _next_step(record: Record) -> int:
    if record.phase is Phase.PLANNED:
        return 0
    if record.decision is None or record.decision.to_step is None:
        raise Superseded(f"no advance is recorded for step {record.step} of {record.rollout}")
    return record.decision.to_step


def claim_restore(
    record: Record, holder: str, generation: int, cause: str, now: datetime
) -> Record:
    """Return the record on its way to the safe weights, the cause kept unless an earlier roll-back
    gave one.

    Raises Superseded.
    """
    check_holder(record, holder, generation)
    restoring = record.restoring or _begun(record, now)
    if restoring.patient_from is None:
        restoring = restoring.but(patient_from=now)
    if record.phase is Phase.ROLLING_BACK:
        return record.but(restoring=restoring, progress_at=now)
    decision = record.decision
    if decision is None or decision.verdict != "ROLL_BACK":
        decision = Decision(verdict="ROLL_BACK", step=record.step, reason=cause, by="fault", at=now)
    return record.but(
        phase=after(record.phase, Event.CLAIM_RESTORE),
        decision=decision,
        restoring=restoring,
        bakes=close_bake(record, now),
        token=None,
        progress_at=now,
    )


def _begun(record: Record, now: datetime) -> Restoring:
    asked = record.asked
    unseen = asked is not None and asked.direction == "forward" and asked.reached_at is None
    return Restoring(began_at=now, forward_unseen=unseen)


def ask_safe(record: Record, holder: str, generation: int, live: Target, now: datetime) -> Record:
    """Return the record with the safe target asked for once more, `live` being what serves now.

    Written before the call, `now` being the time just before it. Raises Superseded.
    """
    check_holder(record, holder, generation)
    ask = Asked(target=record.plan.safe_target, before=live, at=now, direction="restore")
    if record.asked == ask:
        return record
    restoring = record.restoring or _begun(record, now)
    seen = record.asked is not None and record.asked.target.met_by(live.weights, live.counts)
    going = {
        "asks": restoring.asks + 1,
        "forward_unseen": restoring.forward_unseen and not seen,
        "verified_at": None,
    }
    return record.but(asked=ask, restoring=restoring.but(**going), progress_at=now)


def close_bake(record: Record, now: datetime) -> tuple[BakeInterval, ...]:
    """Return the bakes with the current one ended at `now`."""
    if not record.bakes or record.bakes[-1].left_minute is not None:
        return record.bakes
    return (*record.bakes[:-1], record.bakes[-1].but(left_minute=minute_of(now)))


def take_over(record: Record, holder: str, cause: str, now: datetime) -> Record:
    """Return the record held by the next generation, which may only restore.

    `holder` is the execution about to be started for it. Raises Superseded when the rollout has
    ended.
    """
    if record.ended:
        raise Superseded(f"rollout {record.rollout} has ended: {record.phase}")
    decision = record.decision
    if decision is None or decision.verdict != "ROLL_BACK":
        decision = Decision(verdict="ROLL_BACK", step=record.step, reason=cause, by="fault", at=now)
    restoring = record.restoring or _begun(record, now)
    return record.but(
        generation=record.generation + 1,
        holder=holder,
        recoveries=record.recoveries + 1,
        decision=decision,
        outcome=None,
        token=None,
        restoring=restoring.but(verified_at=None, patient_from=None),
        progress_at=now,
        outbox=telling(record, messages.taken_over(record, cause, now)),
    )
