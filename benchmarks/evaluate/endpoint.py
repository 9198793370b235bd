"""Local endpoints in processes of their own: one with a known service time and a limit of requests
at once, and one that answers at once and costs as little as it can.
"""

import asyncio
import contextlib
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from emulator.endpoints.serving.invocation import Reply, Request
from emulator.endpoints.serving.runtime_server import RuntimeServer


@contextmanager
def endpoint(service_seconds: float, places: int) -> Iterator[str]:
    """Return the address of a running endpoint that answers the parity of each line's number."""
    with _running(_serve, service_seconds, places) as url:
        yield url


@contextmanager
def trivial_endpoint() -> Iterator[str]:
    """Return the address of a running endpoint that answers the same at once: one thread, no more
    parsing than is needed.
    """
    with _running(_serve_at_once) as url:
        yield url


@contextmanager
def _running(serve: Callable[..., None], *arguments: float) -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, *arguments), daemon=True)
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
    return Reply(_parities(request.body), "text/csv", request.target_variant or "")


def _parities(body: bytes) -> bytes:
    return b"\n".join(b"%d" % (int(line) % 2) for line in body.splitlines())


def _serve_at_once(pipe: Connection) -> None:
    async def main() -> None:
        server = await asyncio.start_server(_answer, "127.0.0.1", 0)
        pipe.send(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with server:
            await asyncio.get_running_loop().run_in_executor(None, pipe.recv)

    asyncio.run(main())


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            told = _parities(await reader.readexactly(int(_value(head, b"content-length"))))
            answered = b"HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: %d\r\n"
            variant = _value(head, b"x-amzn-sagemaker-target-variant")
            named = b"x-amzn-invoked-production-variant: %s\r\n\r\n"
            writer.write(answered % len(told) + named % variant + told)
    writer.close()


def _value(head: bytes, name: bytes) -> bytes:
    start = head.index(b"\r\n" + name + b": ") + len(name) + 4
    return head[start : head.index(b"\r\n", start)]
