"""One look at a rollout: what the judge, the alarms and the brakes make of it, written down."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from pydantic import JsonValue

from canary.domain.errors import AwsUnavailable
from canary.domain.finding import Finding
from canary.domain.judge.bets.newest import worse_now
from canary.domain.judge.bets.sketches import Sketches
from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Held, Judgement
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import FROZEN_AFTER_MINUTES, Window
from canary.domain.judge.words import still_no_answer, time_over
from canary.domain.labelled.evidence import QualityEvidence, finding_of_quality
from canary.domain.rollout.blindness import HEARTBEAT, STALE_TICK_MINUTES, blind_since
from canary.domain.rollout.brakes import Held as Braked
from canary.domain.rollout.brakes import Situation, besides, held, paused_words
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import FreezeList, Surroundings
from canary.domain.rollout.tick import Checkpoint, Tick
from canary.domain.rollout.transitions import decisions
from canary.domain.time import minute_of, start_of
from canary.domain.words import percent
from canary.flow.places.places import Places
from canary.flow.telling.measures import of_look
from canary.flow.telling.numbers import numbers_of
from canary.ports.days import Days
from canary.ports.evidence import EvidenceStore
from canary.ports.quality import QualityStore
from canary.ports.rollouts import Rollouts
from canary.ports.telling import Meter

CHECKPOINT_EVERY_MINUTES = 10
CLOCKS_DIFFER = timedelta(seconds=5)


class Judging:
    """Turns evidence into a recorded verdict and, where one is due, a recorded decision."""

    def __init__(
        self,
        rollouts: Rollouts,
        evidence: EvidenceStore,
        quality: QualityStore,
        days: Days,
        meter: Meter | None = None,
        freezes: Callable[[], FreezeList] = FreezeList,
        places: Places | None = None,
    ) -> None:
        """Take the stores of records, evidence, labelled-set evidence and days, a meter where
        numbers are drawn, what reads the freezes that hold for everybody (none unless given), and
        the places where canaries may not all serve at once.
        """
        self._meter, self._freezes, self._places = meter, freezes, places
        self._rollouts = rollouts
        self._evidence = evidence
        self._quality = quality
        self._days = days

    def look(self, record: Record, seen: Surroundings) -> Record:
        """Judge a serving rollout as it is `seen` now and return its record with verdict, decision
        and notices written.
        """
        if self._places and record.step > 0:
            self._places.count(record, seen.now)
        quality = self._quality.load(record.rollout) if record.plan.has_quality else None
        minute = minute_of(seen.now)
        checkpoint = self._evidence.checkpoint(record.rollout)
        through = checkpoint.through_minute if checkpoint else -1
        read = self._evidence.windows(record.rollout, through + 1)
        windows = own_traffic_marked(unconfirmed_marked(read, seen.tick, minute), quality)
        finding = finding_of_quality(quality) if quality else None
        state = checkpoint.state if checkpoint else None
        sketches = self._sketches(record)
        judgement = judge(
            record.plan,
            record.bakes,
            windows,
            minute,
            finding,
            state,
            record.standstills,
            sketches,
        )
        self._keep(record.rollout, judgement.checkpoint, through)
        braked = None
        if judgement.verdict == "ADVANCE":
            seen = replace(seen, freezes=self._freezes()) if record.next_share else seen
            newest = worse_now(record.plan, record.bakes, windows, judgement)
            due = Situation(record, seen, judgement.reason, newest)
            braked = held(due)
            if braked is None and self._places and record.step == 0:
                seen = replace(seen, line=self._places.take(record, seen.now))
                braked = held(replace(due, seen=seen))
        verdict = weigh(record, judgement, finding, seen, braked).but(
            unfrozen=tuple(w for w in windows if w.minute >= minute - FROZEN_AFTER_MINUTES)
        )
        self._evidence.save_verdict(verdict)
        if self._meter:
            for one in of_look(record, judgement):
                self._meter.note(one.dimensions, one.values)
        weighed = decisions.Weighed(
            step=verdict.step,
            verdict=verdict.verdict,
            reason=verdict.reason,
            by=verdict.by,
            guard=judgement.decided_by,
            gate_open=finding is None or finding.label == "PASS",
            notices=notices_of(record, judgement, verdict, seen, braked),
            deadline=deadline_of(record, judgement.held, seen),
            numbers=numbers_of(record.plan, judgement),
            held=braked,
            known=judgement.reason,
            ripe=is_ripe(record, judgement),
        )
        judged = self._rollouts.change(record.rollout, lambda r: decisions.judged(r, weighed, seen))
        # Last and without insisting: what is not kept is made again.
        with suppress(AwsUnavailable):
            self._days.save_sketches(record.rollout, sketches.made, minute)
        return judged

    def _sketches(self, record: Record) -> Sketches:
        """Return what the history bet compares with; it is read where a minute asks for it."""
        return Sketches(
            partial(self._days.load, record.rollout),
            partial(self._days.sketches, record.rollout),
        )

    def _keep(self, rollout: str, state: JsonValue, kept_through: int) -> None:
        """Keep the judge's state every ten frozen minutes."""
        through = state.get("through") if isinstance(state, dict) else None
        if isinstance(through, int) and through >= kept_through + CHECKPOINT_EVERY_MINUTES:
            self._evidence.save_checkpoint(
                Checkpoint(rollout=rollout, through_minute=through, state=state)
            )


