"""What DescribeEndpoint shows of the configuration in use. Pure.

Source: the API model, DescribeEndpoint.
"""

from collections.abc import Mapping
from typing import Any

from emulator.endpoints.variant import Variant

AS_CONFIGURED = ("AsyncInferenceConfig", "ExplainerConfig", "MetricsConfig")
NO_KEY = ""
"""What stands for the key of a capture that has none; the member is required."""


def shown(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of the answer that come from the configuration, absent ones left out."""
    members = {name: config[name] for name in AS_CONFIGURED if config.get(name)}
    if shadows := config.get("ShadowProductionVariants"):
        members["ShadowProductionVariants"] = [
            Variant.from_config(shadow).summary() for shadow in shadows
        ]
    if capture := config.get("DataCaptureConfig"):
        members["DataCaptureConfig"] = _capture(capture)
    return members


def _capture(config: Mapping[str, Any]) -> dict[str, Any]:
    on = bool(config.get("EnableCapture"))
    return {
        "EnableCapture": on,
        "CaptureStatus": "Started" if on else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", NO_KEY),
    }
