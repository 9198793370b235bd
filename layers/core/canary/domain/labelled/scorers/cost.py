"""The loss of a decision by a table of costs."""

from collections.abc import Mapping

Costs = Mapping[str, Mapping[str, float]]
"""By true class, then by decision."""


def cost(costs: Costs, label: str, decision: str | None) -> float | None:
    """Return what a decision costs; None where the table has no row for the label.

    A right decision that the table does not name costs 0; no decision, or one that is no class of
    the table, costs the most there is. Source: Elkan 2001, "The foundations of cost-sensitive
    learning".
    """
    row = costs.get(label)
    if row is None:
        return None
    if decision == label:
        return row.get(label, 0.0)
    return row.get(decision, dearest(costs)) if decision is not None else dearest(costs)


def dearest(costs: Costs) -> float:
    """Return the highest cost of the table."""
    return max(value for row in costs.values() for value in row.values())
