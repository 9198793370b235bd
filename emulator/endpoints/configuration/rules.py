"""Which kinds of configuration SageMaker takes. Pure; refusals are EndpointRefusal.

Sources: the API model (ShadowProductionVariants and CrossRegionTrafficConfig in
CreateEndpointConfig, MetricPublishFrequencyInSeconds) and the feature exclusions of serverless
endpoints in the Developer Guide. SageMaker's own words are not published; these are ours.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.endpoints.errors import EndpointRefusal

FREQUENCIES = (10, 30, 60, 120, 180, 240, 300)


def refuse_impossible(config: Mapping[str, Any]) -> None:
    """Raise EndpointRefusal for a combination that no endpoint can have."""
    variants: Sequence[Mapping[str, Any]] = config.get("ProductionVariants") or []
    shadows = config.get("ShadowProductionVariants") or []
    if shadows and (len(variants), len(shadows)) != (1, 1):
        raise EndpointRefusal(
            "ShadowProductionVariants take one variant beside one production variant."
        )
    if len(variants) > 1 and any("ServerlessConfig" in variant for variant in variants):
        raise EndpointRefusal("Serverless endpoints take one production variant.")
    seconds = (config.get("MetricsConfig") or {}).get("MetricPublishFrequencyInSeconds", 60)
    if seconds not in FREQUENCIES:
        raise EndpointRefusal(f"MetricPublishFrequencyInSeconds must be one of {FREQUENCIES}.")
