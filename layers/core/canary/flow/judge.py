"""One look at a rollout: what the judge, the alarms and the person on call make of it, written
down.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import JsonValue

from canary.domain.finding import Finding
from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import FROZEN_AFTER_MINUTES, Window
from canary.domain.labelled.evidence import QualityEvidence, finding_of_quality
from canary.domain.rollout import messages, transitions
from canary.domain.rollout.outbox import noticing
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision, Record
from canary.domain.rollout.tick import Checkpoint, Tick
from canary.domain.time import minute_of
from canary.domain.words import moment, percent
from canary.ports.evidence import EvidenceStore
from canary.ports.quality import QualityStore
from canary.ports.rollouts import Rollouts

STALE_TICK_MINUTES = 3
CHECKPOINT_EVERY_MINUTES = 10


class Judging:
    """Turns evidence into a recorded verdict and, where one is due, a recorded decision."""

    def __init__(self, rollouts: Rollouts, evidence: EvidenceStore, quality: QualityStore) -> None:
        """Take the stores of records, evidence and labelled-set evidence."""
        self._rollouts = rollouts
        self._evidence = evidence
        self._quality = quality

    def look(self, record: Record, now: datetime) -> Record:
        """Judge a serving rollout and return its record with verdict, decision and notices
        written.
        """
        tick = self._evidence.tick(record.rollout)
        quality = self._quality.load(record.rollout) if record.plan.has_quality else None
        minute = minute_of(now)
        checkpoint = self._evidence.checkpoint(record.rollout)
        through = checkpoint.through_minute if checkpoint else -1
        windows = own_traffic_marked(self._evidence.windows(record.rollout, through + 1), quality)
        settled = [window for window in windows if window.settled(minute)]
        finding = finding_of_quality(quality) if quality else None
        state = checkpoint.state if checkpoint else None
        judgement = judge(record.plan, record.bakes, settled, minute, finding, state)
        self._keep(record.rollout, judgement.checkpoint, through)
        verdict = weigh(
            record,
            judgement,
            finding,
            fresh_alarms(tick, minute),
            now,
            unsettled(record, tick, minute),
        )
        verdict = verdict.but(
            unfrozen=tuple(w for w in settled if w.minute >= minute - FROZEN_AFTER_MINUTES)
        )
        self._evidence.save_verdict(verdict)
        return self._rollouts.change(
            record.rollout, lambda r: _apply(r, verdict, judgement, finding, now)
        )

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


def fresh_alarms(tick: Tick | None, minute: int) -> dict[str, str]:
    """Return the alarm states of a tick not older than three minutes; older ones say nothing."""
    return tick.alarms if tick and minute - tick.minute <= STALE_TICK_MINUTES else {}


def unsettled(record: Record, tick: Tick | None, minute: int) -> str:
    """Return why the endpoint is in no state to be moved or called promoted; '' when it is.

    Only a tick since the step was reached says something: an older one saw the endpoint on its way.
    At share 0 none is needed, since whoever moves looks first.
    """
    if record.step == 0 or not record.bakes:
        return ""
    if tick is None or minute - tick.minute > STALE_TICK_MINUTES:
        return (
            f"Nobody could look at endpoint {record.endpoint} in the last "
            f"{STALE_TICK_MINUTES} minutes"
        )
    if tick.minute <= record.bakes[-1].reached_minute or tick.endpoint.serves(
        record.expected_target
    ):
        return ""
    return (
        f"Endpoint {record.endpoint} is {tick.endpoint.status}: it must serve the asked "
        "weights InService first"
    )


def weigh(
    record: Record,
    judgement: Judgement,
    quality: Finding | None,
    alarms: dict[str, str],
    now: datetime,
    endpoint_trouble: str = "",
) -> VerdictRecord:
    """Return the verdict record: the judge's verdict, overruled by alarms, held back by endpoint
    and pause.
    """
    verdict, reason, by = judgement.verdict, judgement.reason, "judge"
    paused = record.paused_until is not None and record.paused_until > now
    alarm = ringing(record, alarms)
    if alarm and verdict != "ROLL_BACK":
        verdict, by = "ROLL_BACK", "alarm"
        reason = alarm_reason(alarm, record)
    elif verdict == "ADVANCE" and endpoint_trouble:
        verdict, reason = "HOLD", endpoint_trouble
    elif verdict == "ADVANCE" and record.step > 0 and _unclear(record, alarms):
        verdict, by, reason = "HOLD", "alarm", _unclear(record, alarms)
    elif verdict == "ADVANCE" and paused:
        verdict, by = "HOLD", "person"
        reason = f"Paused until {moment(record.paused_until or now)}; otherwise: {judgement.reason}"
    return VerdictRecord.model_validate(
        {
            "rollout": record.rollout,
            "minute": judgement.minute,
            "revision": record.revision,
            "step": record.step,
            "verdict": verdict,
            "reason": reason,
            "by": by,
            "paused": paused,
            "bakes": record.bakes,
            "quality": quality.model_dump(mode="json") if quality else None,
            "judgement": _plain(judgement),
        }
    )


def ringing(record: Record, alarms: dict[str, str]) -> str | None:
    """Return the first guard alarm in ALARM, None when there is none."""
    return next((name for name in record.plan.alarms if alarms.get(name) == "ALARM"), None)


def alarm_reason(name: str, record: Record) -> str:
    """Return why an alarm in ALARM takes the canary back."""
    return f"Alarm {name} went into ALARM while {record.canary} had {percent(record.share)}"


def _unclear(record: Record, alarms: dict[str, str]) -> str:
    """Return why the guard alarms do not allow an advance; '' when all of them are OK."""
    for name in record.plan.alarms:
        state = alarms.get(name, "not seen in the last minutes")
        if state != "OK":
            return (
                f"Alarm {name} is {state}: it must be OK before the share rises. Check that "
                "its metric gets data "
                "(TreatMissingData) and that it still exists"
            )
    return ""


def _plain(judgement: Judgement) -> JsonValue:
    plain: JsonValue = judgement.model_dump(mode="json", exclude={"checkpoint"})
    return plain


def _apply(
    record: Record,
    verdict: VerdictRecord,
    judgement: Judgement,
    quality: Finding | None,
    now: datetime,
) -> Record:
    if record.ended or record.step != verdict.step:
        return record
    for text in judgement.notices:
        record = noticing(record, messages.notice(record, "needs a look", text, now), text)
    if verdict.verdict == "HOLD" and record.step == 0 and quality and quality.label != "PASS":
        record = noticing(
            record, messages.notice(record, "holding at share 0", verdict.reason, now), "gate"
        )
    paused = record.paused_until is not None and record.paused_until > now
    if verdict.verdict == "HOLD" or (
        verdict.verdict == "ADVANCE" and paused
    ):  # it may have been paused meanwhile
        return record
    to_step = (
        record.step + 1
        if verdict.verdict == "ADVANCE" and record.phase is not Phase.WATCHING
        else None
    )
    decision = Decision(
        verdict=verdict.verdict,
        step=record.step,
        to_step=to_step,
        reason=verdict.reason,
        by=verdict.by,
        at=now,
    )
    return transitions.decide(record, decision)
