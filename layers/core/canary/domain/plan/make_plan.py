"""The plan, computed once: what the user asked for and what was found, in; the whole course, out.

Rules: pure; whoever needs a plan makes it here (planner, forecast, replay, backtest), so that all
of them judge alike. Reading is for others: what they found comes in as facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from canary.domain.errors import Refused
from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.plan.capacity.needs import CapacityFacts, instances_of
from canary.domain.plan.custom.first_look import FirstLook
from canary.domain.plan.custom.guards import told, told_of_value
from canary.domain.plan.custom.reach import check_reach, told_of_reach
from canary.domain.plan.custom.value_history import learnt_of_values
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.error_budget import share_out
from canary.domain.plan.guards import CountGuard, GuardHistory
from canary.domain.plan.kinds.check import check_endpoint
from canary.domain.plan.kinds.control import check_control_hosting, told_of_control
from canary.domain.plan.kinds.hosting import Configured, check_hosting
from canary.domain.plan.kinds.notices import told_of_endpoint, told_of_pinned
from canary.domain.plan.one_minute import days_of, told_of_one_minute
from canary.domain.plan.plan import Plan
from canary.domain.plan.release.staging import Release, told_of_release
from canary.domain.plan.spec import Spec
from canary.domain.plan.standard_guards import guards_of, may_be_left_out
from canary.domain.plan.steps import plan_steps, safe_target
from canary.domain.plan.target import Target
from canary.stats.history import LEAST_HISTORY_MINUTES, Minute
from canary.stats.threshold import FAR, LEAST_SLICES, LEAST_TIMED, SPANS_MINUTES, LearntThreshold

SELDOM = 0.05  # a variant that is silent less often is told of when it happens
NOBODY_SUBSCRIBED = (
    "Nobody is told of this rollout: its topic has no confirmed subscription. Subscribe whoever is "
    "on call and follow the link in the mail; canaryctl doctor has the command."
)


@dataclass(frozen=True)
class Facts:
    """What was found before a rollout; a guard is named by its name."""

    endpoint: EndpointView
    configured: Configured | None = None
    """What stands behind its variants; None where nobody looked."""
    history: Mapping[str, Sequence[Minute]] = field(default_factory=dict)
    """The baselines' minutes together by guard, (events, judged ones) or None where missing, oldest
    first.
    """
    values: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    """The baselines' values by value guard and minute, None where missing, oldest first."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Thresholds learnt from the baseline, by guard, for those the spec does not give."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each learnt threshold comes from, in words, by guard."""
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    """Why a guard cannot be measured here, by guard."""
    canary_requests_at_rest: float = 0.0
    """Requests a minute that the canary steadily has at weight 0."""
    silences: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By baseline: minutes of the history without a point of it, of those in which any had one."""
    looks: Mapping[str, FirstLook] = field(default_factory=dict)
    """What the last day holds of each guard of the user's own."""
    alarms: Mapping[str, str] | None = None
    """The states of the alarms that exist; None where nobody looked."""
    capacity: CapacityFacts | None = None
    """None where nobody looked, and then no instances are changed."""
    untold: str = ""
    """Why nobody may hear of the rollout, in words."""
    release: Release | None = None  # `endpoint` is then as it will stand


