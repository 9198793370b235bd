"""What stands on the endpoint where nobody brings a model: a made-up churn model, and a better one.

Records are six numbers, a label is drawn from a logistic law of them; the canary knows the law, the
baseline sees one of the numbers too weakly. Made up from one seed, and said to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulator.endpoints import ModelFailure
from local.rows import Rows, as_objects

RECORDS, FEATURES, SEED = 3_000, 6, 20
LAW = np.array([2.4, -1.8, 1.2, 0.0, -0.8, 2.0])
SEEN_TOO_WEAKLY = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.2])


@dataclass(frozen=True)
class Logistic:
    """Answers 1 (leaves) where a weighted sum of the record is above 0, else 0."""

    weights: NDArray[np.float64]

    def predict_batch(self, rows: Any) -> list[int]:
        """Return one class a record. Raises ModelFailure 400 for a record of another kind."""
        try:
            matrix = np.asarray([list(row) for row in rows], dtype=float)
        except (TypeError, ValueError) as error:
            raise ModelFailure(f"a record is {FEATURES} numbers: {error}", 400) from error
        if matrix.ndim != 2 or matrix.shape[1] != FEATURES:
            raise ModelFailure(f"a record is {FEATURES} numbers, got {matrix.shape}", 400)
        return [int(score > 0) for score in matrix @ self.weights]


BASELINE, CANARY = Logistic(LAW * SEEN_TOO_WEAKLY), Logistic(LAW)


def sample_rows() -> Rows:
    """Return the made-up records, the label in column 0 of the labelled file."""
    random = np.random.default_rng(SEED)
    records = np.round(random.normal(size=(RECORDS, FEATURES)), 3)
    leaves = random.random(RECORDS) < 1 / (1 + np.exp(-2 * (records @ LAW)))
    lines = [
        ",".join([str(int(label)), *map(str, record)])
        for label, record in zip(leaves, records, strict=True)
    ]
    return Rows(as_objects(records.tolist()), "text/csv", ("\n".join(lines) + "\n").encode())
