"""How the false roll-back rate is shared out."""

from canary.domain.plan.plan import Plan


def alpha_live(plan: Plan) -> float:
    """Return the false-rollback rate the live guards may spend: half of it when a labelled set
    takes the rest.
    """
    rate = plan.error_rates.false_rollback
    return rate / 2 if plan.has_quality else rate
