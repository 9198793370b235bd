"""The first thing a reader sees: what happened, why, and whether the endpoint is safe now, in three
short answers.

Rules: only what was verified is called safe; a canary that serves with evidence rising against it
is never called fine; where a person is needed, the commands stand here.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from canary.domain.judge.judgement import Judgement, Nearness
from canary.domain.plan.target import describe
from canary.domain.rollout.phase import SERVING, Phase
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.domain.words import capital, clock, duration, percent, strength
from canaryctl.history import RolloutHistory
from canaryctl.report.minutes import newest_minute, start_of


@dataclass(frozen=True)
class Summary:
    """`tone`: good | bad | alert | warn | busy, for colour; `badge` the phase in a word; the rest
    are sentences. `commands` are what a person may type now.
    """

    tone: str
    badge: str
    title: str
    happened: str
    why: str
    safe: str
    commands: tuple[str, ...] = ()

    @property
    def brief(self) -> str:
        """Return why in its first clause; the page of the rollout has the rest."""
        return FIRST_CLAUSE.split(self.why, maxsplit=1)[0]


FIRST_CLAUSE = re.compile(r"; |(?<=[\w)])\. ")
TONES = {
    Phase.PROMOTED: "good",
    Phase.ROLLED_BACK: "bad",
    Phase.ROLLING_BACK: "bad",
    Phase.UNPROVEN: "alert",
    Phase.HANDED_OVER: "alert",
    Phase.REFUSED: "alert",
}
NEAR_TONES: dict[Nearness, str] = {"calm": "busy", "rising": "warn", "close": "bad"}


def summary_of(history: RolloutHistory) -> Summary:
    """Return the three answers for a rollout, ended or not."""
    record = history.record
    judgement = _newest(history)
    paused = _is_paused(history)
    badge = record.phase.replace("_", " ").lower()
    return Summary(
        tone=_tone(record, judgement),
        badge=f"{badge}, paused" if paused else badge,
        title=_title(record, judgement, paused=paused),
        happened=_happened(history),
        why=_why(history, paused=paused),
        safe=_safe(record, judgement),
        commands=_commands(record),
    )


def seconds_of(history: RolloutHistory) -> float:
    """Return how long a rollout took, or had taken when anything was last known of it."""
    record = history.record
    if record.ended_at:
        return (record.ended_at - record.started_at).total_seconds()
    return 60.0 * (newest_minute(history) - start_of(record))


def _newest(history: RolloutHistory) -> Judgement | None:
    """Return the newest judgement of the step that serves now; None where there is none."""
    record = history.record
    newest = history.verdicts[-1] if history.verdicts else None
    if newest is None or newest.judgement is None or newest.step != record.step:
        return None
    return Judgement.model_validate(newest.judgement)


def _is_paused(history: RolloutHistory) -> bool:
    """Return whether a pause lasted when anything was last known; a page knows no other now."""
    record = history.record
    if record.paused_until is None or record.ended or record.rolling_back:
        return False
    known = [minute_of(record.progress_at), *(v.minute for v in history.verdicts[-1:])]
    return minute_of(record.paused_until) > max(known)


def _tone(record: Record, judgement: Judgement | None) -> str:
    if record.rolling_back and not record.ended:
        return TONES[Phase.ROLLING_BACK]
    if record.phase in SERVING and record.step and judgement:
        waits = judgement.held is not None and judgement.held.late
        nearness = judgement.evidence.nearness
        return "warn" if waits and nearness == "calm" else NEAR_TONES[nearness]
    return TONES.get(record.phase, "busy")


def _title(record: Record, judgement: Judgement | None, *, paused: bool) -> str:
    share = percent(record.plan.steps[record.step].share)
    endings = {
        Phase.PROMOTED: f"The canary was promoted: it serves all traffic of {record.endpoint}",
        Phase.ROLLED_BACK: _taken_back(record, share),
        Phase.HANDED_OVER: f"{record.endpoint} was handed over: it is not this rollout's any more",
        Phase.UNPROVEN: (
            f"{record.endpoint} needs a person now: its safe weights could not be verified"
        ),
    }
    if record.phase in endings:
        return endings[record.phase]
    if record.rolling_back:
        return f"The canary is being taken back from {share} of {record.endpoint}"
    otherwise = "is paused at" if paused else "is on its way:"
    return f"The canary {_serving(record, judgement) or otherwise} {share} of {record.endpoint}"


def _serving(record: Record, judgement: Judgement | None) -> str:
    """Return how a canary that serves stands; '' where there is nothing to say of it."""
    if record.phase not in SERVING or record.step == 0 or judgement is None:
        return ""
    if judgement.evidence.nearness != "calm":
        return "looks worse at"
    if judgement.held and judgement.held.late:
        return "is held without an answer at"
    return "is watched at" if record.step == record.plan.last_step else ""


def _taken_back(record: Record, share: str) -> str:
    if record.step == 0:
        return "The canary was stopped before a single live request reached it"
    if any(bake.step == record.plan.last_step for bake in record.bakes):
        return f"The canary was taken back from {share} while it was watched"
    return f"The canary was taken back at {share}"


def _happened(history: RolloutHistory) -> str:
    record, took = history.record, duration(seconds_of(history))
    reached = [record.plan.steps[bake.step].share for bake in record.bakes if bake.step]
    if not reached:
        return f"The canary stayed at share 0 for the whole {took}."
    way = f"from share 0 to {' → '.join(percent(share) for share in reached)}"
    if record.phase is Phase.UNPROVEN:
        return f"It went {way}; given up after {took}."
    return f"It went {way}; over after {took}." if record.ended else f"So far {way} in {took}."


def _why(history: RolloutHistory, *, paused: bool) -> str:
    record = history.record
    decision = record.decision
    taken_back = decision.reason if decision and decision.verdict == "ROLL_BACK" else ""
    if record.phase in {Phase.UNPROVEN, Phase.HANDED_OVER} and record.outcome:
        behind = f" It was being taken back because: {taken_back}" if taken_back else ""
        return f"{_sentence(record.outcome.reason)}{_denial(record)}{behind}"
    if taken_back:
        return taken_back
    if record.outcome:
        return record.outcome.reason
    if paused:
        return f"{_sentence(record.standstills[-1].words)} No limit counts the time."
    if history.verdicts and history.verdicts[-1].step == record.step:
        return history.verdicts[-1].reason
    return decision.reason if decision else "Nothing has been judged yet."


def _sentence(text: str) -> str:
    return f"{capital(text.rstrip('.'))}."


def _denial(record: Record) -> str:
    """Return what SageMaker last answered, where the reason does not say it already."""
    denial = record.restoring.denial if record.restoring else None
    if not denial or (record.outcome and denial in record.outcome.reason):
        return ""
    return f" SageMaker refuses: {denial.rstrip('.')}."


def _safe(record: Record, judgement: Judgement | None) -> str:
    weights = describe(record.plan.safe_target)
    match record.phase:
        case Phase.PROMOTED:
            return (
                f"Yes, verified at {_clock(record.ended_at or record.progress_at)}: "
                f"{describe(record.plan.steps[-1].target)}. The other variants are still there."
            )
        case Phase.ROLLED_BACK:
            return f"Yes, verified{_safe_at(record)}: {weights}."
        case Phase.UNPROVEN:
            last = f" Last asked for: {describe(record.asked.target)}." if record.asked else ""
            return (
                f"No: nobody knows. The canary may still serve up to {_highest(record)}. "
                f"Wanted: {weights}.{last}"
            )
        case Phase.HANDED_OVER:
            last = f" Last asked for: {describe(record.asked.target)}." if record.asked else ""
            return (
                "Not this rollout's to say: somebody else decides the weights now, and nothing was "
                f"overwritten.{last}"
            )
    if record.rolling_back:
        going = record.restoring
        asks = f" Asked {going.asks} times, {going.accepted} accepted." if going else ""
        return f"Not yet. Wanted: {weights}.{asks}"
    return _so_far(record, judgement, weights)


def _so_far(record: Record, judgement: Judgement | None, weights: str) -> str:
    """Return how it stands while a canary serves or waits, and where it goes if it is worse."""
    back = f"It goes back to {weights} as soon as the evidence says so."
    if record.step == 0:
        return f"Yes: no live request reaches the canary. {back}"
    evidence = judgement.evidence if judgement and record.phase in SERVING else None
    if evidence is None or not evidence.step_minutes:
        return f"Not known yet: no minute at {percent(record.share)} was judged so far. {back}"
    beside = (
        f"evidence against it {strength(evidence.log_roll_back)} of "
        f"{strength(evidence.log_roll_back_threshold)}"
    )
    if evidence.nearness != "calm":
        return f"Not sure: {beside}, and {evidence.nearness}. {back}"
    late = judgement is not None and judgement.held is not None and judgement.held.late
    return f"{'Not shown either way' if late else 'Yes, so far'}: {beside}. {back}"


def _highest(record: Record) -> str:
    """Return the highest share that may serve: of the steps reached, and of what was asked for."""
    shares = [record.plan.steps[bake.step].share for bake in record.bakes]
    return percent(max([*shares, record.plan.steps[record.step].share]))


def safe_seconds(record: Record) -> float | None:
    """Return the seconds from the decision to verified safe weights; None where they never were, or
    nothing was decided.
    """
    safe = _verified(record)
    if record.phase is not Phase.ROLLED_BACK or record.decision is None or safe is None:
        return None
    return max(0.0, (safe - record.decision.at).total_seconds())


def _verified(record: Record) -> datetime | None:
    return (record.restoring.verified_at if record.restoring else None) or record.ended_at


def _safe_at(record: Record) -> str:
    safe, took = _verified(record), safe_seconds(record)
    at = f" at {_clock(safe)}" if safe else ""
    return at if took is None else f"{at}, {duration(took)} after the decision"


def _commands(record: Record) -> tuple[str, ...]:
    """Return what a person may type now, the likeliest first."""
    names: tuple[str, ...] = ()
    if record.phase is Phase.UNPROVEN:
        names = ("retry", "release")
    elif record.phase is Phase.PROMOTED:
        names = ("rollback",)
    elif record.rolling_back and not record.ended:
        names = ("release",)
    elif not record.ended:
        names = ("rollback", "promote", "resume" if record.paused_until else "pause")
    return tuple(f"canaryctl {name} --endpoint {record.endpoint}" for name in names)


def _clock(when: datetime) -> str:
    return clock(minute_of(when))
