"""The labelled set: sizes to stop and to pass by discordance, error rates at the edges, and the
AUC's sequence.
"""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import rankdata

from benchmarks.verdicts.cells import Array, Cell, Figures, middle, percent
from benchmarks.verdicts.worlds import generator
from canary.stats.auc import LEAST_RECORDS, log_mixture
from canary.stats.paired import ADVANCE_STAKES, BATCH_RECORDS, ROLL_BACK_STAKES

MOST = 8000
AUC_LOOKS = (500, 750, 1000, 1500, 2000, 3000, 4000)


def evidence(drops: Array, tolerance: float, max_worse: float) -> tuple[Array, Array]:
    """Return (batches, R) ln E of both directions, from (records, R) drops."""
    values = np.array([-1.0, 0.0, 1.0])
    batches = drops.reshape(-1, BATCH_RECORDS, drops.shape[1])
    tallies = np.stack([np.cumsum((batches == v).sum(axis=1), axis=0) for v in values])
    back = np.array(ROLL_BACK_STAKES) / (1 + tolerance)

    def grow(stakes: Array, factor: Array) -> Array:
        return logsumexp(np.einsum("sv,vbr->sbr", np.log1p(factor), tallies), axis=0) - np.log(
            len(stakes)
        )

    within = np.array(ADVANCE_STAKES)
    return (
        grow(back, back[:, None] * (values - tolerance)),
        grow(within, within[:, None] * (max_worse - values)),
    )


def first(hits: Array) -> Array:
    """Return records read at the first hit of (batches, R) flags, inf where there is none."""
    return np.where(hits.any(axis=0), (hits.argmax(axis=0) + 1.0) * BATCH_RECORDS, np.inf)


def draw(seed: int, runs: int, discordance: float, drop: float) -> Array:
    """Return (records, runs) drops of records right on one side only with some chance."""
    chance = [(discordance - drop) / 2, 1 - discordance, (discordance + drop) / 2]
    rng = generator(seed, "paired", discordance, drop)
    return rng.choice(np.array([-1, 0, 1], dtype=np.int8), size=(MOST, runs), p=chance)


def measure_stop(seed: int, runs: int, discordance: float, drop: float) -> Figures:
    """Return median records to stop a drop (tolerance 0, alpha 1%), and how many sets of 8,000
    do.
    """
    back, _ = evidence(draw(seed, runs, discordance, drop), 0.0, 0.02)
    records = first(back >= -np.log(0.01))
    return {"median_records": middle(records), "power": percent(np.isfinite(records))}


def measure_pass(seed: int, runs: int, discordance: float, max_worse: float) -> Figures:
    """Return median records to pass an equal canary (beta 5%), and how many sets of 8,000 do."""
    _, within = evidence(draw(seed, runs, discordance, 0.0), max_worse / 2, max_worse)
    records = first(within >= -np.log(0.05))
    return {"median_records": middle(records), "power": percent(np.isfinite(records))}


def measure_errors(seed: int, runs: int, discordance: float, max_worse: float) -> Figures:
    """Return wrong stops at the tolerance (2.5%) and wrong passes at the margin (5%), over 8,000
    records.
    """
    back, _ = evidence(draw(seed, runs, discordance, max_worse / 2), max_worse / 2, max_worse)
    _, within = evidence(draw(seed, runs, discordance, max_worse), max_worse / 2, max_worse)
    return {
        "false_stop": percent((back >= -np.log(0.025)).any(axis=0)),
        "false_pass": percent((within >= -np.log(0.05)).any(axis=0)),
    }


def measure_auc(seed: int, runs: int, positives: float, noise: float) -> Figures:
    """Return how often the AUC's sequence excludes the true drop (2.5% wrong stops, 5% wrong passes
    allowed).
    """
    rng = generator(seed, "auc", positives, noise)
    runs = max(200, runs // 4)
    count = AUC_LOOKS[-1]
    truth = rng.random((runs, count)) < positives
    shared = truth * 1.4 + rng.normal(size=(runs, count))
    baseline = shared + noise * rng.normal(size=(runs, count))
    canary = shared + noise * rng.normal(size=(runs, count))
    wrong_stop, wrong_pass = np.zeros(runs, dtype=bool), np.zeros(runs, dtype=bool)
    for n in AUC_LOOKS:
        drop, error = _delong(truth[:, :n], baseline[:, :n], canary[:, :n])
        scores = np.where(error > 0, drop / np.maximum(error, 1e-12), 0)
        logs = np.array([log_mixture(float(z), n) for z in scores])
        against = np.array([log_mixture(float(-z), n) for z in scores])
        wrong_stop |= logs >= -np.log(0.025)
        wrong_pass |= against >= -np.log(0.05)
    return {
        "false_stop": percent(wrong_stop),
        "false_pass": percent(wrong_pass),
        "runs": runs,
        "from": LEAST_RECORDS,
    }


def _delong(truth: Array, baseline: Array, canary: Array) -> tuple[Array, Array]:
    """Return (drop, standard error) of each run."""
    ups = truth.sum(axis=1, keepdims=True)
    downs = truth.shape[1] - ups

    def placed(scores: Array) -> Array:
        overall = rankdata(scores, axis=1)
        up = rankdata(np.where(truth, scores, np.inf), axis=1)
        down = rankdata(np.where(truth, np.inf, scores), axis=1)
        return np.where(truth, (overall - up) / downs, 1 - (overall - down) / ups)

    gap = placed(baseline) - placed(canary)
    up_mean = np.where(truth, gap, 0).sum(axis=1, keepdims=True) / ups
    down_mean = np.where(truth, 0, gap).sum(axis=1, keepdims=True) / downs
    up_variance = (np.where(truth, gap - up_mean, 0) ** 2).sum(axis=1) / (ups[:, 0] - 1)
    down_variance = (np.where(truth, 0, gap - down_mean) ** 2).sum(axis=1) / (downs[:, 0] - 1)
    return up_mean[:, 0], np.sqrt(up_variance / ups[:, 0] + down_variance / downs[:, 0])


def cells() -> list[Cell]:
    """Return the labelled set's table, its error rates, and those of the AUC."""
    found = [
        Cell("labelled set", f"discordance {d:.0%}", f"stop at {x:.0%}", measure_stop, (d, x))
        for d in (0.03, 0.06, 0.1)
        for x in (0.01, 0.02, 0.03, 0.05)
        if x <= d
    ]
    found += [
        Cell(
            "labelled set",
            f"discordance {d:.0%}",
            f"pass when equal, m = {m:.0%}",
            measure_pass,
            (d, m),
        )
        for d in (0.03, 0.06, 0.1)
        for m in (0.01, 0.02)
    ]
    found += [
        Cell("labelled set: errors", f"discordance {d:.0%}", f"m = {m:.0%}", measure_errors, (d, m))
        for d in (0.03, 0.1)
        for m in (0.01, 0.02)
    ]
    return found + [
        Cell("AUC: errors", f"positives {p:.0%}", f"noise {s:g}", measure_auc, (p, s))
        for p in (0.1, 0.4)
        for s in (0.1, 0.5)
    ]