def unconfirmed_marked(
    windows: Iterable[Window], tick: Tick | None, minute: int
) -> tuple[Window, ...]:
    """Return the windows, those that no later complete read has found again as if they were first
    read now: a read that failed confirms nothing, and neither does a look between two ticks.
    """
    since = blind_since(tick)
    confirmed = minute if tick is None else (tick.minute if since is None else since - 1)
    return tuple(
        w.but(since=minute) if w.since is not None and confirmed <= w.since < minute else w
        for w in windows
    )


def own_traffic_marked(
    windows: Iterable[Window], quality: QualityEvidence | None
) -> tuple[Window, ...]:
    """Return the windows with the evaluator's minutes, and one on each side of them, marked as own
    traffic: calls are known by the minute their answer came in, and clocks differ.

    The minute after the last of them is free where the evaluation was over well before it began.
    Calls are not subtracted by number instead: CloudWatch does not say which minute a call near
    its end is counted in, nor the evaluator which of its own were slow by ModelLatency.
    """
    called = set(quality.called_minutes) if quality else set()
    near = called | {minute + 1 for minute in called} | {minute - 1 for minute in called}
    if quality and called and _over_in(quality, max(called)):
        near.remove(max(called) + 1)
    return tuple(w.but(own_traffic=True) if w.minute in near else w for w in windows)


def _over_in(quality: QualityEvidence, minute: int) -> bool:
    """Return whether an evaluation ended well within a minute; of shards nobody knows, and of one
    under way neither: the end that stands there is an earlier one's.
    """
    until = quality.called_until
    if until is None or quality.shard_records:
        return False
    return minute_of(until) == minute == minute_of(until + CLOCKS_DIFFER)


