"""A model of one's own behind an emulated variant: a function of a Python file, or a container that
answers HTTP as SageMaker's do.

`churn.py` has a function `predict(rows)`, which gets a list of records and returns one answer each;
`churn.py:other` names another one, or an object with `predict_batch(rows)`. What it raises is the
record's failure (500). Its emulated latency is drawn, not measured: `latency_ms = 80` in the file
says how many milliseconds half of the requests take at most. A container is asked `GET /ping` once
and `POST /invocations` for each request, over one connection.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from emulator.endpoints import Latency, Model, ModelFailure
from emulator.endpoints.serving.models import Rows
from local.mistake import Mistake

ANSWER_SECONDS = 60.0
"""How long SageMaker waits for a container. Source: developer guide, "How Containers Serve
Requests".
"""


def model_of(option: str, given: str, content_type: str) -> Model:
    """Return the model that an option names. Raises Mistake."""
    if given.startswith(("http://", "https://")):
        return _pinged(option, Container(given.rstrip("/"), content_type))
    path, _, name = given.partition(":")
    return _of_file(option, Path(path), name or "predict")


@dataclass(frozen=True)
class Function:
    """A function of records behind a variant."""

    answers: Callable[[list[Any]], Any]
    latency: Latency = field(default_factory=Latency)

    def predict_batch(self, rows: Rows) -> list[Any]:
        """Return one answer a record. Raises ModelFailure when they are not as many."""
        answers = list(self.answers(list(rows)))
        if len(answers) != len(rows):
            raise ModelFailure(f"{len(answers)} answers to {len(rows)} records")
        return answers


class Container:
    """A container at an address; connections are kept, one request at a time."""

    def __init__(self, url: str, content_type: str) -> None:
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self.url = url
        self._path = parts.path
        self._content_type = content_type
        self._connection = kind(parts.netloc, timeout=ANSWER_SECONDS)
        self._turn = threading.Lock()

    def ping(self) -> int:
        """Return the status of GET /ping. Raises OSError, HTTPException."""
        return self._ask("GET", "/ping", None, {})[0]

    def serve(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """Return body and content type of an answer. Raises ModelFailure with the container's
        status.
        """
        headers = {"Content-Type": content_type, "Accept": accept or "*/*"}
        try:
            status, answer, kind = self._ask("POST", "/invocations", body, headers)
        except (OSError, HTTPException) as error:
            raise ModelFailure(f"{self.url}: {error!r}", 503) from error
        if status != 200:
            raise ModelFailure(answer.decode(errors="replace")[:200], status)
        return answer, kind

    def predict_batch(self, rows: Rows) -> list[Any]:
        """Return one answer a record, each a request of its own; a ModelFailure where it failed."""
        return [self._one(row) for row in rows]

    def close(self) -> None:
        """Let the connection go; the next request opens it again."""
        self._connection.close()

    def _one(self, row: Any) -> Any:
        is_csv = self._content_type == "text/csv"
        body = _line(row) if is_csv else json.dumps(row)
        try:
            return self.serve(body.encode(), self._content_type, self._content_type)[0].decode()
        except ModelFailure as failure:
            return failure

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes, str]:
        with self._turn:
            try:
                self._connection.request(method, self._path + path, body, headers)
                answer = self._connection.getresponse()
                content = answer.read()
            except (OSError, HTTPException):
                self.close()
                raise
            return answer.status, content, answer.headers.get("Content-Type", "")


def _pinged(option: str, container: Container) -> Container:
    try:
        status = container.ping()
    except (OSError, HTTPException) as error:
        problem = f"{container.url}/ping does not answer ({error!r})"
        raise Mistake(option, problem, "Start the container first") from error
    if status != 200:
        problem = f"{container.url}/ping answers {status}, a healthy container 200"
        raise Mistake(option, problem, "Look at what it logs")
    return container


def _of_file(option: str, path: Path, name: str) -> Model:
    if not path.is_file():
        remedy = "Name a Python file, file.py:function, or a container's http:// address"
        raise Mistake(option, f"there is no file {path}", remedy)
    module = _loaded(option, path)
    found = getattr(module, name, None)
    if found is None:
        there = [key for key, value in vars(module).items() if callable(value) and key[0] != "_"]
        remedy = f"Name what answers as {path}:name; there are {', '.join(there) or 'none'}"
        raise Mistake(option, f"{path} has no {name}", remedy)
    if callable(getattr(found, "predict_batch", None)):
        return found  # type: ignore[no-any-return]
    if not callable(found):
        remedy = "Give a function of rows, or an object with predict_batch(rows)"
        raise Mistake(option, f"{name} of {path} is no function", remedy)
    return Function(found, _latency(option, path, module))


def _loaded(option: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"local_model_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Mistake(option, f"{path} is no Python file", "Its name has to end in .py")
    module = importlib.util.module_from_spec(spec)
    folder = str(path.parent.resolve())
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise Mistake(option, f"{path} cannot be loaded: {error!r}", "Run it by itself") from error
    return module


def _latency(option: str, path: Path, module: ModuleType) -> Latency:
    said = getattr(module, "latency_ms", None)
    if said is None:
        return Latency()
    if isinstance(said, bool) or not isinstance(said, (int, float)) or not said > 0:
        problem = f"latency_ms = {said!r} in {path}"
        raise Mistake(option, problem, "Give the median in milliseconds, as 80")
    return Latency(median_ms=float(said))


def _line(row: Any) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(row if isinstance(row, list) else [row])
    return written.getvalue()
