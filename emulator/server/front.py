"""HTTP in front of the account: each request is answered as the same call of this process would be,
by moto under the account's lock.

Rules. Who comes in here is the account's administrator: signatures are not checked, roles belong to
what is deployed. Only this machine is listened to; a page in a browser is turned away (its Origin,
or a Host that is not this machine), because it could reach a loopback address too. One request is
one worker of the clock: time stands still while it is answered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from email.message import Message
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from emulator.clock import Clock, ClockClosed
from emulator.server.destination import Unsigned, destination_of
from emulator.server.times import TimeRefused, Times

LOOPBACK = "127.0.0.1"
TIME_PATH = "/_account/time"
HERE = frozenset({LOOPBACK, "localhost"})
HOP_BY_HOP = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})


class Answer(NamedTuple):
    """What goes back."""

    status: int
    headers: Mapping[str, Any]
    body: bytes


class Front(ThreadingHTTPServer):
    """A listening socket of this machine, and what answers its connections."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, clock: Clock, times: Times) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.clock, self.times = clock, times

    def answer(self, method: str, path: str, headers: Message[str, str], body: bytes) -> Answer:
        """Return what a request is answered."""
        if not _comes_from_here(headers):
            return refused(403, "AccessDenied", "only programs of this machine are answered")
        if urlsplit(path).path == TIME_PATH:
            return _time(self.times, method, urlsplit(path).query)
        try:
            with self.clock.working(f"http {method} {path[:60]}"):
                return _of_the_account(method, path, headers, body)
        except ClockClosed:
            return refused(503, "ServiceUnavailable", "the account is being closed")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Front

    def do_GET(self) -> None:
        answer = self.server.answer(self.command, self.path, self.headers, self._body())
        self._send(answer)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_GET  # noqa: N815 -- http.server's names

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return _chunks(self.rfile.readline, self.rfile.read)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _send(self, answer: Answer) -> None:
        named = {name.lower(): value for name, value in answer.headers.items()}
        length = len(answer.body)
        if self.command == "HEAD":
            length = int(named.get("content-length", length))
        self.send_response_only(answer.status)
        self.send_header("Date", format_datetime(self.server.clock.now(), usegmt=True))
        for name in named.keys() - HOP_BY_HOP:
            self.send_header(name, str(named[name]))
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def refused(status: int, code: str, message: str) -> Answer:
    """Return an error as the JSON services give it."""
    document = {"__type": code, "message": message, "Message": message}
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
    return Answer(status, headers, json.dumps(document).encode())


def _comes_from_here(headers: Message[str, str]) -> bool:
    host = headers.get("Host", "").rpartition(":")[0] or headers.get("Host", "")
    return headers.get("Origin") is None and host in HERE


def _of_the_account(method: str, path: str, headers: Message[str, str], body: bytes) -> Answer:
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        url = destination_of(path, lower).url(path)
    except Unsigned as error:
        return refused(403, "MissingAuthenticationToken", str(error))
    sent = HTTPHeaders()
    for name, value in headers.items():
        if name.lower() not in {"host", "transfer-encoding"}:
            sent[name] = value
    request = AWSPreparedRequest(method, url, sent, body, stream_output=False)
    try:
        answer = botocore_stubber.process_request(request)
    except Exception as error:  # noqa: BLE001 -- what the stand-in lacks is told, not retried
        return refused(501, "NotImplemented", f"the emulated account: {error!r}")
    if answer is None:
        return refused(501, "NotImplemented", f"the emulated account has nothing at {url}")
    status, answered, content = answer
    return Answer(
        int(status), answered, content.encode() if isinstance(content, str) else bytes(content)
    )


def _time(times: Times, method: str, query: str) -> Answer:
    try:
        shown = times.shown() if method == "GET" else times.changed(dict(parse_qsl(query)))
    except TimeRefused as error:
        return refused(400, "ValidationException", str(error))
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(shown).encode())


def _chunks(line: Callable[[], bytes], read: Callable[[int], bytes]) -> bytes:
    """Return a body that came in pieces, each behind its length. Source: RFC 9112, 7.1."""
    parts = []
    while size := int(line().partition(b";")[0] or b"0", 16):
        parts.append(read(size))
        line()
    while line().strip():
        pass
    return b"".join(parts)
