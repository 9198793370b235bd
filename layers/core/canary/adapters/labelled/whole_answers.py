"""A time limit for the whole of an answer, on the connections of one client.

A socket's time-out bounds a silence: a container that sends a byte of its headers or of its body
now and then never runs into it. Here every read from the socket has what is left of the limit.
"""

import io
import socket
import time
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)


class TimelyReader(io.RawIOBase):
    """What a socket sends, until its time-out has passed once in all."""

    def __init__(
        self, raw: io.RawIOBase, sock: socket.socket, monotonic: Callable[[], float]
    ) -> None:
        """Begin the limit now; without a time-out there is none."""
        self._raw, self._sock, self._monotonic = raw, sock, monotonic
        limit = sock.gettimeout()
        self._until = None if limit is None else monotonic() + limit

    def readable(self) -> bool:
        """Return that it can be read from."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """Return how many bytes came; raise TimeoutError once the limit is over."""
        if self._until is not None:
            left = self._until - self._monotonic()
            if left <= 0:
                raise TimeoutError("the answer takes too long")
            self._sock.settimeout(left)
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class _TimelyResponse(HTTPResponse):
    """An answer of which status, headers and body together have the connection's time-out."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(TimelyReader(raw, sock, time.monotonic))


class _Connection(AWSHTTPConnection):
    response_class = _TimelyResponse  # type: ignore[assignment]  # the one of Expect headers


class _SecureConnection(AWSHTTPSConnection):
    response_class = _TimelyResponse  # type: ignore[assignment]  # the one of Expect headers


class _Pool(AWSHTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(AWSHTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def with_time_limit(client: Any) -> None:
    """Give every answer of a client, from its first byte to its last, the client's read time-out.

    There is no public way to a client's connections: a version of botocore that keeps them
    elsewhere fails here, at the start, and not in the middle of an answer that never ends.
    """
    session = client._endpoint.http_session  # noqa: SLF001
    session._pool_classes_by_scheme.update(http=_Pool, https=_SecurePool)  # noqa: SLF001
