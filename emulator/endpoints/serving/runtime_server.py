"""SageMaker Runtime over HTTP on this machine: InvokeEndpoint answered by any function of a
request.

Rules: the request body is always read, head and body of an answer leave in one write with
TCP_NODELAY (either omission costs about 45 ms a call), connections are kept alive.
`service_seconds` is the wall time a model takes and `places` how many requests it serves at once;
more wait their turn.
"""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import unquote

from emulator.endpoints.serving.invocation import Reply, Request
from emulator.endpoints.serving.moto_runtime import INVOKED_VARIANT
from emulator.endpoints.serving.runtime_errors import RuntimeRefusal

TARGET_VARIANT = "X-Amzn-SageMaker-Target-Variant"


class RuntimeServer:
    """A running server; use as a context manager. `url` is what AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME
    is set to.
    """

    def __init__(
        self,
        answer: Callable[[Request], Reply],
        *,
        service_seconds: float = 0.0,
        places: int = 64,
        port: int = 0,
    ) -> None:
        """Answer with `answer`, which may raise RuntimeRefusal; port 0 takes a free one."""
        handler = _handler(answer, service_seconds, threading.BoundedSemaphore(places))
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Start serving."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and close every connection."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def _handler(
    answer: Callable[[Request], Reply], service_seconds: float, places: threading.BoundedSemaphore
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = self.path.split("/")
            if len(parts) != 4 or (parts[1], parts[3]) != ("endpoints", "invocations"):
                self._refuse(
                    RuntimeRefusal("UnknownOperationException", f"no operation {self.path}", 404)
                )
                return
            request = Request(
                endpoint=unquote(parts[2]),
                body=body,
                content_type=self.headers.get("Content-Type", ""),
                accept=self.headers.get("Accept", ""),
                target_variant=self.headers.get(TARGET_VARIANT),
            )
            try:
                with places:
                    if service_seconds:
                        time.sleep(service_seconds)
                    reply = answer(request)
            except RuntimeRefusal as refusal:
                self._refuse(refusal)
            else:
                self._send(
                    200,
                    {"Content-Type": reply.content_type, INVOKED_VARIANT: reply.variant},
                    reply.body,
                )

        def _refuse(self, refusal: RuntimeRefusal) -> None:
            document = {"Message": refusal.message, "message": refusal.message, **refusal.members}
            headers = {"Content-Type": "application/json", "x-amzn-ErrorType": refusal.code}
            self._send(refusal.status, headers, json.dumps(document).encode())

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler
