"""What people ordered stays in the record: who by their own word, when, why, by which execution."""

from canary.domain.rollout.kinds.values import Act
from canary.domain.rollout.record import Record

ACTS_KEPT = 20


def noted(record: Record, act: Act) -> Record:
    """Return the record with an order kept; unchanged where the newest one is of the same
    execution, because an answer may be lost and the order come again.
    """
    if act.execution and any(one.execution == act.execution for one in record.acts):
        return record
    return record.but(acts=(*record.acts, act)[-ACTS_KEPT:])
