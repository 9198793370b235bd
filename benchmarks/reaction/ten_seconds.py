"""Metrics that an endpoint publishes every ten seconds: what reading them so would bring, and what
it would break.

Reaction: seconds from the first bad request until a look sees so many seconds of it, read by whole
minutes, by ten seconds at the same looks (at any second of the minute, as schedules fall), and by
ten seconds with a look every ten. Rates: equal
canaries whose request bet ever reaches 250:1 in an hour, a bet a minute and a bet a slice; bursts
are of minutes, so the slices of one share them.

python -m benchmarks.reaction.ten_seconds RUNS
"""

import json
import math
import sys

import numpy as np

from benchmarks.reaction.newest_hold import BASE, PER_MINUTE, SHARE, setting_of
from benchmarks.verdicts.cells import LAWS
from benchmarks.verdicts.worlds import generator
from canary.stats.counts import MinuteCounts
from canary.stats.logsum import log_mean
from canary.stats.request_bet import roll_back_blocks
from canary.stats.setting import Setting, overdispersion

MINUTE, SLICE = 60, 10
MINUTES, TRIP = 60, math.log(250)
SEEN = (10, 30, 60, 120)
WAYS = {
    "by the minute": (MINUTE, MINUTE),
    "ten seconds, a look a minute": (SLICE, MINUTE),
    "ten seconds, six looks": (SLICE, SLICE),
}
"""What is read, and how often, in seconds."""


def seconds_until(
    needed: int, lag: int, onset: float, first: float, *, grain: int, every: int
) -> float:
    """Return the seconds from the onset to the first look that sees `needed` bad seconds; of whole
    grains alone, published `lag` seconds after they close. Looks are at `first` and `every` so many
    seconds.
    """
    look = first + every * math.ceil((onset - first) / every)
    while True:
        seen = (look - lag) // grain * grain
        if seen - onset >= needed:
            return look - onset
        look += every


def reaction(needed: int, lag: int, rng: np.random.Generator, runs: int) -> dict[str, object]:
    """Return the mean of each way to read."""
    at = zip(rng.uniform(600, 660, runs), rng.uniform(0, MINUTE, runs), strict=True)
    cases = [(float(onset), float(first)) for onset, first in at]
    told = {
        name: round(
            sum(seconds_until(needed, lag, *one, grain=grain, every=every) for one in cases) / runs
        )
        for name, (grain, every) in WAYS.items()
    }
    return {"bad seconds needed": needed, "published after": lag, **told}


def trips(setting: Setting, slices: list[MinuteCounts]) -> bool:
    """Return whether the bets ever reach the threshold, a bet a part of time."""
    wealth: tuple[float, ...] = (0.0,) * len(setting.grid)
    for counts in slices:
        phi = overdispersion(counts, setting.history.rate, setting.history.burstiness)
        block = roll_back_blocks(
            counts, setting.roll_back, setting.grid, phi, setting.roll_back_cap(1)
        )
        wealth = tuple(w + b for w, b in zip(wealth, block, strict=True))
        if log_mean(wealth) >= TRIP:
            return True
    return False


def rates(law: str, runs: int) -> dict[str, object]:
    """Return how many of equal canaries trip, a bet a minute and a bet a slice."""
    rng, burst = generator(20, "ten", law), LAWS[law]
    by_minute = by_slice = 0
    parts = MINUTE // SLICE
    for _ in range(runs):
        setting = setting_of(rng, burst)
        own = np.minimum(BASE * np.repeat(burst(rng, (2, MINUTES)), parts, axis=1), 1)
        canaries = rng.binomial(PER_MINUTE // parts, SHARE, MINUTES * parts)
        others = PER_MINUTE // parts - canaries
        bad, base = rng.binomial(canaries, own[0]), rng.binomial(others, own[1])
        columns = np.stack([bad, canaries, base, others])
        minutes = columns.reshape(4, MINUTES, parts).sum(axis=2)
        by_slice += trips(setting, [MinuteCounts(*map(int, one)) for one in columns.T if one[1]])
        by_minute += trips(setting, [MinuteCounts(*map(int, one)) for one in minutes.T])
    return {
        "law": law,
        "a bet a minute, %": round(100 * by_minute / runs, 2),
        "a bet a slice, %": round(100 * by_slice / runs, 2),
    }


def main() -> None:
    """Print the reaction and the rates as JSON Lines."""
    runs = int(sys.argv[1])
    for lag in (10, 30, 88):
        for needed in SEEN:
            print(json.dumps(reaction(needed, lag, generator(20, lag, needed), 2_000)))
    for law in LAWS:
        print(json.dumps(rates(law, runs)), flush=True)


if __name__ == "__main__":
    main()
