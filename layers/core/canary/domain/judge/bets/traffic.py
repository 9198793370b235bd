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


def heard(window: Window, plan: Plan) -> Window:
    """Return a window of which more may come, without its baseline where one of them is missing
    that its weight does not leave idle: what the others say is not yet what all of them say.
    """
    return _without_baseline(window) if _late(window, plan) else window


def of_most(window: Window, plan: Plan) -> Window:
    """Return a window of which nothing more is expected, without its baseline where those that are
    missing would serve more than half of it: one small variant is not what the canary replaces.
    """
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
        alone = window.baseline is None or window.baseline.requests == 0
        return window.canary is not None and window.canary.requests > 0 and alone
    if window.canary is None or window.baseline is None or not bake.live:
        return False
    parts = baseline_shares(plan.steps[bake.step].target.weights, plan.baselines)
    spoke = sum(parts[name] for name in served(window, parts))
    planned = bake.share / (bake.share + spoke)
    return split.as_planned(window.canary.requests, window.baseline.requests, planned)
