"""One InvokeEndpoint call: size limit, routing or TargetVariant, the model, and the errors
SageMaker Runtime gives.

Source: SageMaker Runtime API reference, InvokeEndpoint (ModelError 424, ModelNotReadyException 429,
size limit).
"""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.errors import ModelFailure
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.serving.content import body_of, rows_of
from emulator.endpoints.serving.models import Load, Model, ServesBytes, predict
from emulator.endpoints.serving.routing import choose
from emulator.endpoints.serving.runtime_errors import RuntimeRefusal, model_error, not_found
from emulator.endpoints.serving.service import Batch, Service
from emulator.endpoints.variant import Variant

MOST_BYTES = 6_291_456


@dataclass(frozen=True)
class Request:
    """One call as it arrives."""

    endpoint: str
    body: bytes
    content_type: str = "text/csv"
    accept: str = "text/csv"
    target_variant: str | None = None
    target_model: str | None = None
    target_container: str | None = None


@dataclass(frozen=True)
class Reply:
    """One answer as it leaves; `variant` goes into the x-Amzn-Invoked-Production-Variant header."""

    body: bytes
    content_type: str
    variant: str


@dataclass
class Invocations:
    """InvokeEndpoint for a fleet. `coming` holds refusals that the next calls meet instead of an
    answer; `refuse_wrong_address` raises where what stands behind a variant wants another request.
    """

    fleet: Fleet
    service: Service
    sleep: Callable[[float], object] | None = None
    coming: defaultdict[str, deque[RuntimeRefusal]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    refuse_wrong_address: Callable[[Request, Endpoint, Variant], None] | None = None

    def refuse_elsewhere(self, request: Request, region: str, account: str) -> None:
        """Raise RuntimeRefusal when the call came to another region or account than the fleet's."""
        if not self.fleet.is_at(region, account):
            raise not_found(request.endpoint, account)

    def invoke(self, request: Request) -> Reply:
        """Return the answer. Raises RuntimeRefusal with the error SageMaker Runtime gives.

        With `sleep` the caller waits for as long as the model took, in emulated time.
        """
        with self.fleet.lock:
            if len(request.body) > MOST_BYTES:
                raise RuntimeRefusal(
                    "413", f"HTTP content length exceeded {MOST_BYTES} bytes.", 413
                )
            endpoint = self._endpoint(request)
            random = self.service.random_of_call(
                endpoint.name, request.target_variant, request.body
            )
            variant = self._variant(endpoint, request.target_variant, random)
            if self.refuse_wrong_address is not None:
                self.refuse_wrong_address(request, endpoint, variant)
            if queue := self.coming[endpoint.name]:
                raise queue.popleft()
            batch = self._serve(endpoint, variant, request, random)
        if self.sleep is not None:
            self.sleep(float(batch.model_us[0]) / 1e6)
        if batch.failed[0]:
            raise model_error(endpoint.name, variant.name, self.fleet, batch)
        body, content_type = batch.answers[0]
        return Reply(body, content_type, variant.name)

    def _endpoint(self, request: Request) -> Endpoint:
        endpoint = self.fleet.endpoints.get(request.endpoint)
        if endpoint is None or not endpoint.serving:
            raise not_found(request.endpoint, self.fleet.place.account)
        if not any(variant.model_name for variant in endpoint.variants):
            raise RuntimeRefusal(
                "ValidationError",
                "Inference Component Name header is required for endpoints to which you plan "
                "to deploy inference "
                "components. Please include Inference Component Name header or consider using "
                "SageMaker models.",
                400,
            )
        return endpoint

    def _variant(
        self, endpoint: Endpoint, target: str | None, random: np.random.Generator
    ) -> Variant:
        chosen = choose(endpoint.variants, random) if target is None else endpoint.variant(target)
        if chosen is None:
            what = f"Variant {target}" if target else "A variant with weight"
            raise RuntimeRefusal(
                "ValidationError", f"{what} not found for Endpoint {endpoint.name}.", 400
            )
        return chosen

    def _serve(
        self, endpoint: Endpoint, variant: Variant, request: Request, random: np.random.Generator
    ) -> Batch:
        now = self.fleet.clock.now()
        batch = self.service.serve(
            endpoint, variant, 1, now, lambda model, load: [_served(model, load, request)], random
        )
        self.service.note(
            endpoint.name, variant.name, now, batch, None if request.target_variant else 0
        )
        return batch


def _served(model: Model, load: Load, request: Request) -> tuple[bytes, str]:
    """Return body and content type of the answer; one row that fails fails the whole request."""
    if isinstance(model, ServesBytes):
        return model.serve(request.body, request.content_type, request.accept)
    rows = rows_of(request.body, request.content_type)
    if not rows:
        raise ModelFailure("the body holds no record", 400)
    answers = predict(model, rows, load)
    for answer in answers:
        if isinstance(answer, ModelFailure):
            raise answer
    return body_of(answers, request.accept)
