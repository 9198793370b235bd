"""Losses of probabilities: log loss and the Brier score."""

import math
import sys

SMALLEST_PROBABILITY = sys.float_info.epsilon
"""Where scikit-learn's `log_loss` clips a float64 probability, at both ends."""


def log_loss(likelihood: float) -> float:
    """Return the nats that an answer costs which gave the true class this probability.

    -ln p, p clipped to [eps, 1 - eps]: 36.04 nats at most. Source: Good 1952, "Rational Decisions"
    (logarithmic score); clipped as in scikit-learn's `log_loss`.
    """
    return -math.log(min(max(likelihood, SMALLEST_PROBABILITY), 1 - SMALLEST_PROBABILITY))


MOST_LOG_LOSS = log_loss(0.0)


def brier(probability: float, *, happened: bool) -> float:
    """Return the squared distance of a probability from what happened, 0 to 1.

    Source: Brier 1950, "Verification of forecasts expressed in terms of probability", in the form
    of scikit-learn's `brier_score_loss` for two classes.
    """
    return (probability - happened) ** 2
