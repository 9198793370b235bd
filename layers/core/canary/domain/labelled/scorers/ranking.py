"""The share for one query's ranking: NDCG at k."""

import math
from collections.abc import Sequence
from itertools import groupby


def ndcg(relevances: Sequence[float], scores: Sequence[float], k: int | None = None) -> float:
    """Return the discounted gain of ordering by score over the best order's, 0 to 1.

    `relevances` (0 or more) and `scores` are of the same items; items with equal scores share
    their places' mean; without a relevant item 0. Source: Jarvelin and Kekalainen 2002; ties as in
    McSherry and Najork 2008 and scikit-learn's `ndcg_score`.
    """
    best = _gain(relevances, relevances, k)
    return _gain(relevances, scores, k) / best if best > 0 else 0.0


def _gain(relevances: Sequence[float], scores: Sequence[float], k: int | None) -> float:
    order = sorted(range(len(scores)), key=lambda item: -scores[item])
    gain, place = 0.0, 0
    for _, tied in groupby(order, key=lambda item: scores[item]):
        items = list(tied)
        discounts = math.fsum(_discount(place + i, k) for i in range(len(items)))
        gain += discounts * math.fsum(relevances[item] for item in items) / len(items)
        place += len(items)
    return gain


def _discount(place: int, k: int | None) -> float:
    return 1 / math.log2(place + 2) if k is None or place < k else 0.0
