"""Histories of rollouts made by the real judge on simulated minutes: what is shown is what is
really decided.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from canary.domain.finding import Finding
from canary.domain.judge.judge import judge
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Counts, Window
from canary.domain.labelled.evidence import (
    CallCounts,
    Disagreement,
    PairedState,
    QualityEvidence,
    QualityFinding,
)
from canary.domain.plan.error_budget import share_out
from canary.domain.plan.guards import GuardHistory
from canary.domain.plan.plan import BakeInterval, Plan
from canary.domain.plan.quality import QualityGuardSpec, QualityMargin
from canary.domain.plan.spec import read_spec
from canary.domain.plan.standard_guards import guards_of
from canary.domain.plan.steps import plan_steps, safe_target
from canary.domain.plan.target import Target
from canary.domain.rollout.kinds.ends import Promoted
from canary.domain.rollout.messages import Message
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision, Outcome, Record
from canary.domain.rollout.transitions.bakes import reached
from canary.domain.rollout.transitions.beginning import begin
from canary.domain.rollout.transitions.closing import rolled_back
from canary.domain.time import minute_of
from canaryctl.history import RolloutHistory, told_as
from tests.rollouts import a_message, side_counts

STARTED = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
FOUND = Target(weights={"Variant1": 1.0, "Variant2": 0.0})
REQUESTS = 6_000
LABELS = "s3://labels/churn.csv"
BAD = {"errors": 0.003, "slow": 0.05}
SPEC = {
    "endpoint": "churn-prod",
    "canary": "Variant2",
    "watch_minutes": 8,
    "guards": {
        "slow_requests": {"threshold_ms": 200},
        "quality": {"labelled_set": "s3://labels/churn.csv"},
    },
}

Rates = Callable[[int], tuple[float, float]]
"""(error rate, slow rate) of the canary at a step."""


def healthy(_: int) -> tuple[float, float]:
    """Return the baseline's own rates."""
    return BAD["errors"], BAD["slow"]


def make_plan() -> Plan:
    """Return the plan of SPEC on a two-variant endpoint."""
    spec = read_spec(SPEC)
    history = GuardHistory(minutes=1440, rate=0.003, requests_per_minute=REQUESTS)
    return Plan(
        endpoint=spec.endpoint,
        config_name="churn-config",
        canary=spec.canary,
        baselines=("Variant1",),
        found_target=FOUND,
        safe_target=safe_target(FOUND, spec.canary),
        steps=plan_steps(spec, FOUND),
        guards=tuple(guard.but(history=history) for guard in guards_of(spec.guards, {})),
        quality=QualityGuardSpec(
            labelled_set=LABELS, metrics={"accuracy": QualityMargin(max_worse=0.05)}
        ),
        hold_at_most_minutes=1440,
        watch_minutes=8,
        budget=share_out(spec.error_rates, ["errors", "slow_requests"], labelled_set=True),
    )


def make_record(**changes: object) -> Record:
    """Return the record of a rollout that has just begun, with changes."""
    values = {
        "rollout": "churn-prod-0123456789ab",
        "revision": 7,
        "holder": "arn:aws:states:eu-west-1:1:execution:r:a",
        "endpoint": "churn-prod",
        "canary": "Variant2",
        "spec": SPEC,
        "plan": make_plan(),
        "started_at": STARTED,
        "progress_at": STARTED,
        **changes,
    }
    return Record.model_validate(values)


