"""A moto with emulated endpoints on it, ordinary clients, and a way to make an endpoint in one
line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import numpy as np

from emulator.clock import Clock
from emulator.endpoints import Endpoints

START = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
REGION = "us-east-1"


@cache
def client(service: str) -> Any:
    """One client a process: making one costs more than most of these tests."""
    connect: Any = boto3.client
    return connect(
        service, region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none"
    )


class Sums:
    """A model that answers the sum of a row's features."""

    def predict_batch(self, rows: Any) -> Any:
        """Return one sum a row."""
        return np.asarray(rows, dtype=float).sum(axis=1)


@dataclass
class World:
    """What a test drives: the clock, the emulated side, and boto3 clients."""

    clock: Clock
    endpoints: Endpoints
    sagemaker: Any
    runtime: Any
    cloudwatch: Any
    models: set[str] = field(default_factory=set)

    def config(self, name: str, weights: Mapping[str, float], count: int = 2) -> None:
        """Create models (registered as Sums) and an endpoint configuration with one variant a
        weight.
        """
        for variant in weights.keys() - self.models:
            self.sagemaker.create_model(
                ModelName=variant,
                ExecutionRoleArn="arn:aws:iam::123456789012:role/sagemaker",
                PrimaryContainer={"Image": "image"},
            )
            self.endpoints.register_model(variant, Sums())
            self.models.add(variant)
        variants = [
            {
                "VariantName": variant,
                "ModelName": variant,
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": count,
                "InitialVariantWeight": weight,
            }
            for variant, weight in weights.items()
        ]
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)

    def endpoint(self, weights: Mapping[str, float], name: str = "shop") -> None:
        """Create an endpoint and wait until it is InService."""
        self.config(f"{name}-config", weights)
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=f"{name}-config")
        self.clock.run_for(200)
        assert self.status(name) == "InService"

    def describe(self, name: str = "shop") -> dict[str, Any]:
        """Return DescribeEndpoint's answer."""
        answer: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=name)
        return answer

    def status(self, name: str = "shop") -> str:
        """Return the endpoint's status."""
        return str(self.describe(name)["EndpointStatus"])

    def weights(self, which: str = "CurrentWeight", name: str = "shop") -> dict[str, float]:
        """Return each variant's weight."""
        return {
            variant["VariantName"]: variant[which]
            for variant in self.describe(name)["ProductionVariants"]
        }

    def shift(self, weights: Mapping[str, float], name: str = "shop") -> None:
        """Ask for these weights."""
        changes = [
            {"VariantName": variant, "DesiredWeight": weight} for variant, weight in weights.items()
        ]
        self.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=name, DesiredWeightsAndCapacities=changes
        )
