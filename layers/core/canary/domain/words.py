"""The words that people read."""

from canary.domain.plan.spec import Margin

BAD = {"errors": "errors", "slow_requests": "slow requests"}


def percent(fraction: float) -> str:
    """Return a share or a rate as a percentage with up to three significant digits."""
    return f"{fraction * 100:.3g}%"


def margin(value: Margin) -> str:
    """Return a margin in the user's own units."""
    return f"{value.ratio:g}x the baseline + {value.percentage_points:g} pp"
