"""Models of one's own: functions of a file, and containers that answer HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from emulator.endpoints import Latency, ModelFailure
from emulator.endpoints.serving.models import Load, predict
from local.mistake import Mistake
from local.models import Container, Function, model_of

SOURCE = """
latency_ms = 80
limit = 3

def predict(rows):
    return [sum(row) for row in rows]

def few(rows):
    return [1]

class Fitted:
    def predict_batch(self, rows):
        return ["fitted"] * len(rows)

fitted = Fitted()
"""


class _Sums(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/ping" else 404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            self._answer(200, str(sum(map(float, body.split(",")))).encode())
        except ValueError:
            self._answer(400, b"no numbers")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def container() -> Iterator[str]:
    """Return the address of a container that sums the numbers of a record."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Sums) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a Python file with models in it."""
    path = tmp_path / "churn.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_a_function_answers_each_record(file: Path) -> None:
    """`predict` unless another is named, at the speed the file states."""
    model = model_of("--canary", str(file), "text/csv")
    assert isinstance(model, Function)
    assert (model.predict_batch([[1, 2], [3, 4]]), model.latency) == ([3, 7], Latency(80.0))


def test_an_object_may_be_named(file: Path) -> None:
    """Anything with predict_batch."""
    assert model_of("--canary", f"{file}:fitted", "text/csv").predict_batch([[1]]) == ["fitted"]


def test_answers_that_are_too_few_fail_their_records(file: Path) -> None:
    """No answer is given to the wrong record."""
    answers = predict(model_of("--canary", f"{file}:few", "text/csv"), [[1], [2]], Load())
    assert list(answers) == [1, 1]  # asked one by one
    with pytest.raises(ModelFailure, match="1 answers to 2 records"):
        model_of("--canary", f"{file}:few", "text/csv").predict_batch([[1], [2]])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("none.py", "--canary: there is no file none.py"),
        ("{file}:other", "has no other. Name what answers .* predict"),
        ("{file}:limit", "limit of .* is no function"),
        ("http://127.0.0.1:9", "does not answer .* Start the container first"),
    ],
)
def test_what_is_no_model_is_refused(file: Path, given: str, said: str) -> None:
    """The message names the option, and what there is instead."""
    with pytest.raises(Mistake, match=said):
        model_of("--canary", given.format(file=file), "text/csv")


@pytest.mark.parametrize(
    ("source", "said"),
    [("1 / 0", "ZeroDivisionError"), ("latency_ms = 0\ndef predict(rows): ...", "latency_ms = 0")],
)
def test_a_file_that_does_not_load_says_why(tmp_path: Path, source: str, said: str) -> None:
    """Before anything is started."""
    path = tmp_path / "broken.py"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(Mistake, match=said):
        model_of("--baseline", str(path), "text/csv")


def test_a_container_is_asked_for_each_record(container: str) -> None:
    """Its refusal is that record's failure, with its own status."""
    model = model_of("--canary", container, "text/csv")
    assert isinstance(model, Container)
    with closing(model):
        first, second = model.predict_batch([[1, 2], ["x", 2]])
    assert first == "3.0"
    assert isinstance(second, ModelFailure)
    assert second.status == 400


def test_a_call_reaches_the_container_as_it_is(container: str) -> None:
    """Body, content type and answer pass through."""
    model = model_of("--canary", container, "text/csv")
    assert isinstance(model, Container)
    with closing(model):
        assert model.serve(b"4,5", "text/csv", "text/csv") == (b"9.0", "text/csv")
        with pytest.raises(ModelFailure, match="no numbers"):
            model.serve(b"?", "text/csv", "text/csv")


def test_a_container_that_is_gone_fails_its_requests() -> None:
    """503, as an endpoint whose container has died."""
    with pytest.raises(ModelFailure) as caught:
        Container("http://127.0.0.1:9", "text/csv").serve(b"1", "text/csv", "")
    assert caught.value.status == 503
