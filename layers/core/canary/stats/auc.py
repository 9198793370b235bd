"""The drop in ROC AUC as evidence: an asymptotic confidence sequence on DeLong's influence values.

Approximate for small sets, unlike the bets, so it decides only from 500 records of which 30 are
placed differently by the two variants. The evidence is the one-sided normal mixture martingale,
read with the estimated standard error; it reaches 1/alpha exactly where the one-sided asymptotic
confidence sequence excludes the null (Waudby-Smith et al., time-uniform central limit theory;
DeLong 1988 for the variance). Where the variants hardly differ that error is 0 or unknown; what
speaks then is an exact bet on pairs of records (`log_alike`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from canary.stats.logsum import log_mean
from canary.stats.paired import ADVANCE_STAKES

LEAST_RECORDS = 500
LEAST_DISCORDANT = 30
TUNED_FOR_RECORDS = 2000
TUNED_FOR_ALPHA = 0.025
ALIKE_STAKES = (*ADVANCE_STAKES, 0.95)


@dataclass(frozen=True, slots=True)
class AucDrop:
    """The paired difference of two AUCs, baseline minus canary."""

    baseline: float
    canary: float
    standard_error: float
    records: int
    discordant: int
    """Records that the two variants place differently among the other class."""

    @property
    def drop(self) -> float:
        """Return baseline minus canary: positive when the canary is worse."""
        return self.baseline - self.canary

    @property
    def may_decide(self) -> bool:
        """Return whether the floors of the approximation are reached."""
        return self.records >= LEAST_RECORDS and self.discordant >= LEAST_DISCORDANT

    def log_roll_back(self, tolerance: float) -> float:
        """Return ln E that the drop is beyond the tolerance; 0 below the floors."""
        return self._log_evidence(self.drop - tolerance)

    def log_advance(self, max_worse: float) -> float:
        """Return ln E that the drop is below the margin; 0 below the floors."""
        return self._log_evidence(max_worse - self.drop)

    def _log_evidence(self, distance: float) -> float:
        if not self.may_decide or self.standard_error <= 0:
            return 0.0
        return log_mixture(distance / self.standard_error, self.records)


def log_alike(
    positive: Sequence[bool], baseline: Sequence[float], canary: Sequence[float], max_worse: float
) -> float:
    """Return ln E that the drop is below the margin, from pairs of the i-th positive and the i-th
    negative.

    The chance that a positive is ordered above a negative is the AUC, so that the difference of
    both variants' orders, -1 to 1, has the drop as its mean, and disjoint pairs are independent:
    the bet of `canary.stats.paired` on them is exact at every size, identical variants included.
    """
    ups = [i for i, p in enumerate(positive) if p]
    downs = [i for i, p in enumerate(positive) if not p]
    drops = [
        _ordered(baseline[up], baseline[down]) - _ordered(canary[up], canary[down])
        for up, down in zip(ups, downs, strict=False)
    ]
    return log_mean(
        [
            math.fsum(math.log1p(stake * (max_worse - drop)) for drop in drops)
            for stake in ALIKE_STAKES
        ]
    )


def _ordered(up: float, down: float) -> float:
    """Return 1 where the positive has the higher score, half for a tie."""
    return 1.0 if up > down else 0.5 if up == down else 0.0


def log_mixture(z_score: float, records: int) -> float:
    """Return ln of the one-sided normal mixture at a z-score reached after some records."""
    spread = records * _mixture_variance()
    pull = z_score * math.sqrt(spread / (spread + 1))
    return math.log(2) - 0.5 * math.log1p(spread) + 0.5 * pull * pull + _log_normal_cdf(pull)


def _mixture_variance() -> float:
    """Return rho squared, tightest at the size and level it is tuned for (same source,
    appendix).
    """
    level = -2 * math.log(TUNED_FOR_ALPHA)
    return (level + math.log(level) + 1) / TUNED_FOR_RECORDS


def _log_normal_cdf(z: float) -> float:
    if z > -30:
        return math.log(math.erfc(-z / math.sqrt(2)) / 2)
    return -0.5 * z * z - math.log(-z * math.sqrt(2 * math.pi))


def auc_drop(
    positive: Sequence[bool], baseline: Sequence[float], canary: Sequence[float]
) -> AucDrop | None:
    """Return the paired AUC difference of two score lists; None unless both classes have two
    records.

    `positive` marks each record's class; scores are higher for more likely positives; ties count
    half.
    """
    count = len(positive)
    positives = sum(positive)
    if min(positives, count - positives) < 2:
        return None
    placed_baseline, placed_canary = placements(positive, baseline), placements(positive, canary)
    drops = [b - c for b, c in zip(placed_baseline, placed_canary, strict=True)]
    ups = [d for d, p in zip(drops, positive, strict=True) if p]
    downs = [d for d, p in zip(drops, positive, strict=True) if not p]
    return AucDrop(
        baseline=_mean([v for v, p in zip(placed_baseline, positive, strict=True) if p]),
        canary=_mean([v for v, p in zip(placed_canary, positive, strict=True) if p]),
        standard_error=math.sqrt(_variance(ups) / len(ups) + _variance(downs) / len(downs)),
        records=count,
        discordant=sum(1 for d in drops if d != 0),
    )


def placements(positive: Sequence[bool], scores: Sequence[float]) -> list[float]:
    """Return each record's placement: the part of the other class it is rightly ordered against,
    ties half.
    """
    order = sorted(range(len(scores)), key=scores.__getitem__)
    positives = sum(positive)
    negatives = len(scores) - positives
    placed = [0.0] * len(scores)
    seen_positive = seen_negative = start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        tied_positive = sum(positive[i] for i in order[start:end])
        tied_negative = end - start - tied_positive
        for i in order[start:end]:
            placed[i] = (
                (seen_negative + tied_negative / 2) / negatives
                if positive[i]
                else (positives - seen_positive - tied_positive / 2) / positives
            )
        seen_positive, seen_negative, start = (
            seen_positive + tied_positive,
            seen_negative + tied_negative,
            end,
        )
    return placed


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _variance(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)
