"""One look at a rollout: what the judge, the alarms and the brakes make of it, written down."""

from collections.abc import Iterable

from pydantic import JsonValue

from canary.domain.finding import Finding
from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import FROZEN_AFTER_MINUTES, Window
from canary.domain.labelled.evidence import QualityEvidence, finding_of_quality
from canary.domain.rollout.brakes import Situation, held, is_paused
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.tick import Checkpoint
from canary.domain.rollout.transitions import decisions
from canary.domain.time import minute_of
from canary.domain.words import percent
from canary.ports.evidence import EvidenceStore
from canary.ports.quality import QualityStore
from canary.ports.rollouts import Rollouts

CHECKPOINT_EVERY_MINUTES = 10


class Judging:
    """Turns evidence into a recorded verdict and, where one is due, a recorded decision."""

    def __init__(self, rollouts: Rollouts, evidence: EvidenceStore, quality: QualityStore) -> None:
        """Take the stores of records, evidence and labelled-set evidence."""
        self._rollouts = rollouts
        self._evidence = evidence
        self._quality = quality

    def look(self, record: Record, seen: Surroundings) -> Record:
        """Judge a serving rollout as it is `seen` now and return its record with verdict, decision
        and notices written.
        """
        quality = self._quality.load(record.rollout) if record.plan.has_quality else None
        minute = minute_of(seen.now)
        checkpoint = self._evidence.checkpoint(record.rollout)
        through = checkpoint.through_minute if checkpoint else -1
        windows = own_traffic_marked(self._evidence.windows(record.rollout, through + 1), quality)
        settled = [window for window in windows if window.settled(minute)]
        finding = finding_of_quality(quality) if quality else None
        state = checkpoint.state if checkpoint else None
        judgement = judge(record.plan, record.bakes, settled, minute, finding, state)
        self._keep(record.rollout, judgement.checkpoint, through)
        verdict = weigh(record, judgement, finding, seen).but(
            unfrozen=tuple(w for w in settled if w.minute >= minute - FROZEN_AFTER_MINUTES)
        )
        self._evidence.save_verdict(verdict)
        weighed = decisions.Weighed(
            step=verdict.step,
            verdict=verdict.verdict,
            reason=verdict.reason,
            by=verdict.by,
            gate_open=finding is None or finding.label == "PASS",
            notices=judgement.notices,
        )
        return self._rollouts.change(record.rollout, lambda r: decisions.judged(r, weighed, seen))

    def _keep(self, rollout: str, state: JsonValue, kept_through: int) -> None:
        """Keep the judge's state every ten frozen minutes."""
        through = state.get("through") if isinstance(state, dict) else None
        if isinstance(through, int) and through >= kept_through + CHECKPOINT_EVERY_MINUTES:
            self._evidence.save_checkpoint(
                Checkpoint(rollout=rollout, through_minute=through, state=state)
            )


def own_traffic_marked(
    windows: Iterable[Window], quality: QualityEvidence | None
) -> tuple[Window, ...]:
    """Return the windows with the evaluator's minutes, and one on each side of them, marked as own
    traffic.
    """
    called = set(quality.called_minutes) if quality else set()
    near = called | {minute + 1 for minute in called} | {minute - 1 for minute in called}
    return tuple(w.but(own_traffic=True) if w.minute in near else w for w in windows)


def weigh(
    record: Record, judgement: Judgement, quality: Finding | None, seen: Surroundings
) -> VerdictRecord:
    """Return the verdict record: the judge's verdict, overruled by an alarm in ALARM, its ADVANCE
    held back by the brakes.
    """
    verdict, reason, by = judgement.verdict, judgement.reason, "judge"
    alarm = seen.ringing(record)
    if alarm and verdict != "ROLL_BACK":
        verdict, reason, by = "ROLL_BACK", alarm_reason(alarm, record), "alarm"
    elif verdict == "ADVANCE" and (braked := held(Situation(record, seen, reason))):
        verdict, reason, by = "HOLD", braked.reason, braked.by
    return VerdictRecord.model_validate(
        {
            "rollout": record.rollout,
            "minute": judgement.minute,
            "revision": record.revision,
            "step": record.step,
            "verdict": verdict,
            "reason": reason,
            "by": by,
            "paused": is_paused(record, seen.now),
            "bakes": record.bakes,
            "quality": quality.model_dump(mode="json") if quality else None,
            "judgement": _plain(judgement),
        }
    )


def alarm_reason(name: str, record: Record) -> str:
    """Return why an alarm in ALARM takes the canary back."""
    return f"Alarm {name} went into ALARM while {record.canary} had {percent(record.share)}"


def _plain(judgement: Judgement) -> JsonValue:
    plain: JsonValue = judgement.model_dump(mode="json", exclude={"checkpoint"})
    return plain
