"""A bounded sample of the compared records, for what does not add up over chunks: curves, ranks,
distributions.

Up to 50,000 records it is all of them. Beyond, a uniform sample without replacement: every record
draws a seeded key and the smallest keys stay. The report says when that is so.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLED_RECORDS = 50_000
SEED = 20_240_229


@dataclass(frozen=True)
class Rows:
    """Compared records column by column; both variants' scores are NaN where a model gave none."""

    labels: NDArray[np.float64]
    slices: NDArray[np.int_]
    baseline: NDArray[np.float64]
    canary: NDArray[np.float64]

    def taken(self, places: NDArray[Any]) -> "Rows":
        """Return some of the rows."""
        return Rows(
            self.labels[places], self.slices[places], self.baseline[places], self.canary[places]
        )

    def followed_by(self, more: "Rows") -> "Rows":
        """Return these rows and more."""
        pairs = zip(
            (self.labels, self.slices, self.baseline, self.canary),
            (more.labels, more.slices, more.baseline, more.canary),
            strict=True,
        )
        return Rows(*(np.concatenate(pair) for pair in pairs))


NO_ROWS = Rows(np.zeros(0), np.zeros(0, dtype=int), np.zeros(0), np.zeros(0))


class Sample:
    """The rows kept so far."""

    def __init__(self, most: int = SAMPLED_RECORDS) -> None:
        """Start with no row; `most` are kept."""
        self.rows, self.seen = NO_ROWS, 0
        self._keys, self._most = np.zeros(0), most
        self._random = np.random.default_rng(SEED)

    def add(self, rows: Rows) -> None:
        """Take one more chunk."""
        self.seen += rows.labels.size
        self.rows = self.rows.followed_by(rows)
        self._keys = np.concatenate([self._keys, self._random.random(rows.labels.size)])
        if self._keys.size > self._most:
            kept = np.sort(np.argpartition(self._keys, self._most)[: self._most])
            self.rows, self._keys = self.rows.taken(kept), self._keys[kept]

    @property
    def is_partial(self) -> bool:
        """Return whether some records are left out."""
        return self.seen > self._keys.size
