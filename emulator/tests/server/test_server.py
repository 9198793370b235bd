"""The account as a program outside this process meets it: plain HTTP on loopback."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import pytest

from emulator import Emulator
from emulator.server import AccountServer
from emulator.server.destination import Unsigned, destination_of

START = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[AccountServer]:
    """An account whose time stands still until it is told to pass."""
    with (
        Emulator(START) as account,
        AccountServer(account, minute_seconds=math.inf) as ready,
    ):
        driving = threading.Thread(target=ready.run)
        driving.start()
        yield ready
        ready.stop()
        driving.join()


def signed(service: str, **headers: str) -> dict[str, str]:
    """Return headers whose credential scope names a service; nobody checks the signature."""
    scope = f"AWS4-HMAC-SHA256 Credential=AKIA/20300107/us-east-1/{service}/aws4_request"
    return {"Authorization": f"{scope}, SignedHeaders=host, Signature=0", **headers}


def ask(
    server: AccountServer, method: str, path: str, body: Any = None, **headers: str
) -> tuple[HTTPResponse, bytes]:
    """Return the answer of one request and its body; header names are as they are sent."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def sagemaker(
    server: AccountServer, operation: str, document: Mapping[str, Any]
) -> tuple[int, dict[str, Any]]:
    """Return status and document of one call of SageMaker's control plane."""
    target = {
        "X-Amz-Target": f"SageMaker.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    answer, body = ask(server, "POST", "/", json.dumps(document), **signed("sagemaker", **target))
    return answer.status, json.loads(body)


def test_a_call_over_http_is_the_same_call(server: AccountServer) -> None:
    """What one program makes, the next one finds."""
    role = "arn:aws:iam::123456789012:role/sagemaker"
    made = {"ModelName": "m", "ExecutionRoleArn": role, "PrimaryContainer": {"Image": "i"}}
    assert sagemaker(server, "CreateModel", made)[0] == 200
    assert sagemaker(server, "DescribeModel", {"ModelName": "m"})[1]["ExecutionRoleArn"] == role


def test_an_error_over_http_keeps_its_code_and_words(server: AccountServer) -> None:
    """SageMaker's own refusal arrives as it was given."""
    status, document = sagemaker(server, "DescribeEndpoint", {"EndpointName": "none"})
    assert (status, document["__type"]) == (400, "ValidationException")
    assert "Could not find endpoint" in document["Message"]


def test_an_object_keeps_its_bytes(server: AccountServer) -> None:
    """A body in pieces is put together; HEAD tells its length and sends none of it."""
    ask(server, "PUT", "/bucket", **signed("s3"))
    put, _ = ask(server, "PUT", "/bucket/a", iter([b"one,", b"two"]), **signed("s3"))
    head, nothing = ask(server, "HEAD", "/bucket/a", **signed("s3"))
    assert (put.status, head.headers["Content-Length"], nothing) == (200, "7", b"")
    assert ask(server, "GET", "/bucket/a", **signed("s3"))[1] == b"one,two"


def test_what_is_not_emulated_is_said_once(server: AccountServer) -> None:
    """501: an SDK does not try such an answer again."""
    status, document = sagemaker(server, "CreateWorkteam", {})
    assert (status, document["__type"]) == (501, "NotImplemented")


@pytest.mark.parametrize("headers", [{"Origin": "https://example.org"}, {"Host": "example.org"}])
def test_a_page_in_a_browser_is_turned_away(server: AccountServer, headers: dict[str, str]) -> None:
    """Neither another origin nor a name that was pointed at this machine gets in."""
    answer, _ = ask(server, "GET", "/_account/time", **headers)
    assert answer.status == 403


def test_only_this_machine_is_listened_to(server: AccountServer) -> None:
    """The socket is bound to the loopback address."""
    assert server._server.server_address[0] == "127.0.0.1"
    answer, _ = ask(server, "GET", "/bucket")
    assert answer.status == 403


def test_time_stands_still_until_it_is_let_pass(server: AccountServer) -> None:
    """Minutes pass when told, and the answers' Date is the account's."""
    ask(server, "PUT", "/bucket", **signed("s3"))
    before, body = ask(server, "GET", "/_account/time")
    assert json.loads(body) == {"now": START.isoformat(), "minute_seconds": None}
    _, body = ask(server, "POST", "/_account/time?minutes=90")
    after, _ = ask(server, "GET", "/_account/time")
    assert json.loads(body)["now"] == "2030-01-07T10:30:00+00:00"
    assert [answer.headers["Date"] for answer in (before, after)] == [
        "Mon, 07 Jan 2030 09:00:00 GMT",
        "Mon, 07 Jan 2030 10:30:00 GMT",
    ]


def test_the_pace_can_be_changed(server: AccountServer) -> None:
    """Time that stood still runs on, and stands still again."""
    ask(server, "POST", "/_account/time?minute_seconds=0.01")
    while True:
        _, body = ask(server, "GET", "/_account/time")
        if json.loads(body)["now"] > "2030-01-07T09:05":
            break
    _, body = ask(server, "POST", "/_account/time?minute_seconds=inf")
    assert json.loads(body)["minute_seconds"] is None


@pytest.mark.parametrize("asked", ["", "minutes=x", "minutes=-1", "minutes=inf", "hours=1"])
def test_time_refuses_what_it_cannot_do(server: AccountServer, asked: str) -> None:
    """The answer names the parameter."""
    answer, body = ask(server, "POST", f"/_account/time?{asked}")
    assert answer.status == 400
    assert "minutes=" in json.loads(body)["message"]


@pytest.mark.parametrize(
    ("service", "path", "url"),
    [
        ("states", "/", "https://states.us-east-1.amazonaws.com/"),
        ("iam", "/", "https://iam.amazonaws.com/"),
        (
            "s3",
            "/bucket/key?list-type=2",
            "https://s3.us-east-1.amazonaws.com/bucket/key?list-type=2",
        ),
        ("sagemaker", "/", "https://api.sagemaker.us-east-1.amazonaws.com/"),
        (
            "sagemaker",
            "/endpoints/a/invocations",
            "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/a/invocations",
        ),
    ],
)
def test_a_signature_names_the_service(service: str, path: str, url: str) -> None:
    """One address serves all of them: the credential scope tells which is meant."""
    headers = {"authorization": signed(service)["Authorization"]}
    assert destination_of(path, headers).url(path) == url


def test_a_presigned_address_names_the_service() -> None:
    """Its scope is in the query; without any scope the request is refused with the remedy."""
    path = "/bucket/key?X-Amz-Credential=AKIA%2F20300107%2Feu-west-1%2Fs3%2Faws4_request"
    assert destination_of(path, {}).region == "eu-west-1"
    with pytest.raises(Unsigned, match="AWS_ACCESS_KEY_ID"):
        destination_of("/bucket/key", {})
