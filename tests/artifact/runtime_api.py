"""Lambda's runtime API on this machine: hands one event to a function's process and takes its
answer.

Source: "Using the Lambda runtime API" in the AWS Lambda developer guide (version 2018-06-01).
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

INVOCATION = "/2018-06-01/runtime/invocation"


class RuntimeApi:
    """One event in, one answer out; `answered` is set when the answer, or the error of the start,
    has come.
    """

    def __init__(self, event: dict[str, Any]) -> None:
        self.answered = threading.Event()
        self.path = ""
        """Where the answer came: it ends with `/response`, `/error` or, when the start failed,
        `/init/error`.
        """
        self.answer: Any = None
        self._event = json.dumps(event).encode()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API has them."""
        return f"127.0.0.1:{self._server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self
        given = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if not given.acquire(blocking=False):
                    # one event only: the process is ended while it asks for another
                    threading.Event().wait()
                self.send_response(200)
                self.send_header(
                    "Lambda-Runtime-Aws-Request-Id", "00000000-0000-0000-0000-000000000001"
                )
                self.send_header(
                    "Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 30_000)
                )
                self.send_header(
                    "Lambda-Runtime-Invoked-Function-Arn",
                    "arn:aws:lambda:eu-west-1:1:function:built",
                )
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(api._event)))
                self.end_headers()
                self.wfile.write(api._event)

            def do_POST(self) -> None:
                api.path = self.path
                api.answer = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                api.answered.set()

            def log_message(self, *_: object) -> None:
                """Say nothing: the test says what went wrong."""

        return Handler
