"""The configurations of a release: the one in use, byte for byte, but for what the release changes.

Sources: API model of SageMaker, CreateEndpointConfig (what DescribeEndpointConfig answers is what
it takes, but for ARN and time).
"""

from collections.abc import Mapping

from pydantic import JsonValue

from canary.domain.plan.release.staging import Configuration, Staging
from canary.domain.plan.target import Weights

VARIANTS = "ProductionVariants"


def staged(found: Configuration, staging: Staging) -> dict[str, JsonValue]:
    """Return the configuration with the canary at weight 0 beside what is there, and its control
    where one is built.

    Raises KeyError where the variant it is built like is not in it.
    """
    variants = {str(one["VariantName"]): one for one in _variants(found)}
    like: dict[str, JsonValue] = {
        **variants[staging.like],
        "InitialInstanceCount": staging.count,
        "InitialVariantWeight": 0.0,
    }
    if staging.instance_type is not None:
        like["InstanceType"] = staging.instance_type
    built = [{**like, "VariantName": staging.variant, "ModelName": staging.model}]
    if staging.control is not None:
        built.append({**like, "VariantName": staging.control})
    return {**found, "EndpointConfigName": staging.config, VARIANTS: [*variants.values(), *built]}


def settled(
    found: Configuration, name: str, weights: Weights, counts: Mapping[str, int]
) -> dict[str, JsonValue]:
    """Return the configuration that says what serves: the variants that have a weight in it, with
    weight and instances of now.
    """
    return {
        **found,
        "EndpointConfigName": name,
        VARIANTS: [_now(one, weights, counts) for one in _variants(found) if _name(one) in weights],
    }


def _now(
    variant: Mapping[str, JsonValue], weights: Weights, counts: Mapping[str, int]
) -> dict[str, JsonValue]:
    name = _name(variant)
    count = {"InitialInstanceCount": counts[name]} if name in counts else {}
    return {**variant, "InitialVariantWeight": weights[name], **count}


def _variants(found: Configuration) -> list[dict[str, JsonValue]]:
    variants = found[VARIANTS]
    assert isinstance(variants, list)  # noqa: S101 - the API model says so
    return [one for one in variants if isinstance(one, dict)]


def _name(variant: Mapping[str, JsonValue]) -> str:
    return str(variant["VariantName"])
