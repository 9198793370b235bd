"""A local endpoint with a known service time and a limit of requests at once, in a process of its
own.
"""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from emulator.endpoints.serving.invocation import Reply, Request
from emulator.endpoints.serving.runtime_server import RuntimeServer


@contextmanager
def endpoint(service_seconds: float, places: int) -> Iterator[str]:
    """Return the address of a running endpoint that answers the parity of a number."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, service_seconds, places), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("stop")
        process.join(10)


def _serve(pipe: Connection, service_seconds: float, places: int) -> None:
    with RuntimeServer(_parity, service_seconds=service_seconds, places=places) as server:
        pipe.send(server.url)
        pipe.recv()


def _parity(request: Request) -> Reply:
    return Reply(str(int(request.body) % 2).encode(), "text/csv", request.target_variant or "")
