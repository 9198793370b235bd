"""The first thing a reader sees: what happened, why, and whether the endpoint is safe now, in three
short answers.
"""

from dataclasses import dataclass

from canary.domain.plan.target import describe
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.domain.words import clock, duration, percent
from canaryctl.history import RolloutHistory


@dataclass(frozen=True)
class Summary:
    """`tone`: good | bad | alert | busy, for colour; `badge` the phase in a word; the rest are
    sentences.
    """

    tone: str
    badge: str
    title: str
    happened: str
    why: str
    safe: str


TONES = {
    Phase.PROMOTED: "good",
    Phase.ROLLED_BACK: "bad",
    Phase.UNPROVEN: "alert",
    Phase.HANDED_OVER: "alert",
    Phase.REFUSED: "alert",
}


def summary_of(history: RolloutHistory) -> Summary:
    """Return the three answers for a rollout, ended or not."""
    record = history.record
    return Summary(
        tone=TONES.get(record.phase, "busy"),
        badge=record.phase.replace("_", " ").lower(),
        title=_title(history),
        happened=_happened(record),
        why=_why(history),
        safe=_safe(record),
    )


def _title(history: RolloutHistory) -> str:
    record = history.record
    share = percent(record.plan.steps[record.step].share)
    endings = {
        Phase.PROMOTED: f"The canary was promoted: it serves all traffic of {record.endpoint}",
        Phase.ROLLED_BACK: _taken_back(record, share),
        Phase.HANDED_OVER: f"{record.endpoint} was handed over: it is not this rollout's any more",
        Phase.UNPROVEN: f"{record.endpoint} needs a person: its safe weights could not be verified",
    }
    return endings.get(record.phase, f"The canary is on its way: {share} of {record.endpoint}")


def _taken_back(record: Record, share: str) -> str:
    if record.step == 0:
        return "The canary was stopped before a single live request reached it"
    if record.step == record.plan.last_step:
        return f"The canary was taken back from {share} while it was watched"
    return f"The canary was rolled back at {share}"


def _happened(record: Record) -> str:
    reached = [record.plan.steps[bake.step].share for bake in record.bakes if bake.step]
    way = " → ".join(percent(share) for share in reached)
    took = duration(((record.ended_at or record.progress_at) - record.started_at).total_seconds())
    if not reached:
        return f"The canary stayed at share 0 for the whole {took}."
    start = "From share 0 it went" if record.ended else "So far it went from share 0"
    return f"{start} to {way} in {took}, each step only after the one before had been judged."


def _why(history: RolloutHistory) -> str:
    record = history.record
    if record.decision and record.decision.verdict == "ROLL_BACK":
        return record.decision.reason
    if record.outcome:
        return record.outcome.reason
    if record.decision:
        return record.decision.reason
    return history.verdicts[-1].reason if history.verdicts else "Nothing has been judged yet."


def _safe(record: Record) -> str:
    weights = describe(record.plan.safe_target)
    match record.phase:
        case Phase.PROMOTED:
            return f"Promoted at {_clock(record)}; the other variants are still there at weight 0."
        case Phase.ROLLED_BACK if record.decision:
            seconds = ((record.ended_at or record.decision.at) - record.decision.at).total_seconds()
            return (
                f"Yes, verified at {_clock(record)}, {duration(seconds)} after the "
                f"decision: {weights}."
            )
        case Phase.UNPROVEN:
            return f"Not known. Wanted: {weights}. A person must look, then retry or release."
        case Phase.HANDED_OVER:
            return "Nothing was overwritten; the endpoint's weights are in somebody else's hands."
    return f"If anything goes wrong it returns to {weights}."


def _clock(record: Record) -> str:
    ended = record.ended_at or record.progress_at
    return clock(minute_of(ended))
