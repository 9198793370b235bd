"""Which models and configurations SageMaker takes, beyond the API model's own constraints. Pure;
refusals are EndpointRefusal.

Sources: the API reference (CreateModel: one primary container or a pipeline of them;
ShadowProductionVariants and CrossRegionTrafficConfig in CreateEndpointConfig; MetricsConfig) and
the feature exclusions of serverless endpoints in the Developer Guide. SageMaker's own words are not
published; these are ours.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.endpoints.errors import EndpointRefusal

FREQUENCIES = (10, 30, 60, 120, 180, 240, 300)


def refuse_impossible(config: Mapping[str, Any]) -> None:
    """Raise EndpointRefusal for a configuration that no endpoint can have."""
    variants: Sequence[Mapping[str, Any]] = config.get("ProductionVariants") or []
    shadows = config.get("ShadowProductionVariants") or []
    counts = Counter(variant["VariantName"] for variant in [*variants, *shadows])
    if twice := [name for name, count in counts.items() if count > 1]:
        raise EndpointRefusal(f"Variant names must be unique; {', '.join(twice)} stands twice.")
    if shadows and (len(variants), len(shadows)) != (1, 1):
        raise EndpointRefusal(
            "ShadowProductionVariants take one variant beside one production variant."
        )
    if len(variants) > 1 and any("ServerlessConfig" in variant for variant in variants):
        raise EndpointRefusal("Serverless endpoints take one production variant.")
    seconds = (config.get("MetricsConfig") or {}).get("MetricPublishFrequencyInSeconds", 60)
    if seconds not in FREQUENCIES:
        raise EndpointRefusal(f"MetricPublishFrequencyInSeconds must be one of {FREQUENCIES}.")
    for variant in [*variants, *shadows]:
        _refuse_machine(variant)


def _refuse_machine(variant: Mapping[str, Any]) -> None:
    name = variant["VariantName"]
    kinds = {"InstanceType", "InstancePools", "ServerlessConfig"} & variant.keys()
    if len(kinds) != 1:
        raise EndpointRefusal(
            f"Variant {name} needs either an InstanceType, InstancePools or a ServerlessConfig."
        )
    if "InitialInstanceCount" in variant and "ServerlessConfig" in kinds:
        raise EndpointRefusal(f"Variant {name} is serverless and has no InitialInstanceCount.")
    if "InitialInstanceCount" not in variant and "InstanceType" in kinds:
        raise EndpointRefusal(f"Variant {name} needs an InitialInstanceCount.")


def refuse_impossible_model(model: Mapping[str, Any]) -> None:
    """Raise EndpointRefusal for a model that cannot be hosted."""
    primary, several = model.get("PrimaryContainer"), model.get("Containers") or []
    if bool(primary) == bool(several):
        raise EndpointRefusal("A model has either a PrimaryContainer or Containers.")
    for container in [primary] if primary else several:
        sources = {"Image", "ModelPackageName"} & container.keys()
        if len(sources) != 1:
            raise EndpointRefusal("A container has either an Image or a ModelPackageName.")
