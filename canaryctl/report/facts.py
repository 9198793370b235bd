"""Small tables of the page: the numbers a newcomer asks for first, the plan's steps, what was
watched.
"""

from dataclasses import dataclass

from canary.domain.plan.custom.margins import Against
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.plan import Plan
from canary.domain.plan.standstill import stood_still
from canary.domain.plan.target import describe
from canary.domain.time import minute_of
from canary.domain.words import clock, duration, percent
from canary.stats.history import LEAST_HISTORY_MINUTES
from canaryctl.history import RolloutHistory
from canaryctl.report.summary import safe_seconds, seconds_of


@dataclass(frozen=True)
class Fact:
    """One number with what it counts."""

    value: str
    label: str


def facts_of(history: RolloutHistory) -> list[Fact]:
    """Return the numbers of a rollout; what nobody counted is left out."""
    record = history.record
    took = duration(seconds_of(history))
    facts = [Fact(took, "from start to end" if record.ended else "so far")]
    requests, failed = _served(history)
    if requests is not None:
        counted = "" if history.ledger else "at least "
        facts.append(
            Fact(
                f"{counted}{requests:,}",
                f"live requests served by {record.canary}{_until(history)}",
            )
        )
        facts.append(Fact(f"{failed:,}", "of them failed"))
    safe = safe_seconds(record)
    if safe is not None:
        facts.append(Fact(duration(safe), "from decision to safe"))
    facts += _stood_still(history)
    facts.append(Fact(str(len(history.verdicts)), "verdicts, one a minute"))
    if history.quality:
        facts.append(
            Fact(f"{history.quality.counts.used:,}", "labelled records compared at share 0")
        )
    return facts


def _until(history: RolloutHistory) -> str:
    """Return up to when requests were counted, where that is not to the end: minutes are collected
    for verdicts, and none is given on those in which the weights move back.
    """
    if history.ledger:
        return ""
    last = max(window.minute for window in history.windows if window.canary)
    return f", counted up to {clock(last + 1)}"


def _stood_still(history: RolloutHistory) -> list[Fact]:
    """Return how long limits stood still, and for whom, of an ARN what names the person; nothing
    where they never did.
    """
    record = history.record
    first, last = minute_of(record.started_at), minute_of(record.ended_at or record.progress_at)
    if history.verdicts:
        last = max(last, history.verdicts[-1].minute)
    minutes = stood_still(record.standstills, first, last)
    if not minutes:
        return []
    standstill = record.standstills[-1]
    by = standstill.by.rsplit(":", 1)[-1] if standstill.by.startswith("arn:") else standstill.by
    return [Fact(duration(60 * minutes), f"of it {standstill.but(by=by).words}, no limit counts")]


def _served(history: RolloutHistory) -> tuple[int | None, int]:
    """Return live requests and failures of the canary; None when neither router nor windows
    know.
    """
    mine = [entry for entry in history.ledger if entry.variant == history.record.canary]
    if history.ledger:
        return sum(entry.requests for entry in mine), sum(entry.bad for entry in mine)
    known = [
        window.canary for window in history.windows if window.canary and not window.own_traffic
    ]
    if not known:
        return None, 0
    failing = [guard.name for guard in history.record.plan.guards if guard.fuse]
    failed = sum(counts.guards[name][0] for counts in known for name in failing)
    return sum(counts.requests for counts in known), failed


def step_rows(plan: Plan) -> list[tuple[str, str, str, str]]:
    """Return (share, exact weights, minutes, what is asked) of every planned step."""
    return [
        (percent(step.share), describe(step.target), _minutes(plan, index), _asked(plan, index))
        for index, step in enumerate(plan.steps)
    ]


def _minutes(plan: Plan, index: int) -> str:
    step = plan.steps[index]
    if index == 0:
        return "until the labelled set has decided" if plan.has_quality else "none"
    if index == plan.last_step:
        return f"watched {plan.watch_minutes} min"
    return f"{step.bake_min_minutes} to {step.bake_max_minutes} min"


def _asked(plan: Plan, index: int) -> str:
    if index == 0:
        return "not worse on labelled records" if plan.has_quality else "nothing"
    if index == plan.last_step:
        return "nothing catastrophic against the baseline's last hour"
    beside = f" of {plan.control} alone" if plan.has_control(index) else ""
    margin = "strict" if index == plan.last_gate else "early"
    return f"every guard within its {margin} margin{beside}"


def guard_rows(plan: Plan) -> list[tuple[str, str, str, str, str]]:
    """Return (guard, roll back beyond, early margin, strict margin, what history taught) of
    everything watched.
    """
    side: Against = "control" if plan.control else "baseline"
    rows = [
        (
            guard.full_name,
            guard.margin_words(guard.roll_back_beyond, side),
            guard.margin_words(guard.early_steps, side),
            guard.margin_words(guard.last_gate, side),
            _history(guard),
        )
        for guard in plan.guards
    ]
    return rows + [(f"alarm {name}", "in ALARM", "OK", "OK", "") for name in plan.alarms]


def _history(guard: CountGuard) -> str:
    taught = _traffic(guard)
    return f"{taught}. Threshold: {guard.words.origin}" if guard.words.origin else taught


def _traffic(guard: CountGuard) -> str:
    known = guard.history
    if guard.value is not None:
        return f"{known.rate:.4g}{guard.unit} on average, {known.minutes} minutes of history"
    if known.minutes < LEAST_HISTORY_MINUTES:
        return f"{known.minutes} minutes of history: nothing known of bursts"
    bursts = "no bursts" if not known.burstiness else f"burstiness {known.burstiness:.2g}"
    return f"{percent(known.rate)} of {known.requests_per_minute:,.0f} requests a minute, {bursts}"
