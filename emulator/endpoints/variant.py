"""One production variant: its weights, counts and model. Frozen; a change is a new value.

Current is what serves, desired is what was asked. Weights are float32, as SageMaker keeps them.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self


def float32(number: float) -> float:
    """Return the nearest float32 as a Python float: 0.05 becomes 0.05000000074505806."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


@dataclass(frozen=True)
class Variant:
    """One variant. `model_name` is None on an inference-component endpoint, which has no weights
    either.
    """

    name: str
    model_name: str | None
    current_weight: float | None
    desired_weight: float | None
    current_count: int | None = None
    desired_count: int | None = None
    serverless: Mapping[str, int] | None = None
    scaling: Mapping[str, Any] | None = None
    routing: Mapping[str, Any] | None = None

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return the variant an endpoint configuration asks for; a weight left out is 1, a weight
        of 0 stays 0.
        """
        model_name = config.get("ModelName")
        weight = float32(config.get("InitialVariantWeight", 1.0)) if model_name else None
        count = config.get("InitialInstanceCount")
        return cls(
            config["VariantName"],
            model_name,
            weight,
            weight,
            count,
            count,
            config.get("ServerlessConfig"),
            config.get("ManagedInstanceScaling"),
            config.get("RoutingConfig"),
        )

    def asked(self, change: Mapping[str, Any]) -> Self:
        """Return the variant with what a DesiredWeightAndCapacity names as desired, everything else
        kept.
        """
        weight, count = change.get("DesiredWeight"), change.get("DesiredInstanceCount")
        return replace(
            self,
            desired_weight=self.desired_weight if weight is None else float32(weight),
            desired_count=self.desired_count if count is None else int(count),
            serverless=change.get("ServerlessUpdateConfig") or self.serverless,
        )

    def settled(self) -> Self:
        """Return the variant serving what was asked."""
        return replace(self, current_weight=self.desired_weight, current_count=self.desired_count)

    def summary(self) -> dict[str, Any]:
        """Return the ProductionVariantSummary of DescribeEndpoint, absent values left out."""
        pairs = {
            "VariantName": self.name,
            "CurrentWeight": self.current_weight,
            "DesiredWeight": self.desired_weight,
            "CurrentInstanceCount": self.current_count,
            "DesiredInstanceCount": self.desired_count,
            "CurrentServerlessConfig": self.serverless,
            "DesiredServerlessConfig": self.serverless,
            "ManagedInstanceScaling": self.scaling,
            "RoutingConfig": self.routing,
        }
        return {key: value for key, value in pairs.items() if value is not None}
