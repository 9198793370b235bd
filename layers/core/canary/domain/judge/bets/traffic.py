"""How a minute's requests lie on the variants: who was heard, and whether the canary's share is the
planned one.
"""

from collections.abc import Collection, Iterable, Sequence

from canary.domain.judge.terms import BakeTerms
from canary.domain.judge.windows import Counts, Window
from canary.domain.plan.plan import Plan
from canary.domain.plan.target import Weights, shares
from canary.stats import split
from canary.stats.arrivals import SURPRISING_REQUESTS, missing


def against_control(window: Window, plan: Plan, bake: BakeTerms | None) -> Window:
    """Return a window as it is compared: in a bake with a control it alone is the baseline."""
    if bake is None or not plan.has_control(bake.step):
        return window
    return window.but(baseline=window.control, control=None, served={})


def of_the_model(window: Window) -> Counts | None:
    """Return what is known of the baseline's model in a minute: of the baselines, and of a control
    where these serve nothing any more.
    """
    idle = window.baseline is None or window.baseline.requests == 0
    return window.control if idle and window.control else window.baseline


def heard(window: Window, plan: Plan) -> Window:
    """Return a window of which more may come, without its baseline where one of them is missing
    that its weight does not leave idle: what the others say is not yet what all of them say.
    """
    return _without_baseline(window) if _late(window, plan) else window


def of_most(window: Window, plan: Plan, bake: BakeTerms | None) -> Window:
    """Return a window of which nothing more is expected, without its baseline where those that are
    missing would serve more than half of it: one small variant is not what the canary replaces. A
    control is compared with alone.
    """
    if bake is not None and plan.has_control(bake.step):
        return window
    missed = sum(_late(window, plan).values())
    whole = sum(baseline_shares(plan.safe_target.weights, plan.baselines).values())
    return _without_baseline(window) if 2 * missed > whole else window


def _late(window: Window, plan: Plan) -> Weights:
    """Return the parts of the baselines that are missing and that their weights leave not idle."""
    if len(plan.baselines) == 1 or window.baseline is None:
        return {}
    parts = baseline_shares(plan.safe_target.weights, plan.baselines)
    absent = missing(served(window, parts), parts)
    return {name: parts[name] for name, missed in absent.items() if missed >= SURPRISING_REQUESTS}


def _without_baseline(window: Window) -> Window:
    return window.but(baseline=None, served={})


def served(window: Window, baselines: Iterable[str]) -> dict[str, int]:
    """Return the requests of each baseline that has a point."""
    if window.baseline is None or window.served:
        return dict(window.served)
    first, *others = baselines
    return {first: window.baseline.requests, **dict.fromkeys(others, 0)}


def served_beside(window: Window, plan: Plan, bake: BakeTerms) -> dict[str, int]:
    """Return the requests of each variant beside the canary that has a point, of those that have a
    weight in a bake.
    """
    found = served(window, plan.baselines)
    if plan.control is not None and window.control is not None:
        found[plan.control] = window.control.requests
    return {name: found[name] for name in plan.served_by(bake.step) if name in found}


def baseline_shares(weights: Weights, baselines: Sequence[str]) -> Weights:
    """Return each baseline's fraction of all traffic."""
    planned = shares(weights)
    return {name: planned.get(name, 0.0) for name in baselines}


def first_read(window: Window, plan: Plan, bake: BakeTerms) -> Window | None:
    """Return what the first read of a minute may say; None where it may say nothing.

    Both variants must have as much of it. What others than the endpoint publish may come apart from
    the requests, so that it counts when it is settled.
    """
    if not as_planned(window, plan, bake):
        return None
    told = {g.name for g in plan.guards if g.source is None or g.source.published_together}
    canary, baseline = (_of_guards(side, told) for side in (window.canary, window.baseline))
    return window.but(canary=canary, baseline=baseline)


def _of_guards(side: Counts | None, names: Collection[str]) -> Counts | None:
    if side is None:
        return None
    return side.but(guards={n: v for n, v in side.guards.items() if n in names}, values={})


def as_planned(window: Window, plan: Plan, bake: BakeTerms) -> bool:
    """Return whether a minute's requests are split as the weights of those heard say; at share 1,
    whether the canary alone had any.
    """
    if bake.alone:
        others = (window.baseline, window.control)
        alone = all(side is None or side.requests == 0 for side in others)
        return window.canary is not None and window.canary.requests > 0 and alone
    if window.canary is None or window.baseline is None or not bake.live:
        return False
    weights = plan.steps[bake.step].target.weights
    parts = baseline_shares(weights, plan.compared_with(bake.step))
    spoke = sum(parts[name] for name in served(window, parts))
    planned = bake.share / (bake.share + spoke)
    return split.as_planned(window.canary.requests, window.baseline.requests, planned)
