"""Moto's InvokeEndpoint answered by the fleet's variants instead of by a constant."""

import json
from collections.abc import Mapping

from moto.core.exceptions import JsonRESTError
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

from emulator.endpoints.serving.invocation import Invocations, Request
from emulator.endpoints.serving.runtime_errors import RuntimeRefusal
from emulator.patching import Patches

INVOKED_VARIANT = "x-Amzn-Invoked-Production-Variant"


class RuntimeRestError(JsonRESTError):  # type: ignore[misc]
    """One error answer; moto turns a raised one into its HTTP status, a returned tuple would become
    200.
    """

    def __init__(self, refusal: RuntimeRefusal) -> None:
        super().__init__(refusal.code, refusal.message)
        self.code = refusal.status
        self.description = json.dumps(
            {"Message": refusal.message, "message": refusal.message, **refusal.members}
        )


def patch_runtime(patches: Patches, invocations: Invocations) -> None:
    """Make moto's SageMaker Runtime answer from `invocations`."""

    def invoke_endpoint(self: SageMakerRuntimeResponse) -> tuple[int, dict[str, str], bytes]:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = _request(self.path.split("/")[2], self.body, headers)
        try:
            invocations.refuse_elsewhere(request, self.region, self.current_account)
            reply = invocations.invoke(request)
        except RuntimeRefusal as refusal:
            raise RuntimeRestError(refusal) from refusal
        return 200, {"Content-Type": reply.content_type, INVOKED_VARIANT: reply.variant}, reply.body

    patches.replace(SageMakerRuntimeResponse, "invoke_endpoint", invoke_endpoint, parameters=())


def _request(endpoint: str, body: str | bytes, headers: Mapping[str, str]) -> Request:
    return Request(
        endpoint=endpoint,
        body=body.encode() if isinstance(body, str) else body,
        content_type=headers.get("content-type", ""),
        accept=headers.get("accept", ""),
        target_variant=headers.get("x-amzn-sagemaker-target-variant"),
        target_model=headers.get("x-amzn-sagemaker-target-model"),
        target_container=headers.get("x-amzn-sagemaker-target-container-hostname"),
    )
