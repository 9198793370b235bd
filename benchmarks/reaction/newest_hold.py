"""What the hold by the newest minutes costs a good canary, and how soon it holds a bad one.

A step of which everything else is ready is left at the first look that the newest five minutes do
not hold: how many looks hold an equal canary, and how many minutes that adds to a step. A canary
that fails after two good hours: how many minutes until the look holds.

python -m benchmarks.reaction.newest_hold RUNS
"""

import json
import math
import sys
from collections.abc import Sequence

import numpy as np

from benchmarks.verdicts.cells import LAWS
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.worlds import Burst, generator
from canary.domain.judge.bets.newest import HOLDS_FROM, NEWEST_MINUTES
from canary.stats.counts import MinuteCounts
from canary.stats.history import learn
from canary.stats.logsum import log_mean
from canary.stats.request_bet import roll_back_blocks
from canary.stats.setting import Setting, overdispersion, settle

PER_MINUTE, SHARE, BASE = 6_000, 0.05, 0.002
HISTORY_MINUTES, MINUTES, READY_AT = 1_440, 45, 8
FAILING = 0.17


def counts_of(
    rng: np.random.Generator, burst: Burst, minutes: int, rate: float = BASE
) -> list[MinuteCounts]:
    """Return minutes of a canary and its baseline, each with bursts of its own."""
    own = burst(rng, (2, minutes))
    canaries = rng.binomial(PER_MINUTE, SHARE, minutes)
    bad = rng.binomial(canaries, np.minimum(rate * own[0], 1))
    base = rng.binomial(PER_MINUTE - canaries, np.minimum(BASE * own[1], 1))
    each = zip(bad.tolist(), canaries.tolist(), base.tolist(), strict=True)
    return [MinuteCounts(c, n, b, PER_MINUTE - n) for c, n, b in each]


def setting_of(rng: np.random.Generator, burst: Burst) -> Setting:
    """Return the terms that a day of the same law teaches."""
    bad = rng.binomial(PER_MINUTE, np.minimum(BASE * burst(rng, (1, HISTORY_MINUTES))[0], 1))
    history = learn([(PER_MINUTE, int(one)) for one in bad])
    return settle(history, ERRORS.roll_back, ERRORS.last_gate, SHARE, ERRORS.grid)


def holds(setting: Setting, minutes: Sequence[MinuteCounts]) -> bool:
    """Return whether a look at these minutes, the newest last, holds the step."""
    wealth: tuple[float, ...] = (0.0,) * len(setting.grid)
    spans = []
    for counts in reversed(minutes[-NEWEST_MINUTES:]):
        phi = overdispersion(counts, setting.history.rate, setting.history.burstiness)
        block = roll_back_blocks(counts, setting.roll_back, setting.grid, phi, math.inf)
        wealth = tuple(w + b for w, b in zip(wealth, block, strict=True))
        spans.append(log_mean(wealth))
    return log_mean(spans) >= HOLDS_FROM


def row(law: str, runs: int) -> dict[str, object]:
    """Return one law's figures."""
    rng, burst = generator(20, "newest", law), LAWS[law]
    held, looks, waits, found = 0, 0, [], []
    for _ in range(runs):
        setting = setting_of(rng, burst)
        minutes = counts_of(rng, burst, MINUTES)
        told = [holds(setting, minutes[: now + 1]) for now in range(READY_AT, MINUTES)]
        held, looks = held + sum(told), looks + len(told)
        waits.append(told.index(False) if False in told else len(told))
        failing = counts_of(rng, burst, NEWEST_MINUTES, FAILING)
        worse = [holds(setting, [*minutes[-NEWEST_MINUTES:], *failing[: n + 1]]) for n in range(5)]
        found.append(worse.index(True) + 1 if True in worse else NEWEST_MINUTES + 1)
    return {
        "law": law,
        "looks that hold an equal canary, %": round(100 * held / looks, 2),
        "minutes added to a step: mean": round(float(np.mean(waits)), 2),
        "p99": float(np.quantile(waits, 0.99)),
        "most": max(waits),
        "minutes until a failing canary is held: median": float(np.median(found)),
        "not within five, %": round(100 * sum(n > NEWEST_MINUTES for n in found) / runs, 1),
    }


def main() -> None:
    """Print a row a law as JSON Lines."""
    for law in LAWS:
        print(json.dumps(row(law, int(sys.argv[1]))), flush=True)


if __name__ == "__main__":
    main()
