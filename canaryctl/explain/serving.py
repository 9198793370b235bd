"""A canary that serves: its evidence, its brakes, its limits."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from canary.domain.judge.judgement import Judgement
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.plan.standstill import Standstill
from canary.domain.rollout.blindness import HEARTBEAT, blind_since
from canary.domain.rollout.brakes import Brake, Situation
from canary.domain.rollout.brakes.people import advised, not_approved, paused_words
from canary.domain.rollout.brakes.seen import (
    alarm_unclear,
    blind,
    endpoint_not_settled,
    no_instances,
)
from canary.domain.rollout.brakes.times import closed_now, freezes_unread
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.time import start_of
from canary.domain.words import capital, duration, moment, percent, strength, strength_beside
from canary.flow.judge import deadline_of
from canaryctl.explain.values import Deadline, GuardStanding, Hold, HoldKind

BRAKES: tuple[tuple[HoldKind, Brake], ...] = (
    ("blind", blind),
    ("endpoint", endpoint_not_settled),
    ("alarm", alarm_unclear),
    ("instances", no_instances),
    ("freeze", freezes_unread),
    ("hours", closed_now),
    ("approval", not_approved),
    ("advice", advised),
)
"""What may hold a step up besides evidence and a pause, each by itself."""
BY_PEOPLE = frozenset({"approval", "advice"})
"""What no time ends so that it goes on: a person does."""
OTHERWISE = "; otherwise: "


def judgement_of(record: Record, verdict: VerdictRecord | None) -> Judgement | None:
    """Return what the judge found at the step the record is at, None where it has not yet."""
    if verdict is None or verdict.judgement is None or verdict.step != record.step:
        return None
    return Judgement.model_validate(verdict.judgement)


def holds(record: Record, verdict: VerdictRecord | None, seen: Surroundings) -> list[Hold]:
    """Return all that keeps a serving canary where it is: the judge first, then every brake that
    would hold a step up now.
    """
    found = [*_judged(record, judgement_of(record, verdict)), *_braked(record, seen)]
    waits = record.waits_at(seen.now)
    if waits is not None and waits.kind == "place":
        judged = verdict is not None and verdict.verdict == "HOLD" and verdict.step == record.step
        said = verdict.reason.split(OTHERWISE)[0] if verdict and judged else capital(waits.words)
        found.append(Hold(kind="place", said=said))
    elif waits is not None and all(hold.kind != waits.kind for hold in found):
        kind: HoldKind = waits.kind
        found.append(Hold(kind=kind, said=capital(waits.words), until=waits.until))
    return found


def _judged(record: Record, judgement: Judgement | None) -> Iterator[Hold]:
    kind: HoldKind = "evidence" if record.step else "labelled set"
    if judgement is None:
        yield Hold(kind=kind, said="It serves this share and no closed minute of it is judged yet")
    elif judgement.verdict == "HOLD":
        yield Hold(kind=kind, said=judgement.reason)


def _braked(record: Record, seen: Surroundings) -> Iterator[Hold]:
    paused = record.pause_at(seen.now)
    if paused is not None:
        yield Hold(kind="pause", said=paused_words(record, seen.now), until=paused.until)
    for kind, brake in BRAKES:
        found = brake(Situation(record, seen, ""))
        if found is None:
            continue
        said = found.reason.removesuffix(OTHERWISE).removesuffix(": ")
        if kind == "approval" and not_yet_awaited(record):
            yield Hold(kind=kind, said=_needed(record))
        elif kind == "hours" and found.still is not None:
            yield Hold(kind=found.still.kind, said=said, until=found.still.until)
        else:
            yield Hold(kind=kind, said=said, until=_until(kind, found.still, record))


def not_yet_awaited(record: Record) -> bool:
    """Return whether an approval is needed whose time has not begun: something else holds it."""
    needed = record.awaited_approval
    return needed is not None and needed.answer is None and needed.awaited_from is None


def _needed(record: Record) -> str:
    waits = duration(60 * record.plan.brakes.approve_within_minutes)
    return (
        f"A person has to approve {percent(record.next_share or 1.0)}; once nothing else holds it, "
        f"it waits {waits} for that"
    )


def _until(kind: HoldKind, still: Standstill | None, record: Record) -> datetime | None:
    if still is not None:
        return still.until
    missing = record.capacity.missing if record.capacity else None
    return missing.again_at if missing and kind == "instances" else None


def guards(record: Record, judgement: Judgement | None) -> tuple[GuardStanding, ...]:
    """Return how far every guard of the step is from its thresholds."""
    if judgement is None or record.step == 0:
        return ()
    findings = {finding.guard: finding for finding in judgement.findings}
    needed = judgement.evidence.log_advance_threshold
    return tuple(
        GuardStanding(
            guard=one.guard,
            finding=findings[one.guard].label,
            reason=findings[one.guard].reason,
            log_worse=one.log_roll_back,
            log_good_enough=one.log_advance,
            log_good_enough_threshold=needed,
            minutes_to_pass=0 if findings[one.guard].label == "PASS" else one.minutes_to(needed),
        )
        for one in judgement.evidence.guards
        if one.guard in findings
    )


def changes(
    record: Record,
    judgement: Judgement | None,
    standing: Sequence[GuardStanding],
    found: Sequence[Hold],
) -> Iterator[str]:
    """Yield what would let it go on, and what would take it back."""
    for guard in () if record.phase is Phase.WATCHING else standing:
        if guard.finding != "PASS":
            yield _to_pass(guard)
    for hold in found:
        if hold.until is not None and hold.kind in _ENDS:
            yield f"{_ENDS[hold.kind]} ends at {moment(hold.until)}"
    for kind, told in _BY_A_PERSON.items():
        if any(hold.kind == kind for hold in found):
            yield told.format(endpoint=record.endpoint, share=_next(record))
    if judgement is not None and record.step:
        evidence = judgement.evidence
        yield (
            f"It is taken back when the evidence against it reaches "
            f"{strength(evidence.log_roll_back_threshold)}; it is "
            f"{strength_beside(evidence.log_roll_back, evidence.log_roll_back_threshold)} now"
        )


_ENDS: dict[HoldKind, str] = {
    "pause": "The pause",
    "hours": "The wait for its hours",
    "freeze": "The freeze",
    "instances": "The wait for instances",
}
_BY_A_PERSON: dict[HoldKind, str] = {
    "pause": "`canaryctl resume {endpoint}` ends the pause now",
    "approval": "`canaryctl approve {endpoint} --share {share}` gives the approval",
    "advice": "`canaryctl promote {endpoint}` takes the step",
    "place": "A canary that serves now has to end; `canaryctl promote {endpoint}` does not wait",
    "labelled set": "More labelled records decide it, or `canaryctl promote {endpoint}`",
}


def _next(record: Record) -> str:
    return f"{record.next_share:g}" if record.next_share is not None else "1"


def _to_pass(guard: GuardStanding) -> str:
    if guard.finding == "NO_DATA":
        return f"{capital(guard.reason)}; it cannot pass without"
    has = strength_beside(guard.log_good_enough, guard.log_good_enough_threshold)
    needs = strength(guard.log_good_enough_threshold)
    told = f"{guard.guard} passes when its evidence reaches {needs}; it is {has} now"
    if guard.minutes_to_pass is None:
        return f"{told}, and does not grow with minutes like these so far"
    return f"{told}, about {duration(60 * guard.minutes_to_pass)} more like these"


def earliest(
    record: Record,
    judgement: Judgement | None,
    standing: Sequence[GuardStanding],
    found: Sequence[Hold],
    now: datetime,
) -> datetime | None:
    """Return when it may go on at the earliest if minutes stay as they are; None where something
    holds it of which nobody can know when it ends.
    """
    if judgement is None or record.step == 0:
        return None
    least = [now, *(hold.until for hold in found if hold.until is not None)]
    others = [hold for hold in found if hold.kind != "evidence"]
    if any(hold.kind in BY_PEOPLE or hold.until is None for hold in others):
        return None
    least.append(_least_end(record))
    if record.phase is not Phase.WATCHING:
        if any(guard.minutes_to_pass is None for guard in standing):
            return None
        least += [now + timedelta(minutes=guard.minutes_to_pass or 0) for guard in standing]
    return max(least)


def _least_end(record: Record) -> datetime:
    """Return when the minimum bake, or the watch, is over."""
    step = record.plan.steps[record.step]
    watch = record.phase is Phase.WATCHING
    minutes = record.plan.watch_minutes if watch else step.bake_min_minutes
    return start_of(record.bakes[-1].reached_minute + 1 + minutes)


def deadlines(
    record: Record, verdict: VerdictRecord | None, seen: Surroundings
) -> Iterator[Deadline]:
    """Yield what happens by itself, the next first."""
    since = blind_since(seen.tick)
    if since is None and seen.tick is not None and seen.fresh is None:
        since = seen.tick.minute
    if since is not None:
        back = "it is taken back: ten minutes went by without a look that saw everything"
        yield Deadline(at=start_of(since) + HEARTBEAT, then=back)
        return
    yield from _approval_over(record)
    judgement = judgement_of(record, verdict)
    if judgement is None or judgement.held is None or verdict is None:
        return
    judged_at = Surroundings(
        seen.tick, max(start_of(verdict.minute), seen.now - timedelta(minutes=1))
    )
    last = deadline_of(record, judgement.held, judged_at)
    if last is None:
        return
    late = last - timedelta(minutes=judgement.held.limit_minutes - judgement.held.longest_minutes)
    at_once = record.plan.on_inconclusive == "roll_back" and record.phase is Phase.BAKING
    if not judgement.held.late:
        told = (
            "it is taken back, as the spec says" if at_once else "a person is told that it is late"
        )
        yield Deadline(at=late, then=f"without an answer {told}")
    if not at_once:
        yield Deadline(at=last, then="it is taken back: it may be held no longer")


def _approval_over(record: Record) -> Iterator[Deadline]:
    needed, keys = record.awaited_approval, record.plan.brakes
    if needed is None or needed.awaited_from is None or needed.answer is not None:
        return
    over = needed.awaited_from + timedelta(minutes=keys.approve_within_minutes)
    back = keys.on_unapproved == "roll_back"
    then = "it is taken back" if back else "it is held and its limits run again"
    yield Deadline(at=over, then=f"without an approval {then}")


def doing(record: Record) -> str:
    """Return what a serving canary does."""
    if record.decision is not None:
        return f"Decided and being carried out: {record.decision.reason}"
    if record.phase is Phase.WATCHING:
        return (
            f"{record.canary} serves everything and is watched against what the baseline last was"
        )
    if record.step == 0:
        return f"{record.canary} has no traffic; the labelled set is judged"
    control = record.plan.control
    beside = f" against {control} alone" if control else ""
    return f"{record.canary} serves {percent(record.share)} and is judged every minute{beside}"


def then(record: Record, found: Sequence[Hold], known: Sequence[Deadline]) -> str:
    """Return what happens if nobody acts."""
    goes_on = f"goes on to {percent(record.next_share)}" if record.next_share else "is promoted"
    first = f"It {goes_on} by itself when its evidence is enough and nothing else holds it"
    if any(hold.kind == "advice" for hold in found):
        first = "It only advises: it stays where it is until a person takes the step"
    if any(hold.kind == "approval" for hold in found):
        first = f"It does not go on to {percent(record.next_share or 1.0)} without an approval"
    if any(hold.kind == "blind" for hold in found):
        first = "It does not go on while nobody sees everything"
    rest = "; ".join(f"at {moment(one.at)} {one.then}" for one in known)
    return f"{first}. {capital(rest)}" if rest else first


def at_verdict(verdict: VerdictRecord | None) -> datetime | None:
    """Return when it was last judged."""
    return None if verdict is None else start_of(verdict.minute)
