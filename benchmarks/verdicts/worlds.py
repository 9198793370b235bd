"""Worlds: how many requests a minute brings, and how many of them go bad, in which variant.

Every law is a factor on the base rate; factors of bursts are drawn for each variant apart, those of
incidents shared.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Array = np.ndarray
Burst = Callable[[np.random.Generator, tuple[int, int]], Array]
DAY = 1440


def generator(seed: int, *name: object) -> np.random.Generator:
    """Return the generator of a cell: its own stream, the same at every run of the same seed."""
    return np.random.default_rng([seed, zlib.crc32(repr(name).encode())])


def no_bursts(_rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return factors of 1."""
    return np.ones(shape)


def gamma_bursts(cv: float) -> Burst:
    """Return independent gamma factors of mean 1 and a coefficient of variation."""
    return lambda rng, shape: rng.gamma(1 / cv**2, cv**2, shape)


def spikes(share: float, size: float) -> Burst:
    """Return factors that are `size` in a share of the minutes and 1 otherwise."""
    return lambda rng, shape: np.where(rng.random(shape) < share, size, 1.0)


def lasting_bursts(minutes: int, size: float, share: float = 0.02) -> Burst:
    """Return bursts of some minutes each, starting at random so that about `share` of the minutes
    burst.
    """

    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
        starts = rng.random((shape[0], shape[1] + minutes - 1)) < share / minutes
        inside = np.zeros(shape, dtype=bool)
        for lag in range(minutes):
            inside |= starts[:, lag : lag + shape[1]]
        return np.where(inside, size, 1.0)

    return draw


@dataclass(frozen=True)
class Shared:
    """What happens to both variants alike: an outage at a minute, a daily rhythm, a ramp."""

    outage_minute: float | None = None
    outage_minutes: int = 0
    outage_rate: float = 0.0
    outage_factor: float = 1.0
    diurnal: float = 0.0
    """Amplitude of a daily rhythm of the rate (0.5: between half and one and a half)."""
    ramp: float = 0.0
    """Relative growth of the rate over an hour."""

    def rate(self, base: float, minute: float) -> float:
        """Return the rate both variants start from in a minute."""
        rate = (
            base
            * (1 + self.diurnal * np.sin(2 * np.pi * minute / DAY))
            * (1 + self.ramp * minute / 60)
        )
        if (
            self.outage_minute is not None
            and 0 <= minute - self.outage_minute < self.outage_minutes
        ):
            rate = max(rate * self.outage_factor, self.outage_rate)
        return min(rate, 1.0)


CALM = Shared()


@dataclass(frozen=True)
class Guarded:
    """One guard's world: base rate, what the canary does to it from which minute and share on, and
    its bursts.
    """

    base: float
    ratio: float = 1.0
    points: float = 0.0
    onset_minute: int = 0
    from_share: float = 0.0
    burst: Burst = no_bursts
    canary_burst: Burst | None = None
    shared: Shared = field(default=CALM)

    def canary_rate(self, rate: float, minute: int, share: Array) -> Array:
        """Return the canary's rate before bursts, per run."""
        bad = (minute >= self.onset_minute) & (share >= self.from_share)
        return np.where(bad, np.minimum(rate * self.ratio + self.points, 1.0), rate)

    def history(self, rng: np.random.Generator, runs: int, requests: int) -> Array:
        """Return (runs, 1440) bad counts of the baseline in the day before."""
        rates = np.array(
            [Shared(diurnal=self.shared.diurnal).rate(self.base, m) for m in range(-DAY, 0)]
        )
        factors = self.burst(rng, (runs, DAY))
        return rng.binomial(requests, np.minimum(rates * factors, 1.0))

    def minute(
        self,
        rng: np.random.Generator,
        minute: int,
        share: Array,
        requests: tuple[Array, Array],
        factors: tuple[Array, Array],
    ) -> Array:
        """Return (4, R) counts of one minute: x_c, n_c, x_b, n_b."""
        n_c, n_b = requests
        rate = self.shared.rate(self.base, minute)
        x_c = rng.binomial(n_c, np.minimum(self.canary_rate(rate, minute, share) * factors[0], 1.0))
        x_b = rng.binomial(n_b, np.minimum(rate * factors[1], 1.0))
        return np.stack([x_c, n_c, x_b, n_b]).astype(float)


def split(rng: np.random.Generator, requests: int, share: Array) -> tuple[Array, Array]:
    """Return each variant's requests in a minute, routed one by one."""
    n_c = rng.binomial(requests, share)
    return n_c, requests - n_c


def fixed_share(
    world: Guarded, rng: np.random.Generator, runs: int, requests: int, share: float, minutes: int
) -> Array:
    """Return (minutes, 4, runs) counts at a constant share."""
    factors = (
        (world.canary_burst or world.burst)(rng, (runs, minutes)),
        world.burst(rng, (runs, minutes)),
    )
    shares = np.full(runs, share)
    return np.stack(
        [
            world.minute(
                rng, t, shares, split(rng, requests, shares), (factors[0][:, t], factors[1][:, t])
            )
            for t in range(minutes)
        ]
    )
