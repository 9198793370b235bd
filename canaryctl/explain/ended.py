"""A rollout that has ended, and an endpoint that never had one."""

from canary.domain.plan.target import as_written
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.words import moment
from canaryctl.explain.moving import Told
from canaryctl.explain.values import Hold

_ENDS = {
    Phase.PROMOTED: (
        "{canary} serves everything",
        "It stays so; `canaryctl rollback {endpoint}` goes back unless somebody changed it since",
    ),
    Phase.ROLLED_BACK: (
        "{canary} is at 0 or off and every other variant as it was found, verified",
        "It stays so; a new rollout may start when the cause is mended",
    ),
    Phase.HANDED_OVER: (
        "The endpoint is somebody else's: nothing was overwritten, and nobody here watches it",
        "It stays as it is; look at its weights, and start a new rollout when they are as you want",
    ),
    Phase.REFUSED: (
        "It never began, and nothing was changed",
        "Nothing; correct the spec and start again",
    ),
}


def ended(record: Record) -> Told:
    """Return how a rollout ended and what is left to do."""
    why = record.outcome.reason if record.outcome else ""
    if record.phase is Phase.UNPROVEN:
        return _unproven(record, why)
    doing, then = _ENDS[record.phase]
    changes = _undone(record) if record.phase is Phase.PROMOTED else ()
    at = f" since {moment(record.ended_at)}" if record.ended_at else ""
    told = doing.format(canary=record.canary)
    return Told(
        doing=f"Over{at}: {told}{f'. Why: {why}' if why else ''}",
        then=then.format(endpoint=record.endpoint),
        changes=changes,
    )


def _undone(record: Record) -> tuple[str, ...]:
    """Return what undoes a promotion that no configuration says, and how it is seen."""
    release = record.plan.release
    arranged = record.arranged
    if release is not None and release.after != "keep" and arranged and arranged.reached_at:
        return ()
    used = arranged.before[0] if arranged and arranged.failed and arranged.before else None
    config = used or record.plan.config_name
    written = as_written(record.plan.steps[-1].target.weights)
    undone = (
        f"The configuration {config} still says the weights of before: an UpdateEndpoint that does "
        f"not retain weights puts them back. Write InitialVariantWeight {written} where your code "
        "says them"
    )
    compared = f"`canaryctl doctor --endpoint {record.endpoint}` compares the two as they are now"
    return (undone, compared)


def _unproven(record: Record, why: str) -> Told:
    return Told(
        doing="The safe weights could not be verified; the endpoint is held and nothing is moved",
        then="Nothing: it stays held, and not known to be safe, until a person acts. No time ends "
        "it",
        holds=(Hold(kind="person", said=why or "The safe weights could not be verified"),),
        changes=(
            f"`canaryctl retry {record.endpoint}` asks again, when the cause is mended",
            f"`canaryctl release {record.endpoint}` lets go with the weights as they are",
        ),
    )


def never(endpoint: str, table: str) -> Told:
    """Return that an endpoint never had a rollout."""
    return Told(
        doing=f"No rollout of {endpoint} is or was in table {table}: nothing holds it",
        then="Nothing; its weights are yours",
        changes=(
            "`canaryctl start --spec spec.json` starts one",
            "If there should be one: check the name, --stack and --region",
        ),
    )
