"""The labelled set as evidence: the same record to both variants, one bounded difference a record.

`drop` D is how much worse the canary did on a record, -1 to 1: for accuracy and recall [baseline
right] - [canary right]; for log loss the difference of losses over ln 99, probabilities clipped to
[.01, .99]. Records come in random order. Both bets are exact (no approximation at any size): under
the null each factor's expected value is at most 1. Source: betting on bounded means, Waudby-Smith
and Ramdas 2023; with tolerance 0 the first is a sequential McNemar test.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from canary.stats.logsum import log_mean

ROLL_BACK_STAKES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
ADVANCE_STAKES = (0.02, 0.04, 0.08, 0.13, 0.2, 0.3, 0.45, 0.65)
BATCH_RECORDS = 50
PROBABILITY_FLOOR = 0.01
LOG_LOSS_SCALE = math.log(99)


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
    state: PairedBets, drops: Iterable[float], tolerance: float, max_worse: float
) -> PairedBets:
    """Return the state after records with these drops (each -1 to 1).

    Roll back bets against "mean drop <= tolerance", advance against "mean drop >= max_worse"; both
    in the unit of the drops, 0 <= tolerance < 1 and 0 < max_worse <= 1. Raises ValueError for a
    drop outside -1 to 1.
    """
    values = list(drops)
    if any(not -1 <= drop <= 1 for drop in values):
        raise ValueError("a drop lies outside -1 to 1")
    stakes = [stake / (1 + tolerance) for stake in ROLL_BACK_STAKES]
    return PairedBets(
        tuple(
            w + _gain(values, stake, -tolerance)
            for w, stake in zip(state.roll_back, stakes, strict=True)
        ),
        tuple(
            w + _gain(values, -s, -max_worse)
            for w, s in zip(state.advance, ADVANCE_STAKES, strict=True)
        ),
        state.records + len(values),
    )


def _gain(drops: list[float], stake: float, offset: float) -> float:
    return math.fsum(math.log1p(stake * (drop + offset)) for drop in drops)


def right_drop(*, baseline_right: bool, canary_right: bool) -> float:
    """Return the drop of one record for accuracy, and for recall where the record is a positive."""
    return float(baseline_right) - float(canary_right)


def log_loss_drop(baseline_probability: float, canary_probability: float) -> float:
    """Return the drop of one record for log loss, from the probabilities given to its true class.

    The margin of such a test is the user's log-loss margin divided by LOG_LOSS_SCALE as well.
    """
    baseline, canary = _clip(baseline_probability), _clip(canary_probability)
    return max(-1.0, min(1.0, (math.log(baseline) - math.log(canary)) / LOG_LOSS_SCALE))


def _clip(probability: float) -> float:
    return min(max(probability, PROBABILITY_FLOOR), 1 - PROBABILITY_FLOOR)
