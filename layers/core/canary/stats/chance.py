"""How likely answers given without looking would do as well: exact tails, and an area under a curve
from binned scores.
"""

import math
from collections.abc import Sequence

NEGLIGIBLE = 1e-12


def hits_by_chance(records: int, of_class: int, decided: int, hits: int) -> float:
    """Return P(at least so many hits) where decisions are dealt to records without looking.

    The upper tail of the hypergeometric distribution (Fisher's exact test, one-sided; Fisher, The
    Design of Experiments, 1935): `of_class` records have the class, `decided` got it, `hits` both.
    """
    least = max(0, of_class + decided - records)
    if hits <= least or records == 0:
        return 1.0
    if hits * records <= of_class * decided:
        return 1.0
    term = math.exp(
        _log_choose(of_class, hits)
        + _log_choose(records - of_class, decided - hits)
        - _log_choose(records, decided)
    )
    total = 0.0
    for found in range(hits, min(of_class, decided) + 1):
        total += term
        if term < total * NEGLIGIBLE:
            break
        left = records - of_class - decided + found + 1
        term *= (of_class - found) * (decided - found) / ((found + 1) * left)
    return min(total, 1.0)


def _log_choose(whole: int, part: int) -> float:
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)


def heads_by_chance(tosses: int, heads: int) -> float:
    """Return P(at least so many heads of a fair coin), bounded by Hoeffding's inequality (1963)."""
    if tosses == 0 or heads * 2 <= tosses:
        return 1.0
    excess = heads / tosses - 0.5
    return math.exp(-2 * tosses * excess * excess)


def share_by_chance(trials: int, hits: int, share: float) -> float:
    """Return P(at least so many hits in trials that hit with probability `share`, 0 to 1): the
    upper tail of the binomial distribution, of which Clopper and Pearson's interval is made
    (Biometrika 26, 1934).
    """
    if hits <= 0:
        return 1.0
    if hits <= trials * share:
        return 1.0
    term = math.exp(
        _log_choose(trials, hits) + hits * math.log(share) + (trials - hits) * math.log1p(-share)
    )
    total = 0.0
    for found in range(hits, trials + 1):
        total += term
        if term < total * NEGLIGIBLE:
            break
        term *= (trials - found) / (found + 1) * share / (1 - share)
    return min(total, 1.0)


def area_within(
    positives: Sequence[int], negatives: Sequence[int], errors: float
) -> tuple[float, float, float] | None:
    """Return the area under the ROC curve, that less and that plus so many standard errors, from
    counts by bin; None unless both classes have two records.

    Ties in a bin count half; the standard error is that of Hanley and McNeil, Radiology 143 (1982).
    """
    up, down = sum(positives), sum(negatives)
    if min(up, down) < 2:
        return None
    below, pairs = 0, 0.0
    for positive, negative in zip(positives, negatives, strict=True):
        pairs += positive * (below + negative / 2)
        below += negative
    area = pairs / (up * down)
    first, second = area / (2 - area), 2 * area * area / (1 + area)
    square = area * area
    variance = (
        area * (1 - area) + (up - 1) * (first - square) + (down - 1) * (second - square)
    ) / (up * down)
    reach = errors * math.sqrt(max(variance, 0.0))
    return area, area - reach, area + reach
