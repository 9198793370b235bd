"""What one line of the live view says, as a plain value; nothing here draws."""

from dataclasses import dataclass
from datetime import datetime

from canary.domain.judge.judgement import Evidence, Judgement, Nearness, nearness, towards
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.plan.standstill import Standstill
from canary.domain.rollout.blindness import STALE_TICK_MINUTES
from canary.domain.rollout.phase import SERVING, Phase
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.domain.words import brief_strength, clock, percent

UNKNOWN = frozenset({Phase.HANDED_OVER, Phase.UNPROVEN})
"""Ends of which nobody here can say what serves."""


@dataclass(frozen=True)
class Gauge:
    """Evidence on its way to a threshold, both as natural logarithms."""

    log_value: float
    log_threshold: float

    @property
    def filled(self) -> float:
        """Return the part of the way on a logarithmic scale, 0-1; 0 while the evidence says
        nothing.
        """
        return towards(self.log_value, self.log_threshold)

    @property
    def words(self) -> str:
        """Return evidence and threshold side by side, such as 12/40."""
        return f"{brief_strength(self.log_value)}/{brief_strength(self.log_threshold)}"


@dataclass(frozen=True)
class LiveRow:
    """One rollout at one moment. `step` counts from 0 (the gate) to `steps`; `minute` since its
    start.

    `worse` is the evidence for rolling back, `better` that of the guard furthest from passing; None
    before any. `nearness` is how near a canary that serves is to being taken back, `late` whether
    its step was held longer than its longest bake.
    """

    name: str
    phase: str
    step: int
    steps: int
    share: float
    minute: int
    worse: Gauge | None
    better: Gauge | None
    verdict: str
    reason: str
    paused: bool = False
    waits: Standstill | None = None
    """For what a step up that evidence allows waits, and until when."""
    ended: bool = False
    nearness: Nearness = "calm"
    late: bool = False

    @property
    def state(self) -> str:
        """Return the phase with what a person has to know of it at once."""
        own = (("late", self.late), ("paused", self.paused))
        marks = [mark for mark, on in (*self._near, *own, *self._waiting) if on]
        return f"{self.phase} ({', '.join(marks)})" if marks else self.phase

    @property
    def served(self) -> str:
        """Return the canary's share; a question mark where nobody here can know it."""
        return "?" if self.phase in UNKNOWN else percent(self.share)

    @property
    def word(self) -> str:
        """Return the verdict that the reason belongs to; '' where no verdict ended it."""
        return "" if self.phase in UNKNOWN else self.verdict.replace("_", " ")

    @property
    def _near(self) -> tuple[tuple[str, bool], ...]:
        return (
            ("rising", self.nearness == "rising"),
            ("close", self.nearness == "close"),
        )

    @property
    def _waiting(self) -> tuple[tuple[str, bool], ...]:
        return ((self.waits.words, True),) if self.waits else ()


def row_of(name: str, record: Record, verdict: VerdictRecord | None, now: datetime) -> LiveRow:
    """Return the line of a rollout; evidence of another step than the record's is not shown."""
    until = record.ended_at or now
    worse, better = _gauges(record, verdict)
    return LiveRow(
        name=name,
        phase=record.phase,
        step=record.step,
        steps=record.plan.last_step,
        share=record.share,
        minute=minute_of(until) - minute_of(record.started_at),
        worse=worse,
        better=better,
        verdict=_verdict(record, verdict),
        reason=f"{_unseen(record, verdict, now)}{_reason(record, verdict)}",
        paused=record.pause_at(now) is not None,
        waits=record.waits_at(now),
        ended=record.ended,
        nearness=_nearness(record, worse),
        late=_late(record, verdict),
    )


def _late(record: Record, verdict: VerdictRecord | None) -> bool:
    """Return whether a step that serves is held longer than its longest bake."""
    if verdict is None or verdict.judgement is None or verdict.step != record.step:
        return False
    held = Judgement.model_validate(verdict.judgement).held
    return record.phase in SERVING and held is not None and held.late


def _nearness(record: Record, worse: Gauge | None) -> Nearness:
    """Return how near a canary that serves is to being taken back; calm where none serves."""
    if worse is None or record.phase not in SERVING or record.rolling_back:
        return "calm"
    return nearness(worse.log_value, worse.log_threshold)


def _unseen(record: Record, verdict: VerdictRecord | None, now: datetime) -> str:
    """Return since when nobody has judged a canary that serves, '' where somebody has just now."""
    if verdict is None or record.phase not in SERVING or record.decision:
        return ""
    minutes = minute_of(now) - verdict.minute
    if minutes <= STALE_TICK_MINUTES:
        return ""
    return f"NOBODY LOOKS since {clock(verdict.minute)} ({minutes} min); before: "


def _gauges(record: Record, verdict: VerdictRecord | None) -> tuple[Gauge | None, Gauge | None]:
    if verdict is None or verdict.judgement is None or verdict.step == 0:
        return None, None
    evidence = Judgement.model_validate(verdict.judgement).evidence
    worse = Gauge(evidence.log_roll_back, evidence.log_roll_back_threshold)
    current = (
        verdict.step == record.step
        and verdict.step < record.plan.last_step
        and record.phase in SERVING
    )
    return worse, _furthest(evidence) if current else None


def _furthest(evidence: Evidence) -> Gauge:
    weakest = min(guard.log_advance for guard in evidence.guards)
    return Gauge(weakest, evidence.log_advance_threshold)


def _verdict(record: Record, verdict: VerdictRecord | None) -> str:
    if record.decision and record.decision.verdict == "ROLL_BACK":
        return "ROLL_BACK"
    return verdict.verdict if verdict else ""


def _reason(record: Record, verdict: VerdictRecord | None) -> str:
    if record.ended and record.outcome:
        return record.outcome.reason
    if record.raising and record.capacity and record.capacity.asked:
        return f"waiting for {record.capacity.asked.change.words}"
    if record.decision:
        return record.decision.reason
    if verdict and verdict.step == record.step:
        return verdict.reason
    return WAITING.get(record.phase, "")


WAITING = {
    Phase.PLANNED: "planned; nothing was moved yet",
    Phase.STAGING: "building the canary's variant beside those that serve",
    Phase.SETTLING: "promoted; putting a configuration in use that says so",
    Phase.TAKING_OFF: "safe; taking the canary's variant off again",
    Phase.EVALUATING: "sending the labelled set to both variants",
    Phase.SHIFTING: "waiting for the endpoint to serve the asked weights",
    Phase.BAKING: "serving; waiting for the first closed minutes",
    Phase.WATCHING: "serving alone; waiting for the first closed minutes",
}
