"""An experiment, not part of the judge: what each part of the composition costs against the
information bound, at a calm guard and a fixed share.

The request bet may be boosted as in benchmarks.verdicts.boost: whose a minute's bad events are is
binomial where the margin is one ratio and requests are independent (phi = 1). So a boosted bet's
additive margin is made a ratio at the history's rate.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import logsumexp

from benchmarks.verdicts import history_bet
from benchmarks.verdicts.bake import placed
from benchmarks.verdicts.boost import boost, gains
from benchmarks.verdicts.counts import recent, served
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.processes import roll_back_pair
from benchmarks.verdicts.worlds import Guarded, fixed_share, generator
from canary.domain.judge.fold import RESTART_EVERY_MINUTES
from canary.stats import setting as st

Array = np.ndarray
REQUESTS, SHARE, ALPHA = 6000, 0.05, 0.05
LIFTED_MINUTES, LEVEL_MINUTES = 10, 10
NEVER = np.inf


@dataclass(frozen=True)
class How:
    """What is bet with; `grid` None: one stake, made for the canary's true ratio to its bound."""

    grid: tuple[float, ...] | None = ERRORS.grid
    weights: tuple[float, ...] = (0.25,) * 4
    parts: tuple[float, float, float] = (0.7, 0.1, 0.2)
    """Weights of the request, pair and history bet."""
    first_mass: float = st.FIRST_MASS
    boosted: bool = False


ALONE = (1.0, 0.0, 0.0)
HOWS = {
    "as judged": How(),
    "request and pair bet alone": How(parts=(0.9, 0.1, 0.0)),
    "stakes 1.6, 2.4, 4.6, 15 at .15, .4, .35, .1": How(
        (1.6, 2.4, 4.6, 15.0), (0.15, 0.4, 0.35, 0.1)
    ),
    "mass .9 on the first restart": How(first_mass=0.9),
    "boosted, margin as a ratio (experiment)": How(boosted=True),
    "knows the ratio, else as judged": How(None, (1.0,)),
    "knows the ratio, nothing else": How(None, (1.0,), ALONE, 1 - 1e-9),
}


@dataclass(frozen=True)
class Seen:
    """A guard's minutes, and what pair and history bet pay on them."""

    counts: Array
    ratio: Array
    difference: Array
    rate: Array
    pairs: Array
    history: Array


@lru_cache(maxsize=8)
def seen(seed: int, runs: int, base: float, ratio: float, points: float, minutes: int) -> Seen:
    """Return minutes of a canary at ratio x base + points; `base` negative: the history had twice
    the rate.
    """
    now = abs(base)
    rng = generator(seed, "composition", base, ratio, points, minutes)
    past = Guarded(2 * now if base < 0 else now)
    here = placed(past, rng, ERRORS, runs, REQUESTS, SHARE)
    counts = fixed_share(Guarded(now, ratio, points), rng, runs, REQUESTS, SHARE, minutes)
    terms, day, one = here.terms, here.day, np.ones(runs)
    exposed = SHARE * REQUESTS * one
    planned = (
        history_bet.exposure(exposed, *terms.roll_back, terms.history.rate),
        REQUESTS - exposed,
    )
    pairs, ranked, rates = [], [], list[Array]()
    for minute in counts:
        safe, rate_now = served(minute), recent(terms, rates[-st.RECENT_MINUTES :])
        lately = np.maximum(rate_now, recent(terms, rates[-LEVEL_MINUTES:]))
        pairs.append(roll_back_pair(safe, terms, rate_now))
        assert day is not None  # noqa: S101 -- a place that was drawn has one
        two = history_bet.ranks(day, safe, lately, planned, terms.roll_back, one > 0)
        ranked.append(history_bet.blocks(*two))
        rates.append(safe[2] / safe[3])
    line = one * ERRORS.roll_back.ratio, one * ERRORS.roll_back.difference
    return Seen(counts, *line, terms.history.rate, np.stack(pairs), np.stack(ranked))


def crossing(known: Seen, how: How, truth: float) -> Array:
    """Return the minute in which each run is taken back; `truth` is the canary's rate over its
    bound's.
    """
    runs, limit = known.counts.shape[2], -np.log(ALPHA)
    grid = how.grid or (truth,)
    ratio, difference = known.ratio, known.difference
    if how.boosted:
        ratio, difference = ratio + difference / known.rate, np.zeros(runs)
    weights = np.log(np.array(how.weights))[:, None]
    sizes = (len(grid), 2, known.history.shape[1])
    inside = [weights, -np.log(2.0), -np.log(sizes[2])]
    first, rest = np.log(how.first_mass), 2 * (1 - how.first_mass)
    wealth = [np.zeros((n, runs)) + first + w for n, w in zip(sizes, inside, strict=True)]
    minute, restarts = np.full(runs, NEVER), 1
    with np.errstate(divide="ignore"):
        parts = np.log(np.array(how.parts))
    for t, counts in enumerate(known.counts):
        if t and t % RESTART_EVERY_MINUTES == 0:
            restarts += 1
            mass = np.log(rest / (restarts * (restarts + 1)))
            wealth = [np.logaddexp(w, mass + i) for w, i in zip(wealth, inside, strict=True)]
        block = _requests(counts, ratio, difference, grid, np.inf if t < LIFTED_MINUTES else None)
        if how.boosted:
            tilt, total = counts[1] / counts[3] * ratio, counts[0] + counts[2]
            before = logsumexp(wealth[0], axis=0)
            room = limit - parts[0]
            block = block + boost(wealth[0], before, gains(tilt, grid), tilt, total, room)
        paid = block, known.pairs[t], known.history[t]
        wealth = [w + one for w, one in zip(wealth, paid, strict=True)]
        held = [logsumexp(w, axis=0) + p for w, p in zip(wealth, parts, strict=True)]
        held.append(np.full(runs, np.log(rest / (restarts + 1))))
        crossed = logsumexp(np.stack(held), axis=0) >= limit
        minute[crossed & (minute == NEVER)] = t + 1
        if (minute < NEVER).all():
            break
    return minute


def _requests(
    counts: Array, ratio: Array, difference: Array, grid: tuple[float, ...], cap: float | None
) -> Array:
    tilt = counts[1] / counts[3] * ratio
    canary, baseline = gains(tilt, grid)
    stake = np.expm1(canary)
    paid = counts[0] * canary + counts[2] * baseline - difference * counts[1] * stake
    return np.minimum(paid, st.CALM_CAP if cap is None else cap)
