"""The boosting experiment keeps its price."""

import numpy as np

from benchmarks.verdicts.boost import boosted_request_bet
from benchmarks.verdicts.bound import request_bet
from benchmarks.verdicts.worlds import Guarded, fixed_share, generator
from canary.domain.plan.standard_guards import ERRORS_GRID


def test_boosting_is_faster_and_keeps_its_error_rate() -> None:
    """An equal canary is taken back in about 5% at most, a five-fold one sooner than without."""
    equal = fixed_share(Guarded(0.001), generator(5, "boost"), 2000, 6000, 0.05, 60)
    assert np.mean(boosted_request_bet(equal, 0.05, ERRORS_GRID) <= 60) <= 0.065
    worse = fixed_share(Guarded(0.001, 5), generator(5, "boost", 5), 500, 6000, 0.05, 60)
    assert boosted_request_bet(worse, 0.05, ERRORS_GRID).mean() < request_bet(worse, 0.05).mean()
