"""The paired bets: the same record to both variants, who was right?

D = goodness of the baseline - goodness of the canary on one record, in [-1, 1]; positive when the canary is worse. Each
bet's expected pay-off is at most 1 under its null whatever was seen before, so a look after every record is allowed
(Ville 1939); with tolerance 0 the first is a sequential McNemar test. Source: betting on a bounded mean, Waudby-Smith
and Ramdas 2023, on a fixed mixture of stakes.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from canary.stats.logsum import log_mean

ROLL_BACK_STAKES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
ADVANCE_STAKES = (0.02, 0.04, 0.08, 0.13, 0.2, 0.3, 0.45, 0.65)


@dataclass(frozen=True)
class PairedBets:
    """The logarithm of every bet so far, one value a stake; start with no record: all zero."""

    roll_back: tuple[float, ...] = (0.0,) * len(ROLL_BACK_STAKES)
    advance: tuple[float, ...] = (0.0,) * len(ADVANCE_STAKES)

    @property
    def log_roll_back(self) -> float:
        """Return ln E against "the canary is at most the tolerance worse"."""
        return log_mean(self.roll_back)

    @property
    def log_advance(self) -> float:
        """Return ln E against "the canary is max_worse or more worse"."""
        return log_mean(self.advance)

    def after(self, drops: Iterable[float], tolerance: float, max_worse: float) -> "PairedBets":
        """Return the bets after more records with these drops D, each in [-1, 1]; 0 <= tolerance < max_worse <= 1."""
        tallies: dict[float, float] = {}
        for drop in drops:
            tallies[drop] = tallies.get(drop, 0) + 1
        return self._after_tallies(tallies, tolerance, max_worse)

    def after_rates(self, worse: float, better: float, tolerance: float, max_worse: float) -> "PairedBets":
        """Return the bets after the mean of one record: D = 1 at rate `worse`, -1 at rate `better`, 0 else."""
        return self._after_tallies({1.0: worse, -1.0: better, 0.0: 1 - worse - better}, tolerance, max_worse)

    def _after_tallies(self, tallies: Mapping[float, float], tolerance: float, max_worse: float) -> "PairedBets":
        against = [stake / (1 + tolerance) for stake in ROLL_BACK_STAKES]
        return PairedBets(
            tuple(s + _log_pay(tallies, v, -tolerance, 1) for s, v in zip(self.roll_back, against, strict=True)),
            tuple(s + _log_pay(tallies, v, max_worse, -1) for s, v in zip(self.advance, ADVANCE_STAKES, strict=True)),
        )


def _log_pay(tallies: Mapping[float, float], stake: float, shift: float, sign: int) -> float:
    """Return the sum of ln(1 + stake x (shift + sign x D)) over the tallied drops; order does not matter."""
    return math.fsum(n * math.log1p(stake * (shift + sign * drop)) for drop, n in tallies.items())
