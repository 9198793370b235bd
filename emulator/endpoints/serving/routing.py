"""Which variant answers: by current weight, or the one the request names."""

from collections.abc import Sequence

import numpy as np

from emulator.cloudwatch.distribution import Floats
from emulator.endpoints.variant import Variant


def shares(variants: Sequence[Variant]) -> Floats:
    """Return each variant's fraction of traffic, all zero when no variant has weight."""
    weights = np.array([variant.current_weight or 0.0 for variant in variants])
    total = weights.sum()
    return weights / total if total > 0 else weights


def split(requests: int, variants: Sequence[Variant], random: np.random.Generator) -> list[int]:
    """Return how many of the requests each variant gets; none anywhere when no variant has
    weight.
    """
    fractions = shares(variants)
    if not fractions.sum():
        return [0] * len(variants)
    return [int(count) for count in random.multinomial(requests, fractions)]


def choose(variants: Sequence[Variant], random: np.random.Generator) -> Variant | None:
    """Return the variant one request is routed to, None when no variant has weight."""
    counts = split(1, variants, random)
    return next((variant for variant, count in zip(variants, counts, strict=True) if count), None)
