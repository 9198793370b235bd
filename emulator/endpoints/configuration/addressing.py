"""What a request must name because of what stands behind the variant it comes to. Pure.

Sources: Developer Guide, "Invoke a multi-model endpoint" and "Invoke a multi-container endpoint
with direct invocation" (validation errors); the words about target models as public issues quote
them (aws/amazon-sagemaker-examples#1026, aws/sagemaker-tensorflow-serving-container#166).
"""

from collections.abc import Mapping
from typing import Any

from emulator.endpoints.serving.invocation import Request
from emulator.endpoints.serving.runtime_errors import RuntimeRefusal


def refuse_wrong_address(
    request: Request, config: Mapping[str, Any], model: Mapping[str, Any]
) -> None:
    """Raise RuntimeRefusal where the request names too little or too much for this model."""
    if config.get("AsyncInferenceConfig"):
        raise _invalid(f"Endpoint {request.endpoint} is invoked by InvokeEndpointAsync alone.")
    containers = model.get("Containers") or []
    many = any(container.get("Mode") == "MultiModel" for container in containers)
    if many and request.target_model is None:
        raise _invalid(f"Request to Endpoint {request.endpoint} is missing a target model header.")
    if not many and request.target_model is not None:
        raise _invalid(
            f"Endpoint {request.endpoint} is not a multi-model endpoint and does not support "
            "target model header."
        )
    mode = (model.get("InferenceExecutionConfig") or {}).get("Mode")
    names = [container.get("ContainerHostname") for container in containers]
    possible = names if mode == "Direct" and len(containers) > 1 else [None]
    if request.target_container not in possible:
        raise _invalid(f"Endpoint {request.endpoint} has no such target container.")


def _invalid(message: str) -> RuntimeRefusal:
    return RuntimeRefusal("ValidationError", message, 400)
