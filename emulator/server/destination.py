"""Which service of which region a request is meant for, when all of them share one address.

A signed request says so itself: its credential scope is `date/region/service/aws4_request`, in the
Authorization header or, presigned, in the query. Source: IAM user guide, "Elements of an AWS API
request signature". Services that sign alike are told apart by what else they send.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

import botocore.loaders
from botocore.regions import EndpointResolver

SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
PRESIGNED = re.compile(r"[^/]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
RUNTIME_PATH = re.compile(r"/endpoints/[^/]+/(async-)?invocations")


class Unsigned(ValueError):
    """The request says of no service that it is meant for it."""


@dataclass(frozen=True)
class Destination:
    """One service in one region, the service as its endpoint is called: api.sagemaker, states."""

    endpoint: str
    region: str

    def url(self, path: str) -> str:
        """Return where AWS has this service; `path` holds the query too."""
        return f"https://{_host(self.endpoint, self.region)}{path}"


def destination_of(path: str, headers: Mapping[str, str]) -> Destination:
    """Return where a request goes. `headers` have names in lower case. Raises Unsigned."""
    query = parse_qs(urlsplit(path).query)
    scope = SCOPE.search(headers.get("authorization", "")) or PRESIGNED.fullmatch(
        query.get("X-Amz-Credential", [""])[0]
    )
    if scope is None:
        raise Unsigned(
            "the request carries no Signature Version 4, so it names no service: set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to anything"
        )
    region, service = scope.groups()
    if service == "sagemaker":
        runtime = RUNTIME_PATH.fullmatch(urlsplit(path).path)
        service = "runtime.sagemaker" if runtime else "api.sagemaker"
    return Destination(service, region)


@lru_cache
def _host(endpoint: str, region: str) -> str:
    found = _resolver().construct_endpoint(endpoint, region)
    return str(found["hostname"]) if found else f"{endpoint}.{region}.amazonaws.com"


@lru_cache
def _resolver() -> EndpointResolver:
    return EndpointResolver(botocore.loaders.create_loader().load_data("endpoints"))
