"""What of an endpoint outlives a move to another configuration. Pure.

Sources: UpdateEndpoint (RetainAllVariantProperties, ExcludeRetainedVariantProperties) and
VariantProperty in the API reference.
"""

from collections.abc import Collection
from dataclasses import replace

from emulator.endpoints.endpoint import Endpoint, Setup
from emulator.endpoints.variant import Variant

CAPTURE = "DataCaptureConfig"


def retained(wanted: Setup, live: Endpoint, excluded: Collection[str]) -> Setup:
    """Return the setup with the live weights and counts of the variants it shares with the
    endpoint, and the live data capture; what is excluded is as the configuration says.
    """
    variants = tuple(_kept(one, live.variant(one.name), excluded) for one in wanted.variants)
    if CAPTURE in excluded:
        return replace(wanted, variants=variants)
    config = {key: value for key, value in wanted.config.items() if key != CAPTURE}
    if CAPTURE in live.config:
        config[CAPTURE] = live.config[CAPTURE]
    return replace(wanted, variants=variants, config=config)


def _kept(variant: Variant, current: Variant | None, excluded: Collection[str]) -> Variant:
    if current is None:
        return variant
    live = {"DesiredWeight": current.desired_weight, "DesiredInstanceCount": current.desired_count}
    return variant.asked({k: v for k, v in live.items() if k not in excluded}).settled()
