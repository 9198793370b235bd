"""Peers at a fixed share: 100 requests/s, 5% canary, 60 minutes."""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.verdicts import bound, peers
from benchmarks.verdicts.cells import Array, Cell, Figures, percent
from benchmarks.verdicts.worlds import Guarded, fixed_share, generator

MINUTES, REQUESTS, SHARE = 60, 6000, 0.05
RULES: dict[str, Callable[[Array], Array]] = {
    "this, alpha .01": partial(bound.request_bet, alpha=0.01),
    "this, alpha .05": partial(bound.request_bet, alpha=0.05),
    "multinomial mixture, .01": peers.multinomial_mixture,
    "Flagger, >1%, 5 failed checks": peers.flagger,
    "Argo Rollouts, failureLimit 0": peers.argo_rollouts,
    "Argo Rollouts, failureLimit 3": partial(peers.argo_rollouts, failure_limit=3),
    "CloudWatch alarm 3-of-5 >1%": peers.alarm,
    "Kayenta, each minute from 10": peers.kayenta,
    "z-test each minute, p<.05": peers.z_test_each_minute,
    "z-test, one look at minute 60": peers.z_test_once,
}
WORLDS = [
    (0.001, 1.0),
    (0.001, 2.0),
    (0.001, 5.0),
    (0.001, 20.0),
    (0.01, 1.0),
    (0.01, 2.0),
    (0.01, 5.0),
]
# The same counts for every rule: differences between rows are the rules', not the draw's.
SPARSE = (600, 0.1, 0.001, 5.0)


def measure(
    seed: int, runs: int, rule: str, requests: int, share: float, base: float, ratio: float
) -> Figures:
    """Return the share rolled back, and the bad answers the canary served until then."""
    rng = generator(seed, "peers", requests, share, base, ratio)
    counts = fixed_share(Guarded(base, ratio), rng, runs, requests, share, MINUTES)
    minute = RULES[rule](counts)
    until = np.minimum(minute, MINUTES).astype(int) - 1
    bad = np.cumsum(counts[:, 0], axis=0)[until, np.arange(runs)]
    return {"rolled_back": percent(minute <= MINUTES), "bad_served": round(float(bad.mean()), 2)}


def cells() -> list[Cell]:
    """Return every rule on every world, and all rules where errors are sparse."""
    worlds = [(REQUESTS, SHARE, base, ratio) for base, ratio in WORLDS] + [SPARSE]
    return [
        Cell(
            "peers",
            rule,
            f"{requests // 60}/s {share:.0%} base {base:.1%} x{ratio:g}",
            measure,
            (rule, requests, share, base, ratio),
        )
        for rule in RULES
        for requests, share, base, ratio in worlds
    ]
