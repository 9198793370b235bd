"""The way back: claimed, asked for as often as it takes, seen twice where a late call may still
land, or given up.
"""

from datetime import datetime, timedelta

from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.target import Target
from canary.domain.rollout.kinds.looks import NotSafeYet
from canary.domain.rollout.kinds.values import Seen
from canary.domain.rollout.outbox import About, tell_once
from canary.domain.rollout.phase import FINISHING, Event, Phase, after
from canary.domain.rollout.record import Asked, Decision, Outcome, Record, Restoring
from canary.domain.rollout.release.ownership import as_it_stands
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.transitions.claims import check_holder, close_bake

DENIED_AT_MOST = timedelta(minutes=15)
REVERTED_AT_MOST = 3
LOOK_TWICE_APART = timedelta(seconds=60)
SAFE_WITHIN = timedelta(minutes=10)
"""A roll-back that takes longer is told: a person may want to look long before it is called
UNPROVEN.
"""


def claim_restore(
    record: Record, holder: str, generation: int, cause: str, now: datetime
) -> Record:
    """Return the record on its way to the safe weights, the cause kept unless an earlier roll-back
    gave one; unchanged where its end is verified already.

    Raises Superseded.
    """
    check_holder(record, holder, generation)
    if record.phase in FINISHING:
        return record
    restoring = record.restoring or begun(record, now)
    if restoring.patient_from is None:
        restoring = restoring.but(patient_from=now)
    if record.phase is Phase.ROLLING_BACK:
        return record.but(restoring=restoring, progress_at=now)
    return record.but(
        phase=after(record.phase, Event.CLAIM_RESTORE),
        decision=roll_back_by_fault(record, cause, now),
        restoring=restoring,
        capacity=record.capacity.afresh() if record.capacity else None,
        bakes=close_bake(record, now),
        token=None,
        progress_at=now,
    )


def roll_back_by_fault(record: Record, cause: str, now: datetime) -> Decision:
    """Return the roll-back that is recorded already, or one for this cause."""
    decision = record.decision
    if decision is not None and decision.verdict == "ROLL_BACK":
        return decision
    return Decision(verdict="ROLL_BACK", step=record.step, reason=cause, by="fault", at=now)


def begun(record: Record, now: datetime) -> Restoring:
    """Return the beginning of a way back."""
    asked = record.asked
    unseen = asked is not None and asked.direction == "forward" and asked.reached_at is None
    if record.arranged is not None and record.arranged.reached_at is None:
        unseen = True  # an UpdateEndpoint may still land
    return Restoring(began_at=now, forward_unseen=unseen)


def ask_safe(record: Record, holder: str, generation: int, live: Target, now: datetime) -> Record:
    """Return the record with the safe target asked for once more, `live` being what serves now.

    Written before the call, `now` being the time just before it. Raises Superseded.
    """
    check_holder(record, holder, generation)
    safe = as_it_stands(record, record.plan.safe_target, live.weights)
    ask = Asked(target=safe, before=live, at=now, direction="restore")
    if record.asked == ask:
        return record
    restoring = record.restoring or begun(record, now)
    seen = record.asked is not None and record.asked.target.met_by(live.weights, live.counts)
    going = restoring.but(
        asks=restoring.asks + 1,
        forward_unseen=restoring.forward_unseen and not seen,
        verified_at=None,
    )
    return record.but(asked=ask, restoring=going, progress_at=now)


def accepted(record: Record, ask: Asked) -> Record:
    """Return the record with an ask for the safe weights counted: SageMaker took it. Earlier
    refusals are forgotten.

    Counted once, however often it is noted; an ask whose answer is not known is never counted.
    """
    restoring = record.restoring
    if restoring is None or record.asked != ask or ask.accepted:
        return record
    counted = restoring.but(accepted=restoring.accepted + 1, denied_since=None, denial=None)
    return record.but(asked=ask.but(accepted=True), restoring=counted)


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


def see_safe(record: Record, holder: str, generation: int, now: datetime) -> Record:
    """Return the record with the safe weights seen for the first time. Raises Superseded."""
    check_holder(record, holder, generation)
    restoring = record.restoring or Restoring(began_at=now)
    return record.but(restoring=restoring.but(verified_at=restoring.verified_at or now))


def verify_safe(
    record: Record,
    holder: str,
    generation: int,
    now: datetime,
    view: EndpointView | None = None,
) -> Record:
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
    outcome = Outcome(end=Phase.ROLLED_BACK, reason=reason)
    if view is not None and record.canary not in view.current_weights:
        outcome = outcome.but(seen=Seen.of(view, first))  # it was never built
    return record.but(outcome=outcome)


def slow(record: Record, seen: Surroundings) -> Record:
    """Return the record with on-call told, once, that the way to the safe target takes long, or is
    blocked by an endpoint that will not leave its state by itself.
    """
    restoring = record.restoring
    if record.phase is not Phase.ROLLING_BACK or restoring is None:
        return record
    if restoring.verified_at is not None and record.capacity is not None:
        return record  # it is safe: instances are on their way back
    if seen.now - restoring.began_at < SAFE_WITHIN and seen.failed(record) is None:
        return record
    facts = NotSafeYet(
        safe=record.plan.safe_target,
        began_at=restoring.began_at,
        standing=seen.standing,
        asks=restoring.asks,
        accepted=restoring.accepted,
        denial=restoring.denial,
        because=record.decision.reason if record.decision else "",
    )
    about = About(act=record.decision.act if record.decision else None)
    return tell_once(record, facts, "not safe yet", seen.now, seen=seen.serving, about=about)
