"""The rules people use today, as they are written: which minute do they roll back, on (minutes, 4,
R) counts?

Every function returns the minute (from 1) of the roll-back of each run, inf where there is none.
- Flagger: a metric over its threshold is a failed check; failed checks only accumulate; at
  `threshold` of them it
  rolls back (`failedChecks >= analysis.threshold`).
- Argo Rollouts: a measurement that fails its condition counts; more than `failureLimit` fail the
  analysis.
- CloudWatch alarm, M of the last N points over a threshold, as SageMaker's deployment guardrails
  watch one.
- Kayenta: Mann-Whitney at 98%, tolerance 0.25 of the Hodges-Lehmann estimate, on per-minute rates
  so far; confidence
  bounds by the asymptotic formula of R's wilcox.test (continuity corrected, ties not corrected).
- A multinomial mixture as in anytime-valid canary tests: whose was each bad event, uniform
  Dirichlet.
- z-tests for two proportions on the counts so far, two-sided at 5%, canary worse.
"""

import numpy as np
from scipy.special import gammaln, ndtri

Array = np.ndarray
NEVER = np.inf


def first(hits: Array) -> Array:
    """Return the minute (from 1) of the first hit in (minutes, R) flags, inf where there is
    none.
    """
    return np.where(hits.any(axis=0), hits.argmax(axis=0) + 1.0, NEVER)


def rates(counts: Array) -> tuple[Array, Array]:
    """Return (minutes, R) error rates of canary and baseline."""
    return counts[:, 0] / np.maximum(counts[:, 1], 1), counts[:, 2] / np.maximum(counts[:, 3], 1)


def over(counts: Array, threshold: float) -> Array:
    """Return which minutes of the canary are over a fixed rate."""
    return rates(counts)[0] > threshold


def flagger(counts: Array, threshold: float = 0.01, failed_checks: int = 5) -> Array:
    """Return when the failed checks reach their limit; a good check takes none back."""
    return first(np.cumsum(over(counts, threshold), axis=0) >= failed_checks)


def argo_rollouts(counts: Array, threshold: float = 0.01, failure_limit: int = 0) -> Array:
    """Return when more measurements failed than the limit allows."""
    return first(np.cumsum(over(counts, threshold), axis=0) > failure_limit)


def alarm(counts: Array, threshold: float = 0.01, m: int = 3, n: int = 5) -> Array:
    """Return when M of the last N points breach."""
    breaches = np.cumsum(over(counts, threshold), axis=0)
    recent = breaches.copy()
    recent[n:] -= breaches[:-n]
    return first(recent >= m)


def kayenta(
    counts: Array, begin: int = 10, confidence: float = 0.98, tolerance: float = 0.25
) -> Array:
    """Return when the metric is first classified High, judged every minute from `begin` on."""
    canary, baseline = rates(counts)
    minute = np.full(counts.shape[2], NEVER)
    for t in range(begin, len(counts) + 1):
        alive = np.flatnonzero(minute == NEVER)
        if alive.size == 0:
            break
        high = _high(
            canary[:t, alive], baseline[:t, alive], float(ndtri((1 + confidence) / 2)), tolerance
        )
        minute[alive[high]] = t
    return minute


def _high(canary: Array, baseline: Array, z: float, tolerance: float) -> Array:
    t = len(canary)
    differences = (canary[:, None, :] - baseline[None, :, :]).reshape(t * t, -1)
    sigma = np.sqrt(t * t * (2 * t + 1) / 12)
    place = int(np.floor(t * t / 2 - 0.5 - z * sigma))
    middle = t * t // 2
    ordered = np.partition(differences, sorted({max(place, 0), middle}), axis=0)
    lower, estimate = ordered[max(place, 0)], ordered[middle]
    return (
        (place >= 0)
        & (lower > tolerance * np.abs(estimate))
        & (canary.mean(axis=0) >= baseline.mean(axis=0))
    )


def multinomial_mixture(counts: Array, alpha: float = 0.01) -> Array:
    """Return when the Bayes factor of "the share of bad events is not the share of traffic" reaches
    1/alpha.

    One multinomial on the totals so far with a uniform Dirichlet, two-sided as published; a canary
    better than its share is not rolled back.
    """
    total = np.cumsum(counts, axis=0)
    x_c, n_c, x_b, n_b = (total[:, i] for i in range(4))
    share = n_c / (n_c + n_b)
    log_factor = gammaln(1 + x_c) + gammaln(1 + x_b) - gammaln(2 + x_c + x_b)
    log_factor -= x_c * np.log(share) + x_b * np.log1p(-share)
    return first((log_factor >= -np.log(alpha)) & (x_c / n_c > x_b / n_b))


def z_test_each_minute(counts: Array, level: float = 0.05) -> Array:
    """Return when the test first says worse, looking every minute."""
    return first(_z_scores(counts) > ndtri(1 - level / 2))


def z_test_once(counts: Array, level: float = 0.05) -> Array:
    """Return the last minute where the test says worse at the end."""
    worse = _z_scores(counts)[-1] > ndtri(1 - level / 2)
    return np.where(worse, float(len(counts)), NEVER)


def _z_scores(counts: Array) -> Array:
    total = np.cumsum(counts, axis=0)
    x_c, n_c, x_b, n_b = (total[:, i] for i in range(4))
    pooled = (x_c + x_b) / (n_c + n_b)
    spread = np.sqrt(np.maximum(pooled * (1 - pooled) * (1 / n_c + 1 / n_b), 1e-300))
    return (x_c / n_c - x_b / n_b) / spread
