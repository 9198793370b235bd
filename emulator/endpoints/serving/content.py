"""Request and answer bodies as SageMaker's own containers read and write them: CSV, JSON, JSON
Lines.
"""

import csv
import io
import json
from typing import Any

import numpy as np

from emulator.endpoints.errors import ModelFailure
from emulator.endpoints.serving.models import Answers

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"


def rows_of(body: bytes, content_type: str) -> list[Any]:
    """Return the rows of a request body. Raises ModelFailure 415 or 400, as a container answers."""
    kind = content_type.split(";", 1)[0].strip().lower() or CSV
    try:
        text = body.decode()
        if kind == CSV:
            return [[_number(cell) for cell in row] for row in csv.reader(io.StringIO(text)) if row]
        if kind == JSON:
            return _instances(json.loads(text))
        if kind == JSON_LINES:
            return [_features(json.loads(line)) for line in text.splitlines() if line.strip()]
    except (ValueError, csv.Error) as error:
        raise ModelFailure(f"unable to parse the body as {kind}: {error}", 400) from error
    raise ModelFailure(f"content type {kind} is not supported", 415)


def body_of(answers: Answers, accept: str) -> tuple[bytes, str]:
    """Return the body and content type of the answers; CSV unless JSON or JSON Lines is asked
    for.
    """
    kind = accept.split(";", 1)[0].strip().lower()
    plain = [_plain(answer) for answer in answers]
    if kind == JSON:
        return json.dumps({"predictions": plain}).encode(), JSON
    if kind == JSON_LINES:
        return "\n".join(json.dumps(answer) for answer in plain).encode(), JSON_LINES
    return "\n".join(_line(answer) for answer in plain).encode(), CSV


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def _instances(document: Any) -> list[Any]:
    if isinstance(document, dict):
        rows = document.get("instances", document.get("inputs", [document]))
        rows = rows if isinstance(rows, list) else [rows]
    else:
        rows = document if isinstance(document, list) else [document]
        rows = rows if rows and isinstance(rows[0], (list, dict, str)) else [rows]
    return [_features(row) for row in rows]


def _features(row: Any) -> Any:
    return row["features"] if isinstance(row, dict) and "features" in row else row


def _plain(answer: Any) -> Any:
    return answer.tolist() if isinstance(answer, (np.generic, np.ndarray)) else answer


def _line(answer: Any) -> str:
    return (
        ",".join(str(part) for part in answer) if isinstance(answer, (list, tuple)) else str(answer)
    )
