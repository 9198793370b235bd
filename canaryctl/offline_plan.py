"""A plan without an endpoint: what the planner would compute, from a spec and recorded minutes
alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from canary.domain.judge.bets.day import day_of
from canary.domain.judge.bets.sketches import Sketches
from canary.domain.judge.windows import Window, counted, measured
from canary.domain.plan.custom.first_look import FirstLook, Published
from canary.domain.plan.custom.keys import CountGuardKeys
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.make_plan import Facts, make_plan
from canary.domain.plan.plan import Plan
from canary.domain.plan.spec import Spec
from canary.domain.plan.standard_guards import guards_of, may_be_left_out
from canary.domain.plan.watching.keys import Guards
from canary.stats.history import FULL_HISTORY_MINUTES, Minute

BASELINE = "baseline"


def plan_offline(
    spec: Spec,
    history: Sequence[Window] = (),
    *,
    measured: Iterable[str] | None = None,
    marked_rates: Mapping[str, float] | None = None,
    warm_up_minutes: int | None = None,
) -> Plan:
    """Return the plan of a two-variant endpoint; `history` are the baseline's minutes before the
    rollout.

    A guard that the spec does not mention is planned where it is among those `measured` (by name;
    None: all of them). `marked_rates` are those of the bad or good events of the user's own guards,
    by name, where there is no history. `warm_up_minutes` stands in for the spec's where it is
    given.
    """
    assumed, history = marked_rates or {}, _last_day(history)
    looks = {
        keys.name: _recorded(keys, history, assumed.get(keys.name)) for keys in spec.guards.counts
    }
    guards = guards_of(spec.guards, {}, looks, spec.steps[0].share)
    facts = Facts(
        endpoint=_two_variants(spec),
        history={guard.name: _minutes(guard, history) for guard in guards if not guard.value},
        values={guard.name: _values(guard, history) for guard in guards if guard.value},
        looks=looks,
        unmeasured={} if measured is None else _unmeasured(spec.guards, guards, set(measured)),
    )
    plan = make_plan(spec, facts)
    return plan if warm_up_minutes is None else plan.but(warm_up_minutes=warm_up_minutes)


def without_control(spec: Spec) -> Spec:
    """Return the spec for minutes that have two sides, canary and baseline, and no control."""
    return spec.but(control=None)


def told_of_two_sides(spec: Spec) -> str:
    """Return that the control is left out of such minutes, '' where the spec names none."""
    if spec.control is None:
        return ""
    return f" These minutes have two sides: {spec.control} is left out, the baseline stands for it."


def sketches_offline(plan: Plan, history: Sequence[Window]) -> Sketches:
    """Return what the history bet compares with, from the minutes the plan was made from."""
    day = day_of(plan.days, {guard.name: _minutes(guard, history) for guard in plan.guards})
    return Sketches(lambda: day)


def guards_in(windows: Iterable[Window]) -> set[str]:
    """Return the names of the guards whose counts a recording carries."""
    sides = chain.from_iterable((window.baseline, window.canary) for window in windows)
    return {name for side in sides if side for name in (*side.guards, *side.values)}


def _values(guard: CountGuard, history: Sequence[Window]) -> list[float | None]:
    return [measured(guard, window.baseline) for window in history]


def _last_day(history: Sequence[Window]) -> list[Window]:
    """Return the minutes of the last day of a history, in order: what a rollout learns from."""
    last = max((window.minute for window in history), default=0)
    return sorted(
        (window for window in history if window.minute > last - FULL_HISTORY_MINUTES),
        key=lambda window: window.minute,
    )


def _recorded(keys: CountGuardKeys, history: Sequence[Window], assumed: float | None) -> FirstLook:
    """Return what a recording holds of a guard of the user's own, or what is assumed of it."""
    if not history and assumed is not None:
        whole = Published(minutes=1, events=1.0, marked=assumed)
        return FirstLook({BASELINE: whole}, recorded=True)
    sides = (window.baseline for window in history)
    pairs = [side.guards[keys.name] for side in sides if side and keys.name in side.guards]
    bad, events = (sum(pair[place] for pair in pairs) for place in (0, 1))
    marked = events - bad if keys.good else bad
    whole = Published(minutes=len(pairs), events=float(events), marked=float(marked))
    return FirstLook({BASELINE: whole}, recorded=True)


def _two_variants(spec: Spec) -> EndpointView:
    weights = {BASELINE if BASELINE not in spec.from_zero else "others": 1.0}
    weights |= dict.fromkeys(spec.from_zero, 0.0)
    return EndpointView(
        config_name="recorded",
        variants=tuple(
            Variant(name=name, current_weight=weight, desired_weight=weight)
            for name, weight in weights.items()
        ),
    )


def _unmeasured(
    guards: Guards, planned: Sequence[CountGuard], measured: set[str]
) -> dict[str, str]:
    return {
        guard.name: "the recording does not carry it"
        for guard in planned
        if guard.name not in measured and may_be_left_out(guards, guard.name)
    }


def _minutes(guard: CountGuard, history: Sequence[Window]) -> list[Minute]:
    """Return the last day of a history; missing minutes stay missing."""
    known = {window.minute: counted(guard, window.baseline) for window in history}
    if not known:
        return []
    last = max(known)
    first = max(min(known), last - FULL_HISTORY_MINUTES + 1)
    pairs = [known.get(minute) for minute in range(first, last + 1)]
    return [(pair[1], pair[0]) if pair else None for pair in pairs]
