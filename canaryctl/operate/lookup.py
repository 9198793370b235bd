"""Finds rollouts: those under way, the one that holds an endpoint, or an endpoint's newest."""

from canary.domain.errors import Refused
from canary.domain.rollout.record import Record
from canaryctl.operate.stack import Stack


def under_way(stack: Stack) -> list[Record]:
    """Return the rollouts that have not ended, or have something left to tell, oldest first."""
    records = [stack.rollouts.load(rollout) for rollout in stack.rollouts.listed()]
    return sorted(records, key=lambda record: record.started_at)


def newest_of(stack: Stack, endpoint: str) -> Record:
    """Return the rollout that holds an endpoint, else its newest ended one. Raises Refused when it
    never had one.
    """
    holder = stack.rollouts.holding(endpoint)
    if holder is not None:
        return stack.rollouts.load(holder)
    found = stack.rollouts.every(endpoint)
    if not found:
        raise Refused(
            "endpoint",
            f"no rollout of {endpoint!r} in table {stack.table_name}",
            "Check name and stack",
        )
    return found[-1]
