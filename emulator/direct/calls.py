"""Where a call leaves the SDK: straight into the account, or as the request it would be."""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import moto.core.responses
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.parsers import JSONParser
from botocore.utils import lowercase_dict
from moto import backend_index
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.core.responses import BaseResponse
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from emulator.clock.exclusive import Exclusive
from emulator.direct.response import Answer, DirectResponse, Sent, direct_class
from emulator.patching import Patches

MANY_CHOICES = 300
METHOD_NAMES = {"method_names_from_class": "clazz", "camelcase_to_underscores": "argument"}
Written = tuple[int, Any, Any]
_written: ContextVar[Written | None] = ContextVar("written_answer", default=None)


def patch_direct(patches: Patches, lock: Exclusive) -> None:
    """Let calls of JSON services go the short way, under the account's lock."""
    original = BaseClient._make_request  # type: ignore[attr-defined]

    def make_request(
        self: BaseClient, operation_model: Any, request_dict: Any, request_context: Any
    ) -> Any:
        kind = _asked(operation_model, request_dict)
        if kind is None:
            return original(self, operation_model, request_dict, request_context)
        with lock:
            status, headers, body = _answered(kind(), self, request_dict)
        if int(status) < MANY_CHOICES:
            http = AWSResponse(request_dict["url"], int(status), headers, MockRawResponse(b""))
            return http, _parsed(http, body, operation_model)
        token = _written.set((status, headers, body))
        try:
            return original(self, operation_model, request_dict, request_context)
        finally:
            _written.reset(token)

    patches.replace(
        BaseClient,
        "_make_request",
        make_request,
        parameters=("operation_model", "request_dict", "request_context"),
    )
    _answer_written(patches)
    _name_once(patches)


def _answer_written(patches: Patches) -> None:
    """Let a call that was answered, but not by values, be sent for show: to be read, raised and
    tried again as the SDK does.
    """
    original = BotocoreStubber.process_request

    def process_request(self: BotocoreStubber, request: AWSPreparedRequest) -> Any:
        written = _written.get()
        if written is None:
            return original(self, request)
        _written.set(None)
        return written

    patches.replace(BotocoreStubber, "process_request", process_request, parameters=("request",))


def _name_once(patches: Patches) -> None:
    """Look a class's methods up once, and not in every call."""
    module: Any = moto.core.responses
    for name, parameter in METHOD_NAMES.items():
        once = lru_cache(maxsize=None)(getattr(module, name))
        patches.replace(module, name, once, parameters=(parameter,))


def _asked(operation_model: Any, request: Any) -> type[DirectResponse] | None:
    streams = operation_model.has_streaming_output or operation_model.has_event_stream_output
    if operation_model.service_model.resolved_protocol != "json" or streams:
        return None
    return _kind(request["url"]) if isinstance(request["body"], bytes) else None


@lru_cache(maxsize=256)
def _kind(url: str) -> type[DirectResponse] | None:
    """Return whose URL this is among moto's response classes.

    Source: `moto.core.botocore_stubber.BotocoreStubber.process_request`.
    """
    service = next((name for name, at in backend_index.backend_url_patterns if at.match(url)), None)
    if service is None:
        return None
    backends: Any = get_backend(service)  # type: ignore[call-overload]
    if not isinstance(backends, BackendDict):
        return None
    regions = backends[DEFAULT_ACCOUNT_ID]
    served = regions["us-east-1" if "us-east-1" in regions else "aws"].urls
    way: Any = next((way for at, way in served.items() if re.compile(at).match(url)), None)
    kind = getattr(way, "__self__", None)
    is_plain = getattr(way, "__func__", None) is BaseResponse.dispatch.__func__  # type: ignore[attr-defined]
    return direct_class(kind) if is_plain and isinstance(kind, type) else None


def _answered(response: DirectResponse, client: BaseClient, request: Any) -> Written:
    headers = Headers(list(request["headers"].items()))
    credentials = client._request_signer._credentials  # type: ignore[attr-defined]
    if credentials is not None:
        scope = f"{client.meta.region_name}/{client.meta.service_model.signing_name}/aws4_request"
        claim = f"Credential={credentials.access_key}/20260101/{scope}"
        headers["Authorization"] = f"AWS4-HMAC-SHA256 {claim}, SignedHeaders=host, Signature=0"
    headers["Content-Length"] = str(len(request["body"]))
    try:
        response.prepare(Sent(request["method"], request["url"], headers, request["body"]))
        return response.call_action()  # type: ignore[return-value]
    except HTTPException as error:
        return error.code or 500, error.get_headers(), error.get_body()


def _parsed(http: AWSResponse, body: Any, operation_model: Any) -> dict[str, Any]:
    """Return what the SDK's caller gets, with what the SDK says of the answer itself."""
    told = {"HTTPStatusCode": http.status_code, "HTTPHeaders": lowercase_dict(http.headers)}
    if isinstance(body, Answer):
        told["RequestId"] = http.headers.get("x-amzn-requestid")
        return {**body.parsed, "ResponseMetadata": {**told, "RetryAttempts": 0}}
    text = body.encode() if isinstance(body, str) else body
    response = {"status_code": http.status_code, "headers": http.headers, "body": text}
    parsed: dict[str, Any] = JSONParser().parse(response, operation_model.output_shape)
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    return parsed
