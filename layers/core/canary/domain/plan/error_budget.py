"""How the false roll-back rate of a rollout is shared out, said once and written into its plan.

Rules: `share_out` is the only place that splits it; judge, labelled set, forecast, replay and
backtest read the plan's budget. The parts never add up to more than the rate, so that the promise
holds for the rollout as a whole, however often anybody looks. The false promotion rate is not
shared: every guard and every metric must be shown good at one look, so each may use all of it.
Source: docs/statistics.md, composition.
"""

from collections.abc import Sequence

from canary.domain.model import Frozen
from canary.domain.plan.spec import ErrorRates

GATE_SHARE = 0.5
"""The labelled set's part of the rate, where there is one; the live guards have the rest."""
KEPT_BACK_SHARE = 0.0
"""The part that nothing spends yet: room for slices of the labelled set and for more challengers
than one.
"""


class ErrorBudget(Frozen):
    """Who may be wrong how often, as fractions of rollouts."""

    gate: float
    """The labelled set's part, over all its deciding metrics together; 0 without one."""
    live: float
    """The live guards' part, over all of them, all steps and all looks."""
    guards: dict[str, float]
    """Each live guard's part of `live`, by name; they add up to 1."""
    promotion: float
    """How often each guard and each metric may pass a canary that is worse."""
    kept_back: float = 0.0
    """What nobody spends."""


def share_out(rates: ErrorRates, guards: Sequence[str], *, labelled_set: bool) -> ErrorBudget:
    """Return the budget of a rollout with these live guards (names), alike for all of them."""
    kept_back = rates.false_rollback * KEPT_BACK_SHARE
    gate = (rates.false_rollback - kept_back) * GATE_SHARE if labelled_set else 0.0
    return ErrorBudget(
        gate=gate,
        live=rates.false_rollback - kept_back - gate,
        guards={name: 1 / len(guards) for name in guards},
        promotion=rates.false_promotion,
        kept_back=kept_back,
    )
