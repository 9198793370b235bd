"""A verdict becomes a decision: recorded before the machine wakes, never over a roll-back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from canary.domain.rollout.blindness import blind_since
from canary.domain.rollout.brakes import Held, Situation, held
from canary.domain.rollout.kinds.looks import HoldingAtGate, NeedsLook
from canary.domain.rollout.kinds.values import Act, Numbers
from canary.domain.rollout.outbox import About, tell_once
from canary.domain.rollout.phase import FINISHING, Phase
from canary.domain.rollout.record import Decision, Record
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.transitions import approvals, waits
from canary.domain.rollout.transitions.pauses import resume


@dataclass(frozen=True)
class Weighed:
    """What one look came to. `gate_open` is False while the labelled set has not passed;
    `guard` is the one that settled it; `notices` are what a person may want to know, told once a
    step by what stands before the first colon; `deadline` is when a step that goes on being held
    is taken back; `numbers` are those of the guard that speaks loudest. `held` is the brake that
    made a HOLD of an ADVANCE, `known` what
    the judge said of the evidence, `ripe` whether it is time to ask for an approval of the next
    share.
    """

    step: int
    verdict: Literal["ADVANCE", "HOLD", "ROLL_BACK"]
    reason: str
    by: Literal["judge", "alarm", "person", "fault"]
    guard: str | None = None
    gate_open: bool = True
    notices: tuple[str, ...] = ()
    deadline: datetime | None = None
    numbers: Numbers | None = None
    held: Held | None = None
    known: str = ""
    ripe: bool = False


def decide(record: Record, decision: Decision) -> Record:
    """Return the record with a verdict to carry out; unchanged when it may not be.

    ROLL_BACK needs only a rollout that has not ended, and is never overwritten. ADVANCE needs the
    step it was judged at, still baking, and no roll-back.
    """
    if record.ended or record.rolling_back or record.phase in FINISHING:
        return record
    if decision.verdict == "ADVANCE":
        ready = record.phase in {Phase.EVALUATING, Phase.BAKING, Phase.WATCHING}
        if not ready or record.step != decision.step or record.decision is not None:
            return record
    return record.but(decision=decision)


def judged(record: Record, weighed: Weighed, seen: Surroundings) -> Record:
    """Return the record with what a look came to: its notices, and the decision where one is due.

    Unchanged when the rollout has ended or gone on meanwhile. The brakes are asked again: one may
    have been put on since the verdict was weighed.
    """
    if record.ended or record.step != weighed.step:
        return record
    unseen = seen.blindness(record) if blind_since(seen.tick) is not None else None
    for text in weighed.notices:
        facts = NeedsLook(reason=text, deadline=weighed.deadline, blind=text == unseen)
        record = tell_once(
            record,
            facts,
            text.split(":", 1)[0],
            seen.now,
            seen=seen.serving,
            about=About(numbers=weighed.numbers),
        )
    if weighed.verdict != "ROLL_BACK" and not record.rolling_back:
        known = approvals.Known(weighed.known, seen.serving, weighed.numbers)
        record = approvals.ask(record, weighed.held, known, seen.now, ripe=weighed.ripe)
        record = waits.stand_still(record, weighed.held, seen.now, seen.serving)
    if weighed.verdict == "HOLD":
        gated = record.step == 0 and not weighed.gate_open
        gate = HoldingAtGate(reason=weighed.reason, deadline=weighed.deadline)
        return tell_once(record, gate, "gate", seen.now, seen=seen.serving) if gated else record
    if weighed.verdict == "ADVANCE" and held(Situation(record, seen, weighed.reason)):
        return record
    return decide(record, _decision(record, weighed, seen.now))


def _decision(record: Record, weighed: Weighed, now: datetime) -> Decision:
    goes_on = weighed.verdict == "ADVANCE" and record.phase is not Phase.WATCHING
    return Decision.model_validate(
        {
            "verdict": weighed.verdict,
            "step": record.step,
            "to_step": record.step + 1 if goes_on else None,
            "reason": weighed.reason,
            "by": weighed.by,
            "at": now,
            "guard": weighed.guard if weighed.by == "judge" else None,
            "numbers": weighed.numbers if weighed.by == "judge" else None,
        }
    )


def advance_by_hand(
    record: Record, decision: Decision, command: str, *, full: bool = False
) -> Record:
    """Return the record with a person's advance and the execution of the command that asked for
    it; unchanged when it may not advance. Asked for in `full`, it ends a pause: the later order
    holds.
    """
    decided = decide(record, decision)
    if decided == record:
        return record
    decided = waits.stand_still(decided, None, decision.at)
    decided = resume(decided, decision.at) if full else decided
    return decided.but(obeyed=command)


def roll_back(
    record: Record,
    reason: str,
    by: Literal["alarm", "person", "fault"],
    now: datetime,
    act: Act | None = None,
) -> Record:
    """Return the record with a roll-back that the judge has not asked for; `act` where a person
    did.
    """
    decision = Decision(
        verdict="ROLL_BACK", step=record.step, reason=reason, by=by, at=now, act=act
    )
    return decide(record, decision)
