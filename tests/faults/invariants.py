"""What must hold after every run, whatever was broken. Each invariant yields one sentence per
violation.

They read what really happened (the observer's deeds, the endpoint, the table), never what the
controller says of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from canary.domain.plan.target import same_weights, shares
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from tests.faults.invariants_of_instances import INSTANCES
from tests.faults.invariants_of_messages import MESSAGES
from tests.faults.invariants_of_people import PEOPLE
from tests.faults.invariants_of_releases import RELEASES, as_left, safe_of
from tests.faults.invariants_of_starts import STARTS
from tests.faults.run import LETS_GO, OVER, Invariant, Run

ONE_IN_A_MILLION = 1e-6


def it_ends_and_everything_is_told(run: Run) -> Iterator[str]:
    """A rollout that neither ends nor tells leaves on-call with half-way weights and no message."""
    for record in run.last.values():
        if record.phase not in OVER:
            yield f"{record.rollout} did not end: {record.phase}"
        if record.outbox:
            yield (
                f"{record.rollout} has untold messages: "
                f"{[mail_of(message).subject for message in record.outbox]}"
            )
    if run.running:
        yield f"executions still run: {', '.join(run.running)}"


def it_ends_as_it_may(run: Run) -> Iterator[str]:
    """A bad canary is never promoted; UNPROVEN and HANDED_OVER need a cause that explains them."""
    for record in run.last.values():
        if record.phase in OVER and (record.phase not in run.ends or record.phase in run.never):
            why = record.outcome.reason if record.outcome else ""
            yield (
                f"{record.rollout} ended {record.phase} ({why}), allowed "
                f"{sorted(run.ends - run.never)}"
            )


def the_weights_are_exact(run: Run) -> Iterator[str]:
    """PROMOTED and ROLLED_BACK promise exact weights of every variant, not only the canary's."""
    for record in run.last.values():
        promised = {
            Phase.PROMOTED: record.plan.steps[-1].target.weights,
            Phase.ROLLED_BACK: record.plan.safe_target.weights,
        }.get(record.phase)
        newest = record is run.newest(record.endpoint)
        if promised is None or run.world.foreign_since or not newest:
            continue
        either, served = as_left(record, promised), dict(run.weights[record.endpoint] or {})
        if not any(same_weights(served, dict(one)) for one in either):
            yield f"{record.phase} with {served}, promised {' or '.join(map(str, either))}"


def the_lease_follows_the_record(run: Run) -> Iterator[str]:
    """The lease is held exactly as long as the rollout may move weights: to its end, and through
    UNPROVEN.
    """
    for revision in run.observer.revisions:
        record = revision.record
        if (revision.lease == record.rollout) != (record.phase not in LETS_GO):
            yield f"r{record.revision} {record.phase} and the lease is {revision.lease or 'free'}"
    holding = {r.endpoint: r.rollout for r in run.last.values() if r.phase not in LETS_GO}
    if dict(run.stored_leases) != holding:
        yield f"the table holds leases {dict(run.stored_leases)}, the records {holding}"


def _is_rolling_back(record: Record) -> bool:
    decided = record.decision is not None and record.decision.verdict == "ROLL_BACK"
    return decided or record.phase is Phase.ROLLING_BACK


def refused_changes_nothing(run: Run) -> Iterator[str]:
    """A refusal promises that nothing was changed: no weight call, no lease, no record."""
    if not run.last and (run.observer.moves or run.stored_leases):
        yield (
            f"refused, and yet {len(run.observer.moves)} weight calls, leases "
            f"{dict(run.stored_leases)}"
        )


def after_roll_back_only_safe_weights_are_asked(run: Run) -> Iterator[str]:
    """By record revision: a call made by somebody who had seen the roll-back recorded may only ask
    for safe weights.
    """
    began: dict[str, int] = {}
    for revision in run.observer.revisions:
        if _is_rolling_back(revision.record):
            began.setdefault(revision.record.rollout, revision.record.revision)
    for move in run.observer.moves:
        record = run.last[move.rollout]
        safe = same_weights(dict(move.weights), dict(safe_of(record, move.weights)))
        if not safe and move.seen_revision >= began.get(move.rollout, move.seen_revision + 1):
            yield (
                f"{dict(move.weights)} asked at r{move.seen_revision}, roll-back recorded at "
                f"r{began[move.rollout]}"
            )


def every_weight_call_was_claimed(run: Run) -> Iterator[str]:
    """Record, then act: what is asked of SageMaker is what the newest record its caller saw says
    was asked.
    """
    stored = {(r.record.rollout, r.record.revision): r.record for r in run.observer.revisions}
    for move in run.observer.moves:
        record = stored.get((move.rollout, move.seen_revision))
        asked = record.asked.target.weights if record and record.asked else None
        if asked is None or not same_weights(dict(move.weights), asked):
            yield (
                f"{dict(move.weights)} asked by {move.by} on r{move.seen_revision}, which "
                f"says {asked}"
            )


def a_control_has_as_much_as_its_canary(run: Run) -> Iterator[str]:
    """Or what is left of the traffic: nothing at 100%, and nothing on the way back."""
    for move in run.observer.moves:
        plan = run.last[move.rollout].plan
        if plan.control is None:
            continue
        parts = shares(dict(move.weights))
        # A control that was built is gone once the promotion is settled.
        canary, control = parts[plan.canary], parts.get(plan.control, 0.0)
        if abs(control - min(canary, 1 - canary)) > ONE_IN_A_MILLION:
            yield f"{dict(move.weights)} asked: the control has {control:g} beside {canary:g}"


def no_foreign_weight_is_overwritten(run: Run) -> Iterator[str]:
    """Once somebody else owns the endpoint, nothing of theirs is overwritten."""
    since = run.world.foreign_since
    if since is not None:
        for move in run.observer.moves:
            if move.at > since:
                yield f"{dict(move.weights)} asked after the foreign change"


def one_execution_claims_per_generation(run: Run) -> Iterator[str]:
    """Two executions that both claim for one generation would both move weights."""
    claimed: dict[tuple[str, int], set[str]] = defaultdict(set)
    for revision, before in run.changes():
        record = revision.record
        if revision.by.startswith("shifter") and before.asked != record.asked:
            claimed[record.rollout, record.generation].add(revision.execution)
            if revision.execution != record.holder:
                yield f"r{record.revision} claimed by {revision.execution}, held by {record.holder}"
    for (rollout, generation), executions in claimed.items():
        if len(executions) > 1:
            yield f"generation {generation} of {rollout} claimed by {sorted(executions)}"


def the_share_rises_only_on_a_recorded_advance(run: Run) -> Iterator[str]:
    """Each forward claim carries out an ADVANCE that was recorded for exactly that step; the first
    needs none.
    """
    for revision, before in run.changes():
        record = revision.record
        if record.step == before.step:
            continue
        decision = before.decision
        if decision is None or decision.verdict != "ADVANCE" or decision.to_step != record.step:
            yield f"r{record.revision} moved to step {record.step} on {decision}"


def no_verdict_is_lost(run: Run) -> Iterator[str]:
    """A recorded ROLL_BACK is never overwritten and never ends PROMOTED; an ADVANCE is carried out,
    overruled, or withdrawn for want of instances.
    """
    for revision, before in run.changes():
        record = revision.record
        if before.decision is None or record.decision == before.decision:
            continue
        new = record.decision
        if before.decision.verdict == "ROLL_BACK":
            yield f"r{record.revision} replaced the roll-back {before.decision.reason!r} by {new}"
        carried_out = new is None and record.step == before.decision.to_step
        overruled = new is not None and new.verdict == "ROLL_BACK"
        missing = record.capacity.missing if record.capacity else None
        withdrawn = new is None and missing is not None and missing.step == before.decision.to_step
        kept = carried_out or overruled or withdrawn
        if before.decision.verdict == "ADVANCE" and not kept:
            yield f"r{record.revision} lost an ADVANCE to step {before.decision.to_step}"
    for record in run.last.values():
        if (
            record.decision
            and record.decision.verdict == "ROLL_BACK"
            and record.phase is Phase.PROMOTED
        ):
            yield f"{record.rollout} is PROMOTED with a recorded roll-back"


def only_a_promotion_succeeds(run: Run) -> Iterator[str]:
    """Whoever waits for the execution retires the old model when it succeeds."""
    promoted = any(r.record.phase is Phase.PROMOTED for r in run.observer.revisions)
    if run.succeeded and not promoted:
        ends = {record.rollout: str(record.phase) for record in run.last.values()}
        yield f"{', '.join(run.succeeded)} succeeded, and the rollouts ended {ends}"


def a_promote_advances_once(run: Run) -> Iterator[str]:
    """A command whose answer was lost is tried again, and must not be carried out again."""
    decisions = {
        (d.at, d.step)
        for r in run.observer.revisions
        if (d := r.record.decision) and d.by == "person"
        if d.verdict == "ADVANCE"
    }
    if run.promotes is not None and len(decisions) > run.promotes:
        yield f"{len(decisions)} advances by hand of {run.promotes} commands"


INVARIANTS: tuple[Invariant, ...] = (
    it_ends_and_everything_is_told,
    it_ends_as_it_may,
    the_weights_are_exact,
    the_lease_follows_the_record,
    refused_changes_nothing,
    after_roll_back_only_safe_weights_are_asked,
    every_weight_call_was_claimed,
    a_control_has_as_much_as_its_canary,
    no_foreign_weight_is_overwritten,
    one_execution_claims_per_generation,
    the_share_rises_only_on_a_recorded_advance,
    no_verdict_is_lost,
    only_a_promotion_succeeds,
    a_promote_advances_once,
    *INSTANCES,
    *MESSAGES,
    *PEOPLE,
    *RELEASES,
    *STARTS,
)


@dataclass(frozen=True)
class Violation:
    """One broken promise: which, and how."""

    invariant: str
    what: str = field(default="")


def violations(run: Run) -> list[Violation]:
    """Return every violation of every invariant; an empty list is a run that survived."""
    return [
        Violation(invariant.__name__, what) for invariant in INVARIANTS for what in invariant(run)
    ]
