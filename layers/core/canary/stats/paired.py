"""The labelled set as evidence: the same record to both variants, one bounded difference a record.

`drop` D is how much worse the canary did on a record: the difference of two scores of 0 to 1, so -1
to 1; for accuracy [baseline right] - [canary right]. Records come in random order. Both bets are
exact (no approximation at any size): under the null each factor's expected value is at most 1.
Source: betting on bounded means, Waudby-Smith and Ramdas 2023; with tolerance 0 the first is a
sequential McNemar test. A weight v of 0 to 1 turns the pay-off D - t into v (D - t), which is as
bounded, and the claim into one about the weighted mean: E[v (D - t)] <= 0 says E[v D] / E[v] <= t.
Records copied c times share one drop: each factor to the power 1 / c makes of all copies together
one factor, and a factor to a power below 1 is still 1 at most by expectation (Jensen).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from canary.stats.logsum import log_mean

ROLL_BACK_STAKES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
ADVANCE_STAKES = (0.02, 0.04, 0.08, 0.13, 0.2, 0.3, 0.45, 0.65)
BATCH_RECORDS = 50


@dataclass(frozen=True, slots=True)
class PairedBets:
    """The logarithm of each bet's wealth after some records."""

    roll_back: tuple[float, ...] = (0.0,) * len(ROLL_BACK_STAKES)
    advance: tuple[float, ...] = (0.0,) * len(ADVANCE_STAKES)
    records: int = 0

    @property
    def log_roll_back(self) -> float:
        """Return ln E that the canary's drop is beyond the tolerance."""
        return log_mean(self.roll_back)

    @property
    def log_advance(self) -> float:
        """Return ln E that the canary's drop is below the margin."""
        return log_mean(self.advance)


START = PairedBets()


def bet(
    state: PairedBets,
    drops: Iterable[float],
    tolerance: float,
    max_worse: float,
    weights: Sequence[float] | None = None,
    copies: int = 1,
) -> PairedBets:
    """Return the state after records with these drops (each -1 to 1).

    Roll back bets against "mean drop <= tolerance", advance against "mean drop >= max_worse"; both
    in the unit of the drops, 0 <= tolerance < 1 and 0 <= max_worse <= 1. `weights`: one of 0 to 1
    for each drop, all 1 unless given. `copies`: how many times every record is there. Raises
    ValueError for a drop or weight outside its range.
    """
    values = list(drops)
    weighted = [1.0] * len(values) if weights is None else weights
    pairs = Counter(zip(values, weighted, strict=True))
    if any(not -1 <= drop <= 1 for drop, _ in pairs):
        raise ValueError("a drop lies outside -1 to 1")
    if any(not 0 <= weight <= 1 for _, weight in pairs):
        raise ValueError("a weight lies outside 0 to 1")
    stakes = [stake / (1 + tolerance) for stake in ROLL_BACK_STAKES]
    return PairedBets(
        tuple(
            w + _gain(pairs, stake, -tolerance) / copies
            for w, stake in zip(state.roll_back, stakes, strict=True)
        ),
        tuple(
            w + _gain(pairs, -s, -max_worse) / copies
            for w, s in zip(state.advance, ADVANCE_STAKES, strict=True)
        ),
        state.records + len(values),
    )


def _gain(pairs: Counter[tuple[float, float]], stake: float, offset: float) -> float:
    """Return the sum of a bet's logarithms, the same to the last digit as record by record.

    Most drops of a batch are equal, and a logarithm in Python costs more than `fsum` of fifty.
    """
    logs = (math.log1p(stake * weight * (drop + offset)) for drop, weight in pairs)
    return math.fsum(chain.from_iterable(map(repeat, logs, pairs.values())))
