"""A service's own response class, asked without a request: it is told what it would have read of
one, and keeps what it answers as values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlparse
from uuid import uuid4

from moto.core.request import Request
from moto.core.responses import ActionResult, BaseResponse, _decode_dict
from moto.core.serialize import JSONSerializer, get_serializer_class
from moto.core.utils import get_service_model, utcnow
from moto.iam.models import mark_account_as_visited
from moto.utilities.utils import get_partition
from werkzeug.datastructures import Headers, ImmutableMultiDict
from werkzeug.http import http_date

from emulator.direct.answers import Indirect, read


@dataclass(frozen=True)
class Sent:
    """A request as the SDK would have sent it; `headers` with its signature's claims."""

    method: str
    url: str
    headers: Headers
    data: bytes

    @property
    def content_type(self) -> str | None:
        """Return the body's media type."""
        return self.headers.get("Content-Type")

    @property
    def path(self) -> str:
        """Return the URL's path."""
        return urlparse(self.url).path

    @property
    def values(self) -> Mapping[str, str]:
        """Return the parameters of query and form: JSON services have none."""
        return {}


class Answer(bytes):
    """A body that was never written; what the SDK would have read of it."""

    parsed: dict[str, Any]


class DirectResponse(BaseResponse):
    """Mixed in front of a service's response class."""

    def prepare(self, sent: Sent) -> None:
        """Know of the request all that `setup_class` reads out of one.

        Source: `moto.core.responses.BaseResponse.setup_class`; a test compares every attribute.
        """
        self._sent = sent
        self.is_werkzeug_request = False
        self.parsed_url = urlparse(sent.url)
        self.raw_body = sent.data
        self.body: Any = sent.data.decode()
        self.form_data: Any = ImmutableMultiDict()
        self.uri, self.method = sent.url, sent.method
        self.path = self.parsed_url.path
        self.raw_path = self.path or "/"
        self.headers: Any = sent.headers
        self.querystring = self._query()
        self.data = self.querystring
        self.region = self.get_region_from_url(sent, sent.url)
        self.partition = get_partition(self.region)
        self.uri_match: dict[str, Any] = {}
        self.response_headers = {"server": "amazon.com", "date": http_date(utcnow())}
        if self.automated_parameter_parsing and self._get_action():
            self.parse_parameters(sent)
        self.access_key = self.get_access_key()
        self.current_account = self.get_current_account()
        mark_account_as_visited(
            self.current_account, self.access_key, self.service_name or "", self.region
        )

    def _query(self) -> dict[str, Any]:
        found: dict[str, Any] = parse_qs(self.parsed_url.query, keep_blank_values=True)
        if not found and self.body:
            found = {key: [value] for key, value in parse_qsl(self.body, keep_blank_values=True)}
        return _decode_dict(found or dict(self.headers))

    @cached_property
    def normalized_request(self) -> Request:  # type: ignore[override]
        """Return the request in full, for those few that look at it."""
        sent = self._sent
        return Request.from_primitives(sent.method, sent.url, sent.headers, sent.data)

    def serialized(self, action_result: ActionResult) -> Any:
        """Return status, headers and, where it can be read without being written, an Answer."""
        if _is_plain(action_result) and not getattr(self, "RESPONSE_KEY_PATH_TO_TRANSFORMER", None):
            service = get_service_model(self.boto3_service_name)
            protocol = self.determine_response_protocol(service)
            if get_serializer_class(service.service_name, protocol) is JSONSerializer:
                return self._read(action_result.result, service.operation_model(self._get_action()))
        return super().serialized(action_result)

    @staticmethod
    def _enrich_response(headers: Any, body: Any) -> Any:
        """Give a body that was never written its request id; a written one as always."""
        if not isinstance(body, Answer):
            return BaseResponse._enrich_response(headers, body)
        return {**headers, "x-amzn-requestid": str(uuid4())}, body

    def _read(self, found: object, operation: Any) -> Any:
        answer = Answer()
        try:
            answer.parsed = read(found, operation.output_shape)
        except (Indirect, AttributeError, TypeError, ValueError):
            # Said again, by whoever can say it, on the long way.
            return super().serialized(ActionResult(found))
        status = operation.http.get("responseCode", JSONSerializer.DEFAULT_RESPONSE_CODE)
        return status, dict(self.response_headers), answer


def _is_plain(result: ActionResult) -> bool:
    own = type(result).execute_result is ActionResult.execute_result
    return own and not isinstance(result.result, Exception)


@cache
def direct_class(kind: type[BaseResponse]) -> type[DirectResponse] | None:
    """Return a service's response class that is asked directly; None where it has ways of its
    own.
    """
    own = ("setup_class", "_dispatch", "serialized", "parse_parameters", "_get_action")
    if any(getattr(kind, name) is not getattr(BaseResponse, name) for name in own):
        return None
    return type(f"Direct{kind.__name__}", (DirectResponse, kind), {})
