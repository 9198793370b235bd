"""Sums of exponentials without overflow."""

import math
from collections.abc import Sequence

NEVER = -math.inf


def log_sum(logs: Sequence[float]) -> float:
    """Return ln(sum of exp(v)); -inf for an empty sequence or when every term is -inf."""
    largest = max(logs, default=NEVER)
    if largest == NEVER:
        return NEVER
    return largest + math.log(math.fsum(math.exp(v - largest) for v in logs))


def log_mean(logs: Sequence[float]) -> float:
    """Return ln(mean of exp(v)) of a non-empty sequence."""
    return log_sum(logs) - math.log(len(logs))


def log_add(first: float, second: float) -> float:
    """Return ln(exp(first) + exp(second))."""
    high, low = (first, second) if first >= second else (second, first)
    return high if low == NEVER else high + math.log1p(math.exp(low - high))


def log_mix(weighted: Sequence[tuple[float, float]]) -> float:
    """Return ln(sum of weight x exp(v)) over (weight, v); a weight of zero drops its term."""
    return log_sum([math.log(weight) + value for weight, value in weighted if weight > 0])
