"""How two variants' score distributions differ: told, never deciding."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

DECILES = np.linspace(0, 1, 11)


def score_shift(
    baseline: NDArray[np.float64], canary: NDArray[np.float64]
) -> dict[str, Any] | None:
    """Return means, deciles and the largest gap of the two distribution functions; None without
    scores.

    The gap is the Kolmogorov-Smirnov distance; no p value is given, because the same records were
    scored twice.
    """
    if not baseline.size or np.isnan(baseline).any() or np.isnan(canary).any():
        return None
    grid = np.sort(np.concatenate([baseline, canary]))
    below = [
        np.searchsorted(np.sort(scores), grid, side="right") / scores.size
        for scores in (baseline, canary)
    ]
    return {
        "mean": {"baseline": float(baseline.mean()), "canary": float(canary.mean())},
        "deciles": {"baseline": _deciles(baseline), "canary": _deciles(canary)},
        "largest_gap": float(np.abs(below[0] - below[1]).max()),
        "mean_absolute_change": float(np.abs(baseline - canary).mean()),
    }


def _deciles(scores: NDArray[np.float64]) -> list[float]:
    return [round(float(value), 6) for value in np.quantile(scores, DECILES)]
