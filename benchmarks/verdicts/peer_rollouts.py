"""Whole rollouts under peers, on the courses people give them.

- Flagger: 10, 20, 30, 40, 50%, a check a minute; a failed check halts the advance and counts, five
  roll back.
- SageMaker deployment guardrails: 10% for ten minutes, then all traffic for ten, a 3-of-5 alarm on
  each metric.
Both watch fixed thresholds: errors over 1%, slow requests over 10%.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.verdicts.course import OPEN, PROMOTED, ROLLED_BACK, Ended
from benchmarks.verdicts.peers import alarm
from benchmarks.verdicts.worlds import Guarded, split

Array = np.ndarray
Worlds = tuple[Guarded, Guarded]
THRESHOLDS = (0.01, 0.1)
FLAGGER_SHARES = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
FLAGGER_FAILED_CHECKS = 5
GUARDRAIL_SHARES = np.repeat([0.1, 1.0], 10)


def _minute(
    rng: np.random.Generator, worlds: Worlds, requests: int, minute: int, share: Array
) -> tuple[list[Array], Array]:
    """Return each guard's counts of a minute and the bad answers the canary is expected to serve
    beyond equality.
    """
    traffic, ones = split(rng, requests, share), np.ones(len(share))
    counts = [world.minute(rng, minute, share, traffic, (ones, ones)) for world in worlds]
    rates = [world.shared.rate(world.base, minute) for world in worlds]
    more = [
        w.canary_rate(rate, minute, share) - rate for w, rate in zip(worlds, rates, strict=True)
    ]
    return counts, traffic[0] * sum(more)


def flagger(rng: np.random.Generator, worlds: Worlds, requests: int, runs: int) -> Ended:
    """Return how runs end when a failed check halts the advance and five of them roll back."""
    zero = np.zeros(runs)
    ended = Ended(zero.astype(int), zero.copy(), zero.copy(), zero.astype(int))
    failed = zero.copy()
    for minute in range(len(FLAGGER_SHARES) + FLAGGER_FAILED_CHECKS):
        alive = ended.verdict == OPEN
        share = FLAGGER_SHARES[np.minimum(ended.step, len(FLAGGER_SHARES) - 1)]
        counts, excess = _minute(rng, worlds, requests, minute, share)
        bad = np.any(
            [c[0] > limit * c[1] for c, limit in zip(counts, THRESHOLDS, strict=True)], axis=0
        )
        failed += bad
        ended.minutes += alive
        ended.excess_bad += np.where(alive, excess, 0)
        ended.step[alive & ~bad] += 1
        ended.verdict[alive & (failed >= FLAGGER_FAILED_CHECKS)] = ROLLED_BACK
        ended.verdict[(ended.verdict == OPEN) & (ended.step >= len(FLAGGER_SHARES))] = PROMOTED
    return ended


def guardrails(rng: np.random.Generator, worlds: Worlds, requests: int, runs: int) -> Ended:
    """Return how runs end when an alarm at any minute of the course rolls back."""
    minutes = [
        _minute(rng, worlds, requests, t, np.full(runs, s)) for t, s in enumerate(GUARDRAIL_SHARES)
    ]
    falls = np.minimum(
        *(alarm(np.stack([counts[i] for counts, _ in minutes]), THRESHOLDS[i]) for i in range(2))
    )
    until = np.minimum(falls, len(GUARDRAIL_SHARES))
    excess = np.cumsum([more for _, more in minutes], axis=0)[
        until.astype(int) - 1, np.arange(runs)
    ]
    verdict = np.where(falls <= len(GUARDRAIL_SHARES), ROLLED_BACK, PROMOTED)
    return Ended(verdict, until, excess, np.zeros(runs, dtype=int))


PEERS: dict[str, Callable[[np.random.Generator, Worlds, int, int], Ended]] = {
    "Flagger": flagger,
    "SageMaker 3-of-5": guardrails,
}
