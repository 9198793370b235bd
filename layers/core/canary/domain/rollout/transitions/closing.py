"""How a rollout ends: its outcome is recorded first, then the end and its message in one write."""

from collections.abc import Callable
from datetime import datetime

from canary.domain.errors import RollBackPending, Superseded
from canary.domain.rollout.kinds.ends import HandedOver, Promoted, RolledBack, Unproven
from canary.domain.rollout.kinds.release import NotArranged
from canary.domain.rollout.kinds.values import Act, Seen
from canary.domain.rollout.messages import Facts
from canary.domain.rollout.outbox import About, tell
from canary.domain.rollout.phase import FINISHING, SERVING, Event, Phase, after
from canary.domain.rollout.record import Outcome, Record
from canary.domain.rollout.release.package import left_approved, unconfirmed
from canary.domain.rollout.transitions.claims import check_holder, close_bake
from canary.domain.rollout.transitions.pauses import resume
from canary.domain.rollout.transitions.raising import not_given_back

BUILT = "Built for this rollout and left, as far as it came"


def set_outcome(record: Record, holder: str, generation: int, outcome: Outcome) -> Record:
    """Return the record with how it will end. Raises Superseded."""
    check_holder(record, holder, generation)
    return record.but(outcome=outcome)


def lose(record: Record, step: int, reason: str, seen: Seen | None = None) -> Record:
    """Return the record about to be handed over: a tick saw that the endpoint is not ours any more
    while `step` served, and what it is instead. Unchanged when it does not serve any more, or its
    end is known.
    """
    if record.step != step or record.phase not in SERVING or record.outcome is not None:
        return record
    return record.but(outcome=Outcome(end=Phase.HANDED_OVER, reason=reason, seen=seen))


def close(record: Record, now: datetime) -> Record:
    """Return the record ended as its outcome says, its last message queued; unchanged when already
    ended.

    Without an outcome it ends PROMOTED when an ADVANCE closes the watch. Raises RollBackPending
    when that is what was wanted but a roll-back is recorded, or nothing says how it ended.
    """
    return record if record.ended else _end(record, record.outcome or promotion(record), now)


def close_held(
    record: Record,
    holder: str,
    generation: int,
    failure: str | None,
    now: datetime,
    seen: Seen | None = None,
) -> Record:
    """Return the record closed for the execution that holds it: UNPROVEN after a `failure`, unless
    its outcome says how it ended; `seen` is what serves then. Raises Superseded and what `close`
    raises.
    """
    if (record.holder, record.generation) != (holder, generation):
        raise Superseded(f"{record.rollout} is held by generation {record.generation}")
    if record.ended or record.outcome is not None or failure is None:
        return close(record, now)
    return _end(record, Outcome(end=Phase.UNPROVEN, reason=failure, seen=seen), now)


def give_up(record: Record, generation: int, reason: str, now: datetime) -> Record:
    """Return the record UNPROVEN, or ended as it is known to; unchanged when it has ended or
    another generation holds it.
    """
    if record.ended or record.generation != generation:
        return record
    if record.phase in FINISHING:
        return close(leave(record, reason, now), now)
    return _end(record, Outcome(end=Phase.UNPROVEN, reason=reason), now)


def leave(record: Record, why: str, now: datetime, registry: str | None = None) -> Record:
    """Return the record with why its configuration is not in use; told once where its end is known,
    since then nothing else tells it. `registry`: what became of the canary's package, None where
    nobody got as far as that.
    """
    asked = record.arranged
    if asked is None or asked.failed:
        return record
    left = record.but(arranged=asked.but(failed=why), progress_at=now)
    if record.phase not in FINISHING:
        return left
    if registry is None:
        registry = unconfirmed(record)
    facts = NotArranged(what=asked.what, config=asked.config, why=why, registry=registry)
    return tell(left, facts, now, seen=record.outcome.seen if record.outcome else None)


def let_go_by_hand(record: Record, reason: str, now: datetime, act: Act | None = None) -> Record:
    """Return the record handed over to a person, from wherever it holds the lease, UNPROVEN too."""
    if not record.holds_lease:
        return record
    last = record.outcome.seen if record.outcome else None
    outcome = Outcome(end=Phase.HANDED_OVER, reason=reason, seen=last, act=act)
    return _end(record, outcome, now)


def _end(record: Record, outcome: Outcome, now: datetime) -> Record:
    event = _ENDS[outcome.end][0]
    ended = resume(record, now).but(
        phase=after(record.phase, event),
        outcome=outcome,
        bakes=close_bake(record, now),
        token=None,
        ended_at=now,
        progress_at=now,
    )
    if record.phase in FINISHING and outcome.end is not Phase.HANDED_OVER:
        return ended  # it was told when it was known
    return tell_end(ended, outcome, now)


