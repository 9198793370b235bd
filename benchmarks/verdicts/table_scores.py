"""The labelled set's bets on what is no right or wrong: continuous scores, weights, slices, a cap
learnt from the baseline, ratios of times.

Every world lies exactly on the edge that a test is about: the tolerance for wrong stops (2.5%
allowed), the margin for wrong passes (5% allowed), looked at after every 50 of 4,000 records.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from benchmarks.verdicts.cells import Array, Cell, Figures, percent
from benchmarks.verdicts.worlds import generator
from canary.domain.labelled.scorers.cap import LEARNING_RECORDS, PERCENTILE
from canary.stats.paired import ADVANCE_STAKES, BATCH_RECORDS, ROLL_BACK_STAKES

RECORDS = 4_000
MOST_RUNS = 1_000
STOP, PASS = -np.log(0.025), -np.log(0.05)
EDGE = 0.03
SLICES = 3


@dataclass(frozen=True)
class Drawn:
    """(runs, records) drops and weights, and by run the true weighted mean drop."""

    drops: Array
    weights: Array
    mean: Array


def crosses(drawn: Drawn, tests: int = 1) -> tuple[Array, Array]:
    """Return by run whether either bet ever crosses on its own edge; the level to stop is shared
    by so many tests.
    """
    mean = drawn.mean[:, None]
    looks = slice(BATCH_RECORDS - 1, None, BATCH_RECORDS)

    def grown(stakes: Array, pay: Array) -> Array:
        """Return (looks, runs) of ln E; stakes (S, runs, 1)."""
        logs = [
            np.cumsum(np.log1p(stake * drawn.weights * pay), axis=1)[:, looks] for stake in stakes
        ]
        return logsumexp(np.stack(logs), axis=0) - np.log(len(stakes))

    back = np.array(ROLL_BACK_STAKES)[:, None, None] / (1 + mean)
    within = np.array(ADVANCE_STAKES)[:, None, None]
    stopped = grown(back, drawn.drops - mean).max(axis=1) >= STOP + np.log(tests)
    passed = grown(within, mean - drawn.drops).max(axis=1) >= PASS
    return stopped, passed


def continuous(rng: np.random.Generator, runs: int) -> Drawn:
    """Scores between 0 and 1 that differ a little on every record."""
    drops = EDGE + rng.uniform(-0.25, 0.25, (runs, RECORDS))
    return Drawn(drops, np.ones_like(drops), np.full(runs, EDGE))


def skewed(rng: np.random.Generator, runs: int) -> Drawn:
    """A canary a little better on most records and far worse on a few."""
    far = rng.random((runs, RECORDS)) < 0.05
    drops = np.where(far, 0.9, (EDGE - 0.05 * 0.9) / 0.95)
    return Drawn(drops, np.ones_like(drops), np.full(runs, EDGE))


def weighted(rng: np.random.Generator, runs: int) -> Drawn:
    """Heavy records lost more often than light ones, so that only the weighted mean is on the
    edge.
    """
    heavy = rng.random((runs, RECORDS)) < 0.1
    weights = np.where(heavy, 1.0, 0.05)
    chance = np.where(heavy, 0.15, 0.01)
    lost = rng.random((runs, RECORDS)) < chance
    mean = (0.1 * 0.15 + 0.9 * 0.05 * 0.01) / (0.1 + 0.9 * 0.05)
    return Drawn(lost.astype(float), weights, np.full(runs, mean))


def scaled_by_the_set(rng: np.random.Generator, runs: int) -> Drawn:
    """Log-normal weights over the largest of the set, drops that grow with the weight."""
    raw = rng.lognormal(0, 1, (runs, RECORDS))
    share = raw / (raw + 5)
    lost = rng.random((runs, RECORDS)) < 0.3 * share
    many = generator(0, "weights").lognormal(0, 1, 4_000_000)
    mean = float((many * 0.3 * many / (many + 5)).sum() / many.sum())
    return Drawn(lost.astype(float), raw / raw.max(axis=1, keepdims=True), np.full(runs, mean))


def learnt_cap(rng: np.random.Generator, runs: int) -> Drawn:
    """Absolute errors with heavy tails, over the baseline's 99th percentile on its first records;
    the true drop is taken at each run's own cap.
    """
    size = (runs, RECORDS + LEARNING_RECORDS)
    baseline = rng.lognormal(0, 1, size)
    canary = baseline * 1.05 * rng.lognormal(0, 0.3, size)
    cap = np.quantile(baseline[:, :LEARNING_RECORDS], PERCENTILE, axis=1)[:, None]
    many = generator(0, "errors").lognormal(0, 1, 1_000_000)
    worse = many * 1.05 * generator(0, "more errors").lognormal(0, 0.3, many.size)
    mean = [float(np.mean(np.minimum(worse, c) - np.minimum(many, c)) / c) for c in cap[:, 0]]
    judged = slice(LEARNING_RECORDS, None)
    drops = (np.minimum(canary, cap) - np.minimum(baseline, cap))[:, judged] / cap
    return Drawn(drops, np.ones_like(drops), np.array(mean))


def ratios(rng: np.random.Generator, runs: int) -> Drawn:
    """Signs of log-normal ratios about their median, the second call a third faster, a coin for
    who is second.
    """
    second = np.where(rng.random((runs, RECORDS)) < 0.5, np.log(1.5), -np.log(1.5))
    signs = np.sign(rng.normal(0, 0.6, (runs, RECORDS)) + second)
    return Drawn(signs, np.ones_like(signs), np.zeros(runs))


WORLDS = {
    "continuous scores": continuous,
    "a few far worse": skewed,
    "weights, heavy ones worse": weighted,
    "weights over the set's largest": scaled_by_the_set,
    "a cap learnt from the baseline": learnt_cap,
    "ratios of times": ratios,
}


def measure(seed: int, runs: int, world: str) -> Figures:
    """Return wrong stops and wrong passes of one world."""
    drawn = WORLDS[world](generator(seed, "scores", world), min(runs, MOST_RUNS))
    stopped, passed = crosses(drawn)
    return {"false_stop": percent(stopped), "false_pass": percent(passed), "runs": len(stopped)}


def slices(seed: int, runs: int) -> Figures:
    """Return how often any of four tests stops wrongly, all of them on the edge, and how often a
    slice at its margin passes.
    """
    rng, runs = generator(seed, "scores", "slices"), min(runs, MOST_RUNS)
    lost = rng.random((runs, RECORDS)) < EDGE
    place = rng.integers(0, SLICES, (runs, RECORDS))
    drops, mean = lost.astype(float), np.full(runs, EDGE)
    weights = [np.ones_like(drops), *((place == one).astype(float) for one in range(SLICES))]
    found = [crosses(Drawn(drops, weight, mean), SLICES + 1) for weight in weights]
    stopped = np.any([stop for stop, _ in found], axis=0)
    return {
        "false_stop": percent(stopped),
        "false_pass": percent(found[1][1]),
        "runs": len(stopped),
    }


def cells() -> list[Cell]:
    """Return the error rates of every world."""
    table = "labelled set: scores"
    found = [Cell(table, world, "edge", measure, (world,)) for world in WORLDS]
    return [*found, Cell(table, "three slices beside all records", "edge", slices)]
