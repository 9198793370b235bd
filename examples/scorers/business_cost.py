"""What a decision earns: retention offers for customers about to leave, 0 (worst) to 1 (best).

An offer costs money whoever gets it; a customer lost costs what the plan brings in a year; an offer
keeps one of three. The label is 1 for a customer who left, `answer` 1 where the model says so, and
`record` holds the plan's monthly charge under the name of CHARGE.
"""

from typing import Any

OFFER = 40.0
KEPT_BY_AN_OFFER = 1 / 3
MONTHS = 12
CHARGE = "monthly_charge"
MOST_LOST = 1_500.0
"""The largest loss there is: a bound fixed in advance is what makes a score of a sum of money."""


def score(event: dict[str, Any], context: object = None) -> dict[str, list[float]]:
    """Return {"scores"}: 1 minus the expected loss of each decision as a share of the largest."""
    del context
    return {"scores": [1 - min(loss(item), MOST_LOST) / MOST_LOST for item in event["items"]]}


def loss(item: dict[str, Any]) -> float:
    """Return the expected loss of one decision, in money."""
    year = MONTHS * float(item["record"][CHARGE])
    leaves, offered = item["label"] == 1, item["answer"] == 1
    if offered:
        return OFFER + (year * (1 - KEPT_BY_AN_OFFER) if leaves else 0.0)
    return year if leaves else 0.0
