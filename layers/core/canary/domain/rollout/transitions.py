"""What happens to a record between its claims: arrivals, bakes, verdicts, and the end.

Pure functions from record to record, like the claims; each keeps to the transition table.
"""

from datetime import datetime, timedelta

from canary.domain.errors import RollBackPending
from canary.domain.plan.bake import BakeInterval
from canary.domain.rollout import messages
from canary.domain.rollout.claims import check_holder, close_bake
from canary.domain.rollout.outbox import telling
from canary.domain.rollout.phase import Event, Phase, after
from canary.domain.rollout.record import Asked, Decision, Outcome, Record, Restoring
from canary.domain.time import minute_of

DENIED_AT_MOST = timedelta(minutes=15)
REVERTED_AT_MOST = 3
LOOK_TWICE_APART = timedelta(seconds=60)


def arrive(record: Record, holder: str, generation: int, now: datetime) -> Record:
    """Return the record with the asked step confirmed and its bake begun; told once. Raises
    Superseded.
    """
    check_holder(record, holder, generation)
    if (
        record.asked is None
        or record.asked.reached_at is not None
        or record.phase is not Phase.SHIFTING
    ):
        return record
    bake = BakeInterval(step=record.step, reached_minute=minute_of(now))
    phase = Event.EVALUATE if record.step == 0 and record.plan.has_quality else None
    return record.but(
        asked=record.asked.but(reached_at=now),
        bakes=(*record.bakes, bake),
        progress_at=now,
        phase=after(record.phase, phase) if phase else record.phase,
        outbox=telling(record, messages.reached(record, record.step, now))
        if record.step
        else record.outbox,
    )


def bake(record: Record, holder: str, generation: int, token: str, now: datetime) -> Record:
    """Return the record baking (or watching, at share 1) with the newest token. Raises
    Superseded.
    """
    check_holder(record, holder, generation)
    if record.phase is Phase.ROLLING_BACK:
        raise RollBackPending(f"{record.rollout} is rolling back")
    watching = record.step == record.plan.last_step
    return record.but(
        phase=after(record.phase, Event.WATCH if watching else Event.BAKE),
        token=token,
        progress_at=now,
    )


def decide(record: Record, decision: Decision) -> Record:
    """Return the record with a verdict to carry out; unchanged when it may not be.

    ROLL_BACK needs only a rollout that has not ended, and is never overwritten. ADVANCE needs the
    step it was judged at, still baking, and no roll-back.
    """
    if record.ended or record.rolling_back:
        return record
    if decision.verdict == "ADVANCE":
        ready = record.phase in {Phase.EVALUATING, Phase.BAKING, Phase.WATCHING}
        if not ready or record.step != decision.step or record.decision is not None:
            return record
    return record.but(decision=decision)


def accepted(record: Record, ask: Asked) -> Record:
    """Return the record with an ask for the safe weights counted: SageMaker took it. Earlier
    refusals are forgotten.

    Counted once, however often it is noted; an ask whose answer is not known is never counted.
    """
    restoring = record.restoring
    if restoring is None or record.asked != ask or ask.accepted:
        return record
    counted = {"accepted": restoring.accepted + 1, "denied_since": None, "denial": None}
    return record.but(asked=ask.but(accepted=True), restoring=restoring.but(**counted))


def not_accepted(record: Record, ask: Asked, before: Asked | None) -> Record:
    """Return the record as it was asked `before` an ask that SageMaker refused.

    There is nothing to wait for then: the next look asks again. Not for an ask whose answer was
    lost.
    """
    return record.but(asked=before) if record.asked == ask else record


def denied(record: Record, answer: str, now: datetime) -> Record:
    """Return the record with a permanent refusal noted; the first one starts the 15 minutes of
    trying.
    """
    restoring = record.restoring or Restoring(began_at=now)
    since = restoring.denied_since or now
    return record.but(restoring=restoring.but(denied_since=since, denial=answer))


def why_unproven(record: Record, arrival: str, now: datetime) -> str | None:
    """Return why the restore must be given up now, or None while it may go on."""
    restoring = record.restoring
    if restoring is None:
        return None
    if arrival == "OVERDUE":
        asks = f"SageMaker is known to have accepted {restoring.accepted} of {restoring.asks} asks"
        return f"the endpoint did not reach the safe weights within 60 minutes; {asks}"
    if restoring.denied_since and now - restoring.denied_since >= DENIED_AT_MOST:
        return f"SageMaker refuses the change: {restoring.denial}"
    if (
        arrival == "REVERTED"
        and restoring.accepted >= REVERTED_AT_MOST
        and restoring.denied_since is None
    ):
        return (
            f"the endpoint went back to other weights after each of {restoring.accepted} "
            "asks that SageMaker accepted"
        )
    return None


def verify_safe(record: Record, holder: str, generation: int, now: datetime) -> Record:
    """Return the record with the safe weights seen; settled at once, or at a second look 60 s
    later.

    The second look lets a last call land first: of a dead execution, or a forward ask that was
    never seen. Raises Superseded.
    """
    check_holder(record, holder, generation)
    restoring = record.restoring or Restoring(began_at=now)
    first = restoring.verified_at or now
    record = record.but(restoring=restoring.but(verified_at=first))
    if (record.generation > 1 or restoring.forward_unseen) and now - first < LOOK_TWICE_APART:
        return record
    reason = record.decision.reason if record.decision else "restored"
    return record.but(outcome=Outcome(end=Phase.ROLLED_BACK, reason=reason))


def set_outcome(record: Record, holder: str, generation: int, outcome: Outcome) -> Record:
    """Return the record with how it will end. Raises Superseded."""
    check_holder(record, holder, generation)
    return record.but(outcome=outcome)


def close(record: Record, now: datetime) -> Record:
    """Return the record ended as its outcome says, its last message queued; unchanged when already
    ended.

    Without an outcome it ends PROMOTED when an ADVANCE closes the watch. Raises RollBackPending
    when that is what was wanted but a roll-back is recorded, or nothing says how it ended.
    """
    if record.ended:
        return record
    outcome = record.outcome or _promotion(record)
    event, tell = {
        Phase.ROLLED_BACK: (Event.VERIFY_SAFE, messages.rolled_back),
        Phase.HANDED_OVER: (Event.HAND_OVER, messages.handed_over),
        Phase.UNPROVEN: (Event.GIVE_UP, messages.unproven),
        Phase.PROMOTED: (Event.PROMOTE, lambda r, _reason, at: messages.promoted(r, at)),
    }[outcome.end]
    return record.but(
        phase=after(record.phase, event),
        outcome=outcome,
        bakes=close_bake(record, now),
        token=None,
        paused_until=None,
        ended_at=now,
        progress_at=now,
        outbox=telling(record, tell(record, outcome.reason, now)),
    )


def _promotion(record: Record) -> Outcome:
    decision = record.decision
    if (
        record.phase is not Phase.WATCHING
        or decision is None
        or decision.verdict != "ADVANCE"
        or decision.to_step
    ):
        raise RollBackPending(
            f"{record.rollout} cannot be closed from {record.phase}: restore first"
        )
    return Outcome(end=Phase.PROMOTED, reason=decision.reason)