def weigh(
    record: Record,
    judgement: Judgement,
    quality: Finding | None,
    seen: Surroundings,
    braked: Braked | None = None,
) -> VerdictRecord:
    """Return the verdict record: the judge's verdict, overruled by an alarm in ALARM, its ADVANCE
    held back where it is `braked`; what is held beyond a limit is taken back.
    """
    verdict, reason, by = judgement.verdict, judgement.reason, "judge"
    alarm = seen.ringing(record)
    if alarm and verdict != "ROLL_BACK":
        verdict, reason, by = "ROLL_BACK", alarm_reason(alarm, record), "alarm"
    elif braked is not None:
        verdict, reason, by = "HOLD", braked.reason, braked.by
        if braked.takes_back:
            verdict = "ROLL_BACK"
        elif by != "person" and judgement.held is not None and judgement.held.over:
            over = time_over(record.plan, record.step, judgement.held)
            verdict, reason, by = "ROLL_BACK", f"{over}. It waited for: {reason}", "judge"
    elif judgement.waits_for:
        reason = _with_all_that_holds(record, judgement, seen)
    return VerdictRecord.model_validate(
        {
            "rollout": record.rollout,
            "minute": judgement.minute,
            "revision": record.revision,
            "step": record.step,
            "verdict": verdict,
            "reason": reason,
            "by": by,
            "paused": record.pause_at(seen.now) is not None,
            "bakes": record.bakes,
            "standstills": record.standstills,
            "quality": quality.model_dump(mode="json") if quality else None,
            "judgement": _plain(judgement),
        }
    )


def _with_all_that_holds(record: Record, judgement: Judgement, seen: Surroundings) -> str:
    """Return the judge's reason with the pause and the brakes that hold beside what it waits for;
    evidence that rises stays first.
    """
    first, also = judgement.warning, besides(record, seen)
    rest = judgement.reason.removeprefix(first).strip()
    if judgement.verdict != "HOLD":
        return f"{rest}; also: {also}" if also else rest
    holding = "; ".join(text for text in (paused_words(record, seen.now), also) if text)
    return f"{first} {f'{holding}; otherwise: {rest}' if holding else rest}".strip()


def is_ripe(record: Record, judgement: Judgement) -> bool:
    """Return whether it is time to ask a person about the next share: the evidence is enough, or
    its least bake is over and says something.
    """
    if judgement.verdict == "ADVANCE" or not record.bakes:
        return judgement.verdict == "ADVANCE"
    served = judgement.minute - record.bakes[-1].reached_minute
    return record.step > 0 and served > record.plan.steps[record.step].bake_min_minutes


def notices_of(
    record: Record,
    judgement: Judgement,
    verdict: VerdictRecord,
    seen: Surroundings,
    braked: Braked | None = None,
) -> tuple[str, ...]:
    """Return what a person may want to know: what the judge says, what a step waits for whose
    answer is overdue, an approval that never came and freezes that nobody can read.
    """
    since, notices = blind_since(seen.tick), judgement.notices
    if since is not None and minute_of(seen.now) - since >= STALE_TICK_MINUTES:
        notices = (*notices, seen.blindness(record))
    if braked is not None and braked.told and verdict.verdict == "HOLD":
        notices = (*notices, braked.reason)
    late = judgement.held is not None and judgement.held.late and judgement.step > 0
    waits = [text for text in (judgement.waits_for, besides(record, seen)) if text]
    if not late or not waits or verdict.verdict != "HOLD":
        return notices
    told = f"{still_no_answer(record.plan, record.step)}: {'; '.join(waits)}"
    return (*notices, told)


def deadline_of(record: Record, held_for: Held | None, seen: Surroundings) -> datetime | None:
    """Return when a step that goes on being held is taken back; time in which limits stand still
    moves it on, but for blindness.
    """
    since, now = blind_since(seen.tick), seen.now
    if since is not None:
        return start_of(since) + HEARTBEAT
    if held_for is None:
        return None
    lasting = (record.pause_at(now), record.waits_at(now))
    begins = max([now, *(one.until for one in lasting if one and one.until)])
    return begins + timedelta(minutes=held_for.limit_minutes - held_for.minutes)


def alarm_reason(name: str, record: Record) -> str:
    """Return why an alarm in ALARM takes the canary back."""
    return f"Alarm {name} went into ALARM while {record.canary} had {percent(record.share)}"


def _plain(judgement: Judgement) -> JsonValue:
    plain: JsonValue = judgement.model_dump(mode="json", exclude={"checkpoint"})
    return plain