def simulate(rates: Rates = healthy, minutes: int = 120, seed: int = 1) -> RolloutHistory:
    """Return the history of a rollout whose canary has these rates; the judge decides, minute by
    minute.
    """
    random, now = Random(seed), minute_of(STARTED)
    record = make_record(phase=Phase.BAKING, bakes=(BakeInterval(step=0, reached_minute=now),))
    windows: list[Window] = []
    verdicts: list[VerdictRecord] = []
    plan = record.plan
    queued = list(begin(record.rollout, record.holder, {}, plan, STARTED).outbox)
    for _ in range(minutes):
        windows.append(_window(record, now, rates, random))
        now += 1
        when = STARTED + timedelta(minutes=now - minute_of(STARTED))
        judgement = judge(
            record.plan,
            record.bakes,
            windows,
            now,
            Finding(guard="quality", label="PASS", reason="fine"),
        )
        verdicts.append(
            VerdictRecord(
                rollout=record.rollout,
                minute=now,
                revision=record.revision,
                step=record.step,
                verdict=judgement.verdict,
                reason=judgement.reason,
                bakes=record.bakes,
                judgement=judgement.model_dump(mode="json", exclude={"checkpoint"}),
            )
        )
        if judgement.verdict != "HOLD":
            record = _carry_out(record, judgement.verdict, judgement.reason, when)
            queued.append(_told(record, when))
        if record.ended:
            break
    return RolloutHistory(
        record=record,
        verdicts=tuple(verdicts),
        windows=tuple(windows),
        quality=quality_evidence(),
        messages=tuple(map(told_as, queued)),
    )


def _window(record: Record, minute: int, rates: Rates, random: Random) -> Window:
    share = record.plan.steps[record.step].share
    canary = _counts(round(REQUESTS * share), rates(record.step), random)
    baseline = _counts(round(REQUESTS * (1 - share)), healthy(0), random)
    return Window(minute=minute, canary=canary, baseline=baseline)


def _counts(requests: int, rates: tuple[float, float], random: Random) -> Counts:
    bad = [sum(random.random() < rate for _ in range(requests)) for rate in rates]
    return side_counts(requests, *bad)


def _carry_out(record: Record, verdict: str, reason: str, when: datetime) -> Record:
    now = minute_of(when)
    bakes = (*record.bakes[:-1], record.bakes[-1].but(left_minute=now))
    decision = Decision.model_validate(
        {"verdict": verdict, "step": record.step, "reason": reason, "at": when}
    )
    changes: dict[str, object] = {"bakes": bakes, "decision": decision, "progress_at": when}
    if verdict == "ROLL_BACK" or record.step == record.plan.last_step:
        end = Phase.ROLLED_BACK if verdict == "ROLL_BACK" else Phase.PROMOTED
        ended = when + timedelta(seconds=40)
        outcome = Outcome.model_validate({"end": end, "reason": reason})
        return record.but(**changes, phase=end, ended_at=ended, outcome=outcome)
    step = record.step + 1
    bakes = (*bakes, BakeInterval(step=step, reached_minute=now + 1))
    return record.but(**{**changes, "step": step, "bakes": bakes})


def _told(record: Record, when: datetime) -> Message:
    reason = record.decision.reason if record.decision else ""
    if record.phase is Phase.PROMOTED:
        target = record.plan.steps[-1].target
        return a_message(
            record, Promoted(target=target, began_at=record.started_at, reason=reason), when
        )
    if record.phase is Phase.ROLLED_BACK:
        return a_message(record, rolled_back(record, reason, when), when)
    return a_message(record, reached(record), when)


def quality_evidence() -> QualityEvidence:
    """Return what an evaluation of 600 records left behind: four records differ."""
    finding = QualityFinding(
        metric="accuracy",
        label="PASS",
        answer="not worse",
        reason="A drop of 5 points or more is ruled out.",
        records=600,
        discordant=4,
        baseline=0.97,
        canary=0.968,
        drop=0.0017,
        max_worse=0.05,
        log_roll_back=-0.4,
        log_roll_back_threshold=3.7,
        log_advance=3.2,
        log_advance_threshold=3.0,
    )
    state = PairedState(
        metric="accuracy",
        records=600,
        baseline_only=3,
        canary_only=1,
        baseline_sum=582,
        canary_sum=580,
    )
    return QualityEvidence(
        rollout="churn-prod-0123456789ab",
        endpoint="churn-prod",
        baseline="Variant1",
        canary="Variant2",
        labelled_set="s3://labels/churn.csv",
        set_version="v1",
        records_total=800,
        position=600,
        counts=CallCounts(used=600),
        states=(state,),
        findings=(finding,),
        concluded=True,
        report={"records": 600, "baseline": {"accuracy": 0.97}, "canary": {"accuracy": 0.9683}},
        disagreements=(
            Disagreement(record="17", label="3", baseline="3", canary="8"),
            Disagreement(record="21", label="9", baseline="4", canary="9"),
        ),
    )
