"""One production variant: its weights, counts and model. Frozen; a change is a new value.

Current is what serves, desired is what was asked. Weights are float32, as SageMaker keeps them.
"""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self


def float32(number: float) -> float:
    """Return the nearest float32 as a Python float: 0.05 becomes 0.05000000074505806."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


@dataclass(frozen=True)
class Variant:
    """One variant. `model_name` is None on an inference-component endpoint, which has no weights
    either.

    `model` is the model as it was when the variant's fleet was built, packages resolved into their
    containers; deleting it or making another of its name changes nothing that serves. `started` is
    when that fleet came into service, None before.
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
    instance_type: str | None = None
    health_seconds: float | None = None
    model: Mapping[str, Any] = field(default_factory=dict)
    started: datetime | None = None

    @classmethod
    def from_config(cls, config: Mapping[str, Any], model: Mapping[str, Any] | None = None) -> Self:
        """Return the variant an endpoint configuration asks for; a weight left out is 1, a weight
        of 0 stays 0. `model` is its model, with "Containers" alone.
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
            config.get("InstanceType"),
            config.get("ContainerStartupHealthCheckTimeoutInSeconds"),
            model or {},
        )

    @property
    def containers(self) -> list[Mapping[str, Any]]:
        """Return the containers that serve, in order."""
        return list(self.model.get("Containers", []))

    @property
    def names(self) -> tuple[str, ...]:
        """Return what its behaviour may be known by, the nearest first: the model's name, then a
        container's package, data and image.
        """
        sources = ("ModelPackageName", "ModelDataUrl", "Image")
        found = [one[key] for one in self.containers for key in sources if key in one]
        return (*([self.model_name] if self.model_name else []), *found)

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

    def unlike(self, live: Self | None) -> bool:
        """Return whether this fleet is of another instance type than a live one."""
        return live is not None and live.instance_type != self.instance_type

    def settled(self) -> Self:
        """Return the variant serving what was asked."""
        return replace(self, current_weight=self.desired_weight, current_count=self.desired_count)

    def summary(self) -> dict[str, Any]:
        """Return the ProductionVariantSummary of DescribeEndpoint, absent values left out."""
        pairs = {
            "VariantName": self.name,
            "DeployedImages": self._images() or None,
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

    def pending(self, since: datetime) -> dict[str, Any]:
        """Return the PendingProductionVariantSummary of a fleet that is being built."""
        building = {
            "CurrentInstanceCount": None if self.desired_count is None else 0,
            "InstanceType": self.instance_type,
            "VariantStatus": [{"Status": "Creating", "StartTime": since}],
        }
        pairs = {**self.summary(), **building}
        return {key: value for key, value in pairs.items() if value is not None}

    def _images(self) -> list[dict[str, Any]]:
        """Return the images as they were resolved: an image of that name is the same always."""
        named = [str(one["Image"]) for one in self.containers if "Image" in one]
        return [
            {
                "SpecifiedImage": image,
                "ResolvedImage": f"{image.split('@')[0]}@sha256:{_digest(image)}",
                **({"ResolutionTime": self.started} if self.started else {}),
            }
            for image in named
        ]


def _digest(image: str) -> str:
    _, _, given = image.partition("@sha256:")
    return given or hashlib.sha256(image.encode()).hexdigest()
