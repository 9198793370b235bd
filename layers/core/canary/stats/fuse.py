"""The fuse: two minutes of disaster end a bake at once, in warm-up too. Policy, not covered by the
error rates.

One minute alone rolled back 17% of equal canaries in bursty worlds with an outage both variants
shared.
"""

from canary.stats.counts import MinuteCounts

LEAST_REQUESTS = 20
CANARY_RATE = 0.5
BASELINE_RATE = 0.05


def minute_blows(counts: MinuteCounts) -> bool:
    """Return whether one minute looks like a disaster of the canary alone; a baseline is needed to
    say so.
    """
    return counts.baseline_requests > 0 and blows_against(
        counts.canary_bad, counts.canary_requests, counts.baseline_bad / counts.baseline_requests
    )


def blows_against(canary_bad: int, canary_requests: int, baseline_rate: float) -> bool:
    """Return whether a canary minute is a disaster against a known baseline rate."""
    return (
        canary_requests >= LEAST_REQUESTS
        and canary_bad >= CANARY_RATE * canary_requests
        and baseline_rate < BASELINE_RATE
    )