def make_plan(spec: Spec, facts: Facts) -> Plan:
    """Return the plan of a rollout.

    Raises Refused, naming field and remedy, where the endpoint cannot carry it, an alarm is missing
    or rings, or a guard that the spec names cannot be measured.
    """
    check_endpoint(spec, facts.endpoint)
    if facts.configured:
        check_hosting(spec, facts.endpoint, facts.configured)
        check_control_hosting(spec, facts.endpoint, facts.configured, facts.release)
    if facts.alarms is not None:
        check_alarms(spec, facts.alarms)
    found = Target(weights=facts.endpoint.current_weights)
    safe = safe_target(found, spec.canary)
    guards, left_out = _guards(spec, facts)
    steps = plan_steps(spec, safe)
    shares = [step.share for step in steps]
    controlled = spec.control is not None
    days = days_of(guards, shares, facts.history, controlled=controlled)
    capacity, instances = instances_of(spec, facts.endpoint, facts.capacity, shares)
    return Plan(
        endpoint=spec.endpoint,
        config_name=facts.endpoint.config_name,
        canary=spec.canary,
        baselines=baselines_of(spec, facts.endpoint),
        control=spec.control,
        found_target=found,
        safe_target=safe,
        steps=steps,
        guards=guards,
        alarms=spec.guards.alarms,
        quality=spec.guards.quality,
        error_rates=spec.error_rates,
        budget=share_out(
            spec.error_rates,
            [guard.name for guard in guards],
            labelled_set=spec.guards.quality is not None,
        ),
        on_inconclusive=spec.on_inconclusive,
        hold_at_most_minutes=spec.hold_at_most_minutes,
        notify=spec.notify,
        watch_minutes=spec.watched_minutes,
        release=facts.release,
        warm_up_minutes=spec.warm_up_minutes,
        canary_requests_at_rest=facts.canary_requests_at_rest,
        brakes=BrakeKeys(**{name: getattr(spec, name) for name in BrakeKeys.model_fields}),
        notices=(
            *([facts.untold] if facts.untold else ()),
            *told_of_endpoint(spec, facts.endpoint, facts.configured),
            *told_of_control(spec, facts.endpoint),
            *instances,
            *told_of_release(facts.release),
            *left_out,
            *_custom(spec, facts, guards),
            *(told for guard in guards for told in told_of_reach(guard)),
            *_learnt(guards),
            *_often_silent(facts),
            *told_of_pinned(spec, facts.canary_requests_at_rest),
            *_unknown(guards, facts.endpoint),
            *_without_data(spec, facts.alarms or {}),
            *told_of_one_minute(guards, shares, days, controlled=controlled),
        ),
        capacity=capacity,
        days=days,
    )


def baselines_of(spec: Spec, view: EndpointView) -> tuple[str, ...]:
    """Return the variants the canary is compared with: all others that serve."""
    return tuple(v.name for v in view.variants if v.name != spec.canary and v.current_weight > 0)


def check_alarms(spec: Spec, states: Mapping[str, str]) -> None:
    """Raise Refused when a guard alarm does not exist or rings before anything was moved."""
    for index, name in enumerate(spec.guards.alarms):
        field_name = f"guards.alarms[{index}]"
        if name not in states:
            raise Refused(
                field_name, f"no alarm named {name!r} here", "Create it or take it out of the spec"
            )
        if states[name] == "ALARM":
            raise Refused(
                field_name,
                f"{name} is in ALARM before anything was moved",
                "Start again when it is OK",
            )


def _without_data(spec: Spec, states: Mapping[str, str]) -> list[str]:
    """Return a notice for every alarm that has no data: it may get some from the canary's own
    traffic, and it may be one that never does.
    """
    limit = spec.hold_at_most_minutes
    return [
        f"Alarm {name} has no data ({states[name]}). It may have none before the canary serves; "
        "from the first live step on the share rises only while it is OK, and a step that waits "
        f"for it {limit} minutes beyond its longest bake is taken back. Where its metric counts "
        "rare events, set its TreatMissingData to notBreaching, so that silence is OK; otherwise "
        "check that its metric gets data, or take it out of the spec."
        for name in spec.guards.alarms
        if states.get(name) not in {None, "OK", "ALARM"}
    ]


def _guards(spec: Spec, facts: Facts) -> tuple[tuple[CountGuard, ...], list[str]]:
    """Return the guards that can be measured, with what history teaches, and notices of the
    others.
    """
    guards, notices = [], []
    first_share = spec.steps[0].share
    for guard in guards_of(spec.guards, facts.thresholds, facts.looks, first_share):
        problem = facts.unmeasured.get(guard.name)
        if problem is None:
            words = guard.words.but(origin=facts.origins.get(guard.name, ""))
            known = guard.but(history=_history(guard, facts), words=words)
            check_reach(known, known.history.rate, f"guards.{guard.name}", _written(spec, known))
            guards.append(known)
        elif may_be_left_out(spec.guards, guard.name):
            notices.append(f"{guard.name} is not watched: {problem}.")
        else:
            raise Refused(
                f"guards.{guard.name}",
                problem,
                'Give "threshold_ms" with traffic on the baseline, or leave the guard out',
            )
    return tuple(guards), notices


