"""The bytes of an answer as a document, and a document as one value a record.

Rules: the bytes decide beside the content type, because containers often send the wrong one: an npy
magic, a JSON bracket. CSV is read by `csv`, with lists inside quotes; JSON Lines and
`[..],[..]` line by line or list by list.
"""

import ast
import csv
import json
import re
from collections.abc import Sequence
from typing import Any

from canary.labelled.answers.bodies.npy import MAGIC, read_npy
from canary.labelled.answers.bodies.tensors import is_tensors, read_tensors
from canary.labelled.numbers import UnreadableAnswer, is_number, kind_of

_BRACKETED = re.compile(r"\[[^\[\]{}\",:]{1,64}\]")
"""One name in brackets, which is text and no JSON."""
_LISTS = ("predictions", "outputs", "instances", "results")


def read_document(
    body: bytes, content_type: str, *, plain: bool = False, nothing: bool = False
) -> Any:
    """Return the body as JSON values; raise UnreadableAnswer where it is nothing that can be read.

    CSV becomes a list of rows (one row: its cells), JSON Lines a list of documents, text that is
    none of these the text. With `plain` what is no JSON is one text, commas and all. With
    `nothing` a body without a text is an empty one.
    """
    if body[:6] == MAGIC:
        return read_npy(body)
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UnreadableAnswer("the answer is not UTF-8 text") from None
    if not text:
        if nothing:
            return ""
        raise UnreadableAnswer("the answer is empty")
    if "jsonlines" in content_type or "json-seq" in content_type:
        return [_json(line) for line in text.splitlines() if line.strip()]
    if "json" in content_type or text[0] in "[{":
        return _json_document(text)
    return text if plain else _csv(text)


def _json_document(text: str) -> Any:
    """Return a JSON document, the documents of its lines, or the lists of `[..],[..]`."""
    for form in (text, f"[{text}]") if text[0] == "[" else (text,):
        try:
            return json.loads(form)
        except ValueError:
            continue
        except RecursionError:
            break
    if "\n" in text:
        return [_json(line) for line in text.splitlines() if line.strip()]
    return _json(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        if _BRACKETED.fullmatch(text.strip()):
            return text.strip()
        raise UnreadableAnswer(f"the answer is not JSON but {kind_of(text)}") from None


def _csv(text: str) -> Any:
    if not any(mark in text for mark in '",[') and "\n" in text:
        # One bare value a line, as most containers answer: `csv` would take them apart in vain.
        return [[line.strip()] for line in text.splitlines() if line]
    try:
        lines = [row for row in csv.reader(text.splitlines(), skipinitialspace=True) if row]
    except csv.Error:
        raise UnreadableAnswer(f"the answer is not CSV but {kind_of(text)}") from None
    rows = [[_cell(cell) for cell in row] for row in lines]
    return rows if len(rows) > 1 else rows[0]


def _cell(text: str) -> Any:
    """Return a cell; a list written in one, as JSON or as Python prints it, is that list."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return text
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return found if isinstance(found, list) else text
    return text


def split(document: Any, count: int) -> list[Any]:
    """Return the value of each of the `count` records; raise UnreadableAnswer where there are not
    as many.
    """
    if is_tensors(document):
        document = read_tensors(document)
        return exactly(document, count)
    if isinstance(document, dict):
        named = [document[key] for key in _LISTS if isinstance(document.get(key), list)]
        if len(named) == 1 and (count > 1 or len(named[0]) == 1):
            return exactly(named[0], count)
        columns = [key for key, held in document.items() if _is_column(held, count)]
        if count > 1 and columns and not _are_classes(document, columns, count):
            return [
                {key: held[place] if key in columns else held for key, held in document.items()}
                for place in range(count)
            ]
    return [document] if count == 1 else exactly(document, count)


def _is_column(held: Any, count: int) -> bool:
    return isinstance(held, list) and len(held) == count


def _are_classes(document: dict[str, Any], columns: Sequence[str], count: int) -> bool:
    """Return whether one of the lists may name the classes instead of one label a record: beside
    rows of scores that are as wide as there are records.
    """
    cells = [cell for key in columns for cell in document[key]]
    return len(columns) > 1 and any(isinstance(one, list) and len(one) == count for one in cells)


def exactly(values: Any, count: int) -> list[Any]:
    """Return the list of `count` values; a single row of numbers is taken apart, a nested single
    list unwrapped.
    """
    if isinstance(values, list) and len(values) == 1 != count and isinstance(values[0], list):
        return exactly(values[0], count)
    if not isinstance(values, list) or len(values) != count:
        if count == 1 and isinstance(values, list) and all(map(is_number, values)):
            return [values]
        size = f"{len(values)} values" if isinstance(values, list) else "one value"
        raise UnreadableAnswer(f"{count} records were sent and the answer holds {size}")
    return values
