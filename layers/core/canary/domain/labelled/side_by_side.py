"""What the answers cost: milliseconds, bytes and tokens of both variants on the same requests.

Rules: always told, deciding where the spec says so (`paired_ratio`). A figure is of one request,
which several records may share, and only where both variants answered it; who is asked first is a
seeded coin for every request. Counts by logarithmic bin, so memory does not grow. The median ratio
has an interval that holds at every look (`canary.stats.median`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from canary.domain.model import Frozen
from canary.stats.log_bins import at_rank, bin_of, quantile
from canary.stats.median import ranks_within

Figure = Literal["milliseconds", "bytes", "tokens"]
FIGURES: tuple[Figure, ...] = ("milliseconds", "bytes", "tokens")
CONFIDENCE = 0.95

Bins = dict[int, int]


@dataclass(frozen=True)
class Call:
    """What one variant's answer to one request cost; tokens where the answer says how many."""

    milliseconds: float
    bytes: int
    tokens: int | None = None

    def figure(self, name: Figure) -> float | None:
        """Return one figure; None where it is not known or not above 0 (a clock too coarse)."""
        value: float | None = getattr(self, name)
        return value if value is not None and value > 0 else None


class Measured(Frozen):
    """One figure of both variants: counts by logarithmic bin of each, and of canary / baseline."""

    figure: Figure
    baseline: Bins
    canary: Bins
    ratio: Bins

    @property
    def requests(self) -> int:
        """Return how many requests it rests on."""
        return sum(self.ratio.values())


class Measuring:
    """The figures while they grow."""

    def __init__(self, measured: tuple[Measured, ...]) -> None:
        """Go on from what was measured."""
        known = {one.figure: one for one in measured}
        self._bins: dict[Figure, tuple[Bins, Bins, Bins]] = {
            name: (
                (dict(known[name].baseline), dict(known[name].canary), dict(known[name].ratio))
                if name in known
                else ({}, {}, {})
            )
            for name in FIGURES
        }

    def add(self, baseline: Call, canary: Call) -> dict[Figure, float]:
        """Take one request's figures, and return the canary's as multiples of the baseline's."""
        ratios = {}
        for name in FIGURES:
            one, other = baseline.figure(name), canary.figure(name)
            if one is not None and other is not None:
                ratios[name] = other / one
                values = (one, other, ratios[name])
                for bins, value in zip(self._bins[name], values, strict=True):
                    place = bin_of(value)
                    bins[place] = bins.get(place, 0) + 1
        return ratios

    def measured(self) -> tuple[Measured, ...]:
        """Return the figures that were seen."""
        return tuple(
            Measured(figure=name, baseline=dict(one), canary=dict(other), ratio=dict(ratio))
            for name, (one, other, ratio) in self._bins.items()
            if ratio
        )


def as_told(measured: Measured) -> dict[str, Any]:
    """Return {"figure", "requests", "baseline", "canary", "ratio"} with medians, 95th percentiles
    and the ratio's interval; its ends are None for fewer than eight requests.
    """
    ranks = ranks_within(measured.requests, 1 - CONFIDENCE)
    low, high = (None, None) if ranks is None else (at_rank(measured.ratio, r) for r in ranks)
    return {
        "figure": measured.figure,
        "requests": measured.requests,
        "baseline": _spread(measured.baseline),
        "canary": _spread(measured.canary),
        "ratio": {"median": quantile(measured.ratio, 0.5), "low": low, "high": high},
    }


def _spread(bins: Mapping[int, int]) -> dict[str, float]:
    return {"median": quantile(bins, 0.5), "p95": quantile(bins, 0.95)}


def in_words(measured: Measured) -> str:
    """Return a figure in one sentence."""
    told = as_told(measured)
    one, other, ratio = told["baseline"], told["canary"], told["ratio"]
    within = "" if ratio["low"] is None else f", {ratio['low']:.3g} to {ratio['high']:.3g} at 95%"
    return (
        f"{measured.figure} a request: canary {other['median']:.3g} (p95 {other['p95']:.3g}) "
        f"against baseline {one['median']:.3g} (p95 {one['p95']:.3g}), median ratio "
        f"{ratio['median']:.3g}x{within}, on {measured.requests} requests"
    )