def _written(spec: Spec, guard: CountGuard) -> set[str]:
    """Return the keys a spec writes of a standard guard; of the user's own their look was asked."""
    keys = None if guard.name in spec.guards.custom else getattr(spec.guards, guard.name, None)
    return keys.model_fields_set if keys else set()


def origin_of(learnt: LearntThreshold) -> str:
    """Return where a learnt threshold comes from, and what may be wrong with it, in words."""
    hours = learnt.span_minutes == SPANS_MINUTES[0]
    over = "hours" if hours else f"slices of {learnt.span_minutes} min"
    told = [f"the median of the baseline's p95 over {learnt.slices} {over}, {learnt.p95_ms:.4g} ms"]
    told.append("rounded up to the end of the metric's bin, which is 10% wide")
    if not hours:
        told.append(f"fewer than {LEAST_SLICES} hours of history have {LEAST_TIMED} timed requests")
    if learnt.left_out:
        told.append(f"{learnt.left_out} more left out with under {LEAST_TIMED} timed requests")
    if learnt.far:
        told.append(f"over {FAR:g} times that, which does not move it: {learnt.far} of them")
    if learnt.apart:
        told.append(
            f"in {learnt.apart} of them a baseline was over {FAR:g} times slower than the one with "
            "most requests, whose p95 counts: where slow should mean slower than it, give "
            "threshold_ms in the spec"
        )
    if learnt.doubtful:
        told.append(
            f"the calmest {learnt.calm} of them were at most {learnt.calm_ms:.4g} ms: where an "
            "incident fills most of the history, give threshold_ms in the spec"
        )
    return "; ".join(told)


def _learnt(guards: Sequence[CountGuard]) -> list[str]:
    return [
        f"{guard.name} counts requests {guard.words.detail}: {guard.words.origin}."
        for guard in guards
        if guard.words.origin
    ]


def _history(guard: CountGuard, facts: Facts) -> GuardHistory:
    if guard.value is not None:
        return learnt_of_values(facts.values.get(guard.name, ()))
    return GuardHistory.learnt(facts.history.get(guard.name, ()))


def _often_silent(facts: Facts) -> list[str]:
    return [
        f"{name} was silent in {silent:,} of the history's {of:,} minutes: such minutes are judged "
        "without it."
        for name, (silent, of) in facts.silences.items()
        if silent > SELDOM * of
    ]


def _custom(spec: Spec, facts: Facts, guards: Sequence[CountGuard]) -> Iterator[str]:
    """Yield how each guard of the user's own is read, and what is not known of it."""
    named = {guard.name: guard for guard in guards}
    enough = max(guard.history.minutes for guard in guards) >= LEAST_HISTORY_MINUTES
    events = {keys.name: keys for keys in spec.guards.counts}
    shares = [step.share for step in spec.steps]
    for name in spec.guards.custom:
        guard, look, keys = named[name], facts.looks.get(name), events.get(name)
        if look is not None and not look.recorded:
            yield told(keys, guard, look) if keys else told_of_value(guard, look, shares)
        if keys and enough and guard.history.minutes < LEAST_HISTORY_MINUTES:
            yield (
                f"{guard.name} has {guard.history.minutes} minutes of history, not "
                f"{LEAST_HISTORY_MINUTES}: nothing is known of its bursts."
            )


def _unknown(guards: Sequence[CountGuard], view: EndpointView) -> list[str]:
    known = max(guard.history.minutes for guard in guards)
    if known >= LEAST_HISTORY_MINUTES:
        return []
    told = f"The baseline has {known} minutes of history, not {LEAST_HISTORY_MINUTES}"
    apart = (
        " With enhanced metrics on it may be that only its instances' metrics are published and "
        "not its own: look whether Invocations has points by EndpointName and VariantName alone."
    )
    return [f"{told}: nothing is known of bursts.{apart if view.enhanced and not known else ''}"]
