"""The explanation of a rollout, put together by its phase."""

import re
from datetime import datetime

from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.rollout.phase import SERVING, Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import FreezeList, Surroundings
from canary.domain.rollout.tick import Tick
from canaryctl.explain import serving
from canaryctl.explain.ended import ended, never
from canaryctl.explain.moving import Told, moving
from canaryctl.explain.values import Explanation, Hold
from canaryctl.operate.freezes import unknown

NOT_FROZEN = FreezeList()


def explanation(
    record: Record,
    verdict: VerdictRecord | None,
    tick: Tick | None,
    now: datetime,
    freezes: FreezeList = NOT_FROZEN,
) -> Explanation:
    """Return why a rollout is where it is at `now`, an aware time; `verdict` and `tick` are its
    newest, None before the first; `freezes` those that hold for everybody.
    """
    seen = Surroundings(tick, now, NOT_FROZEN if freezes.unseen else freezes)
    if record.phase in SERVING:
        return _serving(record, verdict, seen).but(unknown=unknown(freezes) or None)
    told = ended(record) if record.ended else moving(record, seen)
    return _of(record, verdict, told).but(commands=_commands(record, ()))


def of_nothing(endpoint: str, table: str) -> Explanation:
    """Return the explanation of an endpoint that never had a rollout in a table."""
    told = never(endpoint, table)
    return Explanation(endpoint=endpoint, doing=told.doing, then=told.then, changes=told.changes)


def addressed(found: Explanation, options: str) -> Explanation:
    """Return an explanation whose commands carry these options, '' for none: typed as they stand
    they mean the stack that was asked about.
    """
    return found.but(
        changes=tuple(_SHOWN.sub(rf"\1{options}`", change) for change in found.changes),
        then=_SHOWN.sub(rf"\1{options}`", found.then),
        commands=tuple(f"{command}{options}" for command in found.commands),
    )


_SHOWN = re.compile(r"(`canaryctl [^`]+)`")


def _of(record: Record, verdict: VerdictRecord | None, told: Told) -> Explanation:
    return Explanation(
        endpoint=record.endpoint,
        rollout=record.rollout,
        phase=record.phase,
        canary=record.canary,
        step=record.step,
        steps=record.plan.last_step,
        share=record.share,
        doing=told.doing,
        holds=told.holds,
        changes=told.changes,
        then=told.then,
        deadlines=told.deadlines,
        newest=serving.at_verdict(verdict),
    )


def _serving(record: Record, verdict: VerdictRecord | None, seen: Surroundings) -> Explanation:
    judgement = serving.judgement_of(record, verdict)
    standing = serving.guards(record, judgement)
    if record.decision is not None:
        return _decided(record, verdict, seen)
    holds = tuple(serving.holds(record, verdict, seen))
    known = tuple(sorted(serving.deadlines(record, verdict, seen), key=lambda one: one.at))
    evidence = judgement.evidence if judgement and record.step else None
    told = Told(
        doing=serving.doing(record),
        then=serving.then(record, holds, known),
        holds=holds,
        changes=tuple(serving.changes(record, judgement, standing, holds)),
        deadlines=known,
    )
    return _of(record, verdict, told).but(
        guards=standing,
        when=serving.earliest(record, judgement, standing, holds, seen.now),
        log_worse=evidence and evidence.log_roll_back,
        log_worse_threshold=evidence and evidence.log_roll_back_threshold,
        commands=_commands(record, holds),
    )


def _decided(record: Record, verdict: VerdictRecord | None, seen: Surroundings) -> Explanation:
    """Return what a serving rollout whose next move is decided waits for."""
    decision, asked = record.decision, record.capacity and record.capacity.asked
    back = decision is not None and decision.verdict == "ROLL_BACK"
    where = "back to the safe weights" if back else "on"
    holds: tuple[Hold, ...] = ()
    if record.raising and asked:
        holds = (Hold(kind="instances", said=f"Waiting for {asked.change.words}"),)
    told = Told(
        doing=serving.doing(record),
        then=f"It goes {where} by itself within minutes; an execution that died is replaced",
        holds=holds,
    )
    return _of(record, verdict, told).but(when=seen.now, commands=_commands(record, holds))


def _commands(record: Record, holds: tuple[Hold, ...]) -> tuple[str, ...]:
    """Return what a person may type now, whole."""
    names: tuple[str, ...] = ()
    if record.phase is Phase.UNPROVEN:
        names = ("retry", "release")
    elif record.phase is Phase.PROMOTED:
        names = ("rollback",)
    elif record.phase is Phase.ROLLING_BACK:
        names = ("release",)
    elif not record.ended and record.phase not in {Phase.SETTLING, Phase.TAKING_OFF}:
        paused = any(hold.kind == "pause" for hold in holds)
        names = ("resume" if paused else "pause", "promote", "rollback")
    commands = [f"canaryctl {name} {record.endpoint}" for name in names]
    if record.awaited_approval is not None and not record.ended:
        share = f"{record.awaited_approval.share:g}"
        commands.insert(0, f"canaryctl approve {record.endpoint} --share {share}")
    return tuple(commands)
