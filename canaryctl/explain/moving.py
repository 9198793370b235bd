"""A rollout between two places: what it waits for there, until when, and what happens then."""

from dataclasses import dataclass
from datetime import timedelta

from canary.domain.plan.target import describe
from canary.domain.rollout.arrival import RESTORE_OVERDUE
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.release.arrangement import ARRANGED_WITHIN
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.transitions.restoring import DENIED_AT_MOST
from canary.domain.words import capital, moment, percent
from canaryctl.explain.values import Deadline, Hold


@dataclass(frozen=True)
class Told:
    """The parts of an explanation that a phase decides."""

    doing: str
    then: str
    holds: tuple[Hold, ...] = ()
    changes: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()


def moving(record: Record, seen: Surroundings) -> Told:
    """Return what a rollout does that neither serves under judgement nor has ended."""
    if record.phase is Phase.ROLLING_BACK:
        return _rolling_back(record, seen)
    if record.phase is Phase.EVALUATING:
        return _evaluating(record)
    if record.phase is Phase.SHIFTING:
        return _shifting(record, seen)
    if record.phase is Phase.PLANNED:
        return Told(
            doing="It is planned and holds the endpoint; nothing was moved yet",
            then="It moves by itself within minutes; an execution that died is replaced",
        )
    return _arranging(record)


_ARRANGING = {
    Phase.STAGING: (
        "The canary's variant is being built beside those that serve",
        "once it is there the rollout goes on by itself",
        "it is given up and what was built is taken off again",
    ),
    Phase.SETTLING: (
        "The canary serves everything, verified; a configuration that says so is being put in use",
        "once it is in use the rollout is PROMOTED",
        "it is given up and PROMOTED all the same; what is left is told",
    ),
    Phase.TAKING_OFF: (
        "The safe weights are verified; the canary's variant is being taken off again",
        "once it is off the rollout is ROLLED_BACK",
        "it is given up and ROLLED_BACK all the same; what is left is told",
    ),
}


def _arranging(record: Record) -> Told:
    doing, done, late = _ARRANGING[record.phase]
    asked = record.arranged
    if asked is None or asked.reached_at is not None:
        return Told(doing=doing, then=capital(done))
    last = asked.at + ARRANGED_WITHIN
    waits = Hold(
        kind="aws",
        said=f"SageMaker is asked for configuration {asked.config} since {moment(asked.at)}"
        + (f": {asked.failed}" if asked.failed else ""),
    )
    return Told(
        doing=doing,
        then=f"{capital(done)}; at {moment(last)} {late}",
        holds=(waits,),
        changes=("DescribeEndpoint says InService with that configuration",),
        deadlines=(Deadline(at=last, then=late),),
    )


def _evaluating(record: Record) -> Told:
    quality = record.plan.quality
    policy = quality.on_inconclusive if quality else "hold"
    undecided = {
        "hold": "it waits for more labelled records or a person",
        "proceed": "it goes on, as the spec says",
        "roll_back": "it is taken back, as the spec says",
    }[policy]
    return Told(
        doing="The canary has no traffic; the labelled set goes through both variants",
        then=f"Not shown worse it goes on by itself, shown worse it is taken back; if the set "
        f"cannot decide {undecided}",
        holds=(Hold(kind="labelled set", said="The labelled set is not through yet"),),
        changes=("Its records are answered, or they decide before all of them are",),
    )


def _shifting(record: Record, seen: Surroundings) -> Told:
    asked = record.asked
    to = percent(record.share)
    if asked is None:
        return Told(
            doing=f"The move to {to} is claimed; its weights are about to be asked for",
            then="It moves by itself within minutes; an execution that died is replaced",
        )
    late = asked.at + timedelta(minutes=record.plan.overdue_minutes)
    back = "it is taken back: the asked weights do not serve"
    said = f"Asked at {moment(asked.at)} for {describe(asked.target)}"
    return Told(
        doing=f"On the way to {to}: SageMaker is asked, and does not serve it yet",
        then=f"It goes on by itself once these weights serve; at {moment(late)} {back}",
        holds=(Hold(kind="aws", said=f"{said}; the endpoint is {seen.standing}"),),
        changes=("DescribeEndpoint shows these weights, InService",),
        deadlines=(Deadline(at=late, then=back),),
    )


def _rolling_back(record: Record, seen: Surroundings) -> Told:
    restoring = record.restoring
    why = f": {record.decision.reason}" if record.decision else ""
    doing = f"On the way to the safe weights, {describe(record.plan.safe_target)}{why}"
    if restoring is None:
        return Told(doing=doing, then="They are asked for by itself, until they serve")
    if restoring.verified_at is not None:
        return Told(
            doing=f"{doing}. They serve, seen at {moment(restoring.verified_at)}",
            then="It ends ROLLED_BACK once they are seen again and instances are given back",
        )
    last = (restoring.patient_from or restoring.began_at) + RESTORE_OVERDUE
    said = (
        f"Asked {restoring.asks} times, accepted {restoring.accepted}; "
        f"the endpoint is {seen.standing}"
    )
    holds = [Hold(kind="aws", said=said)]
    changes = ["DescribeEndpoint shows the safe weights, InService"]
    if restoring.denied_since is not None:
        last = min(last, restoring.denied_since + DENIED_AT_MOST)
        refused = f"SageMaker refuses the change since {moment(restoring.denied_since)}"
        holds.append(Hold(kind="aws", said=f"{refused}: {restoring.denial}"))
        changes.append("What is refused is allowed again; it is asked for until then")
    ends = "it ends UNPROVEN and a person is paged"
    return Told(
        doing=doing,
        then=f"It asks until the safe weights serve; at {moment(last)} {ends}",
        holds=tuple(holds),
        changes=tuple(changes),
        deadlines=(Deadline(at=last, then=ends),),
    )
