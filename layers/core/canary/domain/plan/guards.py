"""Count guards: their margins at each step, and what their history teaches."""

from canary.domain.plan.plan import CountGuard, Plan
from canary.domain.plan.spec import Margin
from canary.stats.counts import Bound
from canary.stats.history import LEAST_HISTORY_MINUTES, History
from canary.stats.request_bet import ERRORS_GRID, SLOW_GRID

GRIDS = {"errors": ERRORS_GRID, "slow_requests": SLOW_GRID}


def advance_margin(plan: Plan, guard: CountGuard, step: int) -> Margin:
    """Return the margin a guard must be shown to keep at a step: the real one at the last gate
    alone.
    """
    return guard.last_gate if step >= plan.last_gate else guard.early_steps


def bound_of(margin: Margin) -> Bound:
    """Return a spec's margin as a line between rates."""
    return Bound(margin.ratio, margin.difference)


def history_of(guard: CountGuard) -> History:
    """Return what the plan remembers of the baseline; too few minutes teach nothing about
    bursts.
    """
    known, h = guard.history.minutes >= LEAST_HISTORY_MINUTES, guard.history
    return History(
        h.minutes,
        h.rate,
        h.burstiness if known else 0.0,
        h.burst_lags if known else 0,
        h.requests_per_minute,
    )
