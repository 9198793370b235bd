"""A target: what is asked of an endpoint, looked at, compared and restored.

Weights are SageMaker's relative numbers; it keeps them as float32. Instance counts are named only
where they are asked for: a count nobody asked for is nobody's business, because autoscaling moves
it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from canary.domain.model import Frozen
from canary.domain.words import percent

Weights = dict[str, float]
Instances = Annotated[int, Field(ge=1)]

# 24 bits of mantissa: 0.05 reads back as 0.05000000074505806.
FLOAT32_RELATIVE = 2**-22
SHARE_RELATIVE = 1e-4


class Target(Frozen):
    """The weight of every variant, and the instances of those whose count is asked for."""

    weights: Weights
    counts: dict[str, Instances] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Self:
        unknown = self.counts.keys() - self.weights.keys()
        if unknown:
            raise ValueError(
                f"counts names {sorted(unknown)}, which weights does not: "
                "give each of them a weight, or leave its count out"
            )
        return self

    def met_by(self, weights: Weights, counts: Mapping[str, int | None]) -> bool:
        """Return whether these are its variants and weights, and its counts where it names any."""
        return same_weights(self.weights, weights) and all(
            counts.get(name) == count for name, count in self.counts.items()
        )


def same_weights(left: Weights, right: Weights) -> bool:
    """Return whether both name the same variants with the same float32 weights."""
    return left.keys() == right.keys() and all(same_weight(left[n], right[n]) for n in left)


def same_weight(left: float, right: float) -> bool:
    """Return whether two weights are one as float32."""
    return abs(left - right) <= FLOAT32_RELATIVE * max(abs(left), abs(right))


def shares(weights: Weights) -> Weights:
    """Return each variant's fraction of traffic; all zero when no variant has weight."""
    total = sum(weights.values())
    return {name: weight / total if total else 0.0 for name, weight in weights.items()}


def same_shares(left: Weights, right: Weights) -> bool:
    """Return whether both give the same variants the same shares, whatever their scale: to one
    part in ten thousand, since people write few digits.
    """
    mine, others = shares(left), shares(right)
    return mine.keys() == others.keys() and all(
        abs(share - others[name]) <= SHARE_RELATIVE * max(share, others[name])
        for name, share in mine.items()
    )


def control_share(share: float) -> float:
    """Return the control's part of all traffic at a share of the canary: as much up to one half,
    from there on all that is left of it, and so 0 at 0 and at 1.
    """
    return min(share, 1 - share)


def compared(share: float, others: float | None) -> tuple[float, float]:
    """Return the canary's part of what is compared, and what part of all traffic that is, where the
    others have so much of it (None: all the rest).
    """
    part = 1.0 if others is None else share + others
    return share / part, part


def beside(share: float, *, controlled: bool) -> float | None:
    """Return the part of all traffic that the canary is compared with at its share; None for all
    the rest of it, where no control serves.
    """
    return control_share(share) if controlled and 0 < share < 1 else None


def as_written(weights: Mapping[str, float]) -> str:
    """Return weights as a configuration says them, such as 'v1 1, v2 0'."""
    return ", ".join(f"{name} {weight:.6g}" for name, weight in sorted(weights.items()))


def describe(target: Target) -> str:
    """Return weights with the share each gives, such as 'v1 1 (95%)', and the counts asked for."""
    parts = {name: percent(share) for name, share in shares(target.weights).items()}
    parts |= {n: f"{parts[n]}, {count} instances" for n, count in target.counts.items()}
    weights = sorted(target.weights.items())
    return ", ".join(f"{name} {weight:.6g} ({parts[name]})" for name, weight in weights)


def read_weights(stored: Any, **names: str) -> Any:
    """Return stored data with targets under today's names, where version 5d17009 kept weights.

    `names` gives today's name = the name of then. What has today's name already is left alone.
    """
    if not isinstance(stored, dict):
        return stored
    then = {now: was for now, was in names.items() if was in stored and now not in stored}
    kept = {name: value for name, value in stored.items() if name not in then.values()}
    return kept | {now: {"weights": stored[was]} for now, was in then.items()}