def tell_end(record: Record, outcome: Outcome, now: datetime) -> Record:
    """Return the record with its end told."""
    told = _ENDS[outcome.end][1](record, outcome.reason, now)
    seen = outcome.seen or _verified(told, now)
    return tell(record, told, now, seen=seen, about=_about(record, outcome))


def _verified(told: Facts, now: datetime) -> Seen | None:
    """Return the look that an end rests on, None where it rests on none."""
    if isinstance(told, RolledBack):
        return Seen(target=told.safe, at=told.safe_at)
    return Seen(target=told.target, at=now) if isinstance(told, Promoted) else None


def _about(record: Record, outcome: Outcome) -> About:
    """Return whose order an end follows from, and the numbers it rests on; whoever takes an
    endpoint over is none of the rollout's own decisions.
    """
    decision = record.decision
    if outcome.end is Phase.HANDED_OVER or decision is None:
        return About(act=outcome.act)
    return About(act=decision.act, numbers=decision.numbers)


def promotion(record: Record) -> Outcome:
    """Return the end of a record whose watch is closed by an ADVANCE. Raises RollBackPending where
    it is not.
    """
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


def _promoted(record: Record, reason: str, _now: datetime) -> Promoted:
    release = record.plan.release
    leaves = release.after if release else "keep"
    return Promoted(
        target=record.plan.steps[-1].target,
        began_at=record.started_at,
        reason=reason,
        leaves=leaves,
        config=release.end_config if release and leaves != "keep" else record.plan.config_name,
        left=not_given_back(record),
    )


def rolled_back(record: Record, reason: str, now: datetime) -> RolledBack:
    """Return what is told of a verified roll-back.

    A second look, which a late call may make necessary, does not make it safe any later.
    """
    seen, asked = record.outcome.seen if record.outcome else None, record.asked
    restored = asked.target if asked and asked.direction == "restore" else record.plan.safe_target
    release = record.plan.release
    kept = release is not None and not release.takes_off
    return RolledBack(
        safe=seen.target if seen else restored,
        reason=reason,
        decided_at=record.decision.at if record.decision else None,
        safe_at=(record.restoring.verified_at if record.restoring else None) or now,
        left=(*not_given_back(record), *(left_approved(record) if kept else ())),
    )


def _handed_over(record: Record, reason: str, _now: datetime) -> HandedOver:
    last = record.asked
    return HandedOver(
        reason=reason,
        last_write=last.target if last else None,
        written_at=last.at if last else None,
        ours=record.plan.config_name,
        safe=record.plan.safe_target,
        left=(*not_given_back(record), *_built_and_left(record), *left_approved(record)),
    )


def _built_and_left(record: Record) -> tuple[str, ...]:
    """Return what this rollout has made, or may have, and does not take off any more."""
    release, arranged = record.plan.release, record.arranged
    if release is None or arranged is None:
        return ()
    staging = release.staging
    configs = dict.fromkeys((*((staging.config,) if staging else ()), arranged.config))
    if arranged.what in {"settle", "retire"}:
        return (f"{BUILT}: {', '.join(configs)}. Delete those that are not in use.",)
    if staging is None:
        return ()
    made = [f"the variant {name}" for name in staging.built]
    made += [f"the configuration {staging.config}"]
    made += [f"the model {staging.model}"] if staging.model_package is not None else []
    then = "and RetainAllVariantProperties takes variants off; then delete the rest."
    return (f"{BUILT}: {', '.join(made)}. UpdateEndpoint with {release.found_config} {then}",)


def _unproven(record: Record, reason: str, _now: datetime) -> Unproven:
    decision, restoring = record.decision, record.restoring
    return Unproven(
        safe=record.plan.safe_target,
        reason=reason,
        denial=restoring.denial if restoring else None,
        because=decision.reason if decision else "",
        began_at=restoring.began_at if restoring else None,
        asks=restoring.asks if restoring else 0,
        accepted=restoring.accepted if restoring else 0,
        left=(*not_given_back(record), *left_approved(record)),
    )


_ENDS: dict[Phase, tuple[Event, Callable[[Record, str, datetime], Facts]]] = {
    Phase.PROMOTED: (Event.PROMOTE, _promoted),
    Phase.ROLLED_BACK: (Event.VERIFY_SAFE, rolled_back),
    Phase.HANDED_OVER: (Event.HAND_OVER, _handed_over),
    Phase.UNPROVEN: (Event.GIVE_UP, _unproven),
}
