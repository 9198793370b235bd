"""What DescribeEndpoint showed, and when two sets of weights are the same."""

from typing import Literal

from canary.domain.model import Frozen
from canary.domain.plan.plan import Weights

# SageMaker keeps weights as float32: 24 bits of mantissa, so 0.05 reads back as
# 0.05000000074505806.
FLOAT32_RELATIVE = 2**-22

TRANSITIONAL = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})


class Variant(Frozen):
    """One production variant as the endpoint reports it; instance counts are left out on purpose
    (autoscaling).
    """

    name: str
    current_weight: float
    desired_weight: float


class EndpointView(Frozen):
    """One read of an endpoint: `name` as SageMaker writes it; `exists` is False when SageMaker
    knows it no more.
    """

    exists: bool = True
    name: str = ""
    status: str = "InService"
    config_name: str = ""
    variants: tuple[Variant, ...] = ()
    failure_reason: str | None = None

    @property
    def in_service(self) -> bool:
        """Return whether the endpoint is InService."""
        return self.exists and self.status == "InService"

    @property
    def stuck(self) -> bool:
        """Return whether the endpoint is in a state that it does not leave by itself (Failed,
        OutOfService, ...).
        """
        return self.exists and not self.in_service and self.status not in TRANSITIONAL

    @property
    def standing(self) -> str:
        """Return status and, where SageMaker gives one, the reason."""
        return f"{self.status} ({self.failure_reason})" if self.failure_reason else self.status

    @property
    def current_weights(self) -> Weights:
        """Return the weight each variant serves with now."""
        return {variant.name: variant.current_weight for variant in self.variants}

    @property
    def settled(self) -> bool:
        """Return whether every variant serves with the weight it was asked to."""
        return self.in_service and all(
            _same(v.current_weight, v.desired_weight) for v in self.variants
        )

    def serves(self, weights: Weights) -> bool:
        """Return whether the endpoint is InService with exactly these weights, as float32."""
        return self.settled and same_weights(self.current_weights, weights)


GONE = EndpointView(exists=False, status="Gone")


def same_weights(left: Weights, right: Weights) -> bool:
    """Return whether both name the same variants with the same float32 weights."""
    return left.keys() == right.keys() and all(_same(left[name], right[name]) for name in left)


def _same(left: float, right: float) -> bool:
    return abs(left - right) <= FLOAT32_RELATIVE * max(abs(left), abs(right))


def shares(weights: Weights) -> Weights:
    """Return each variant's fraction of traffic; all zero when no variant has weight."""
    total = sum(weights.values())
    return {name: weight / total if total else 0.0 for name, weight in weights.items()}


Arrival = Literal["REACHED", "MOVING", "OVERDUE", "REVERTED", "FOREIGN", "GONE"]
