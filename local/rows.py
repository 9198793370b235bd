"""The requests of the traffic: one record of a file each, as the model gets it.

A CSV file's record is a list (numbers where a cell is one), a JSON Lines file's is what the line
says. Nothing is guessed: a first line that looks like names is refused, and a label is a label only
where its column is named.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.mistake import Mistake

OPTION = "--rows"


@dataclass(frozen=True)
class Rows:
    """Records as an array of objects; `labelled` holds the file's bytes where it has labels too."""

    records: NDArray[Any]
    content_type: str
    labelled: bytes | None = None


def read_rows(path: Path, label_column: int | None) -> Rows:
    """Return a file's records, without the label. Raises Mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        problem = f"{path}: {error.strerror}"
        raise Mistake(OPTION, problem, "Give a CSV or JSON Lines file") from error
    except UnicodeDecodeError as error:
        raise Mistake(OPTION, f"{path} is not UTF-8", "Save the file as UTF-8") from error
    if path.suffix in {".jsonl", ".ndjson"}:
        if label_column is not None:
            problem = "a column is one of a CSV file"
            raise Mistake("--label-column", problem, "Leave it out with JSON Lines")
        return Rows(as_objects(_documents(path, text)), "application/json")
    rows = [[_number(cell) for cell in row] for row in csv.reader(text.splitlines()) if row]
    if not rows:
        raise Mistake(OPTION, f"{path} holds no record", "Give one record a line")
    _refuse_names(path, rows)
    if label_column is None:
        return Rows(as_objects(rows), "text/csv")
    if not 0 <= label_column < min(map(len, rows)):
        problem = f"{label_column} is no column of every record of {path}"
        raise Mistake("--label-column", problem, "Count from 0")
    bare = [row[:label_column] + row[label_column + 1 :] for row in rows]
    return Rows(as_objects(bare), "text/csv", text.encode())


def as_objects(records: list[Any]) -> NDArray[Any]:
    """Return a one-dimensional array of Python values, whatever their lengths."""
    array = np.empty(len(records), dtype=object)
    for at, record in enumerate(records):
        array[at] = record
    return array


def _documents(path: Path, text: str) -> list[Any]:
    documents = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                documents.append(json.loads(line))
            except ValueError as error:
                raise Mistake(
                    OPTION, f"{path}, line {number}: {error}", "One JSON value a line"
                ) from error
    if not documents:
        raise Mistake(OPTION, f"{path} holds no record", "Give one record a line")
    return documents


def _refuse_names(path: Path, rows: list[list[Any]]) -> None:
    first, second = rows[0], rows[min(1, len(rows) - 1)]
    texts = [isinstance(cell, str) for cell in first]
    if all(texts) and not all(isinstance(cell, str) for cell in second):
        problem = f"the first line of {path} ({first[0]}, ...) may be names, or a record of text"
        raise Mistake(OPTION, problem, "Remove it where it holds names: a model gets records")


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell
