"""Losses of numbers: absolute, relative and squared error, and the pinball loss of quantiles.

All equal scikit-learn's metric of the same name when averaged over records.
"""

import sys
from collections.abc import Mapping, Sequence

SMALLEST_LABEL = sys.float_info.epsilon
"""What scikit-learn's `mean_absolute_percentage_error` divides by where a label is nearer to 0."""


def absolute_error(label: float, answer: float) -> float:
    """Return |answer - label|, in the label's unit."""
    return abs(answer - label)


def relative_error(label: float, answer: float) -> float:
    """Return |answer - label| / |label|; a label of 0 counts as 2.2e-16, so give such a set a
    `cap`.
    """
    return abs(answer - label) / max(abs(label), SMALLEST_LABEL)


def squared_error(label: float, answer: float) -> float:
    """Return (answer - label)^2, in the label's unit squared."""
    error = answer - label
    return error * error  # a power of floats raises where the square overflows


def pinball(label: Sequence[float], answer: Mapping[float, Sequence[float]]) -> float:
    """Return the mean pinball loss over quantiles and steps, in the label's unit.

    `answer`: by quantile (0 to 1), one number for each of the label's. A miss below costs q, one
    above 1 - q. Source: Koenker and Bassett 1978, "Regression Quantiles".
    """
    losses = [
        max(q * (truth - told), (q - 1) * (truth - told))
        for q, row in answer.items()
        for truth, told in zip(label, row, strict=True)
    ]
    return sum(losses) / len(losses)
