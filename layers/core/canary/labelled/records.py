"""Random access to the records of a labelled set in a local file, with memory that does not grow
with the set.

CSV and JSON Lines are indexed where they lie; a JSON document or Parquet file is first rewritten as
JSON Lines in a temporary file. A record is read when it is asked for and not kept.
"""

import csv
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec, SetFormat
from canary.labelled.json_document import NoListOfRecords, document_records, not_json
from canary.labelled.layout import Layout, Value, resolve_layout
from canary.labelled.record_index import LONGEST_RECORD_BYTES, RecordIndex


class UnusableRow(Exception):
    """One row that cannot be used, with what is wrong with it; the rest of the set goes on."""


@dataclass(frozen=True)
class Row:
    """One record's values in the layout's column order; `number` counts from 1, header and blank
    lines not counted.
    """

    number: int
    values: tuple[Value, ...]


def format_of(spec: QualityGuardSpec) -> SetFormat:
    """Return the set's format: the spec's, else by its suffix; raise Refused when neither tells."""
    if spec.format is not None:
        return spec.format
    suffixes: dict[str, SetFormat] = {
        ".csv": "csv",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".json": "json",
        ".parquet": "parquet",
    }
    suffix = Path(spec.labelled_set).suffix.lower()
    if suffix not in suffixes:
        problem = f"cannot tell the format of {spec.labelled_set!r} from its suffix"
        raise Refused("guards.quality.format", problem, "Set format to csv, jsonl, json or parquet")
    return suffixes[suffix]


class RecordFile:
    """The records of one local file, by index; use as a context manager."""

    def __init__(
        self, path: Path, spec: QualityGuardSpec, *, at_most_bytes: int | None = None
    ) -> None:
        """Index the file's records; `at_most_bytes` indexes whole records of its head only."""
        self._path, self._lines = path, _as_lines(path, format_of(spec))
        self._csv = format_of(spec) == "csv"
        self._file: BinaryIO = self._lines.open("rb")
        try:
            self._index = RecordIndex(self._file, quoted=self._csv, at_most_bytes=at_most_bytes)
            self.layout = self._find_layout(spec)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        """Return the open file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it, and remove the copy that was written to read it by line."""
        self._file.close()
        if self._lines != self._path:
            self._lines.unlink(missing_ok=True)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._index)

    def row(self, index: int) -> Row:
        """Return record `index` (from 0); raise UnusableRow when it cannot be read in the set's
        layout.
        """
        text = self._text(index)
        if self._csv:
            values: tuple[Value, ...] = tuple(_cells(text))
            if len(values) != self.layout.width:
                raise UnusableRow(
                    f"has {len(values)} columns where the first has {self.layout.width}"
                )
            return Row(index + 1, values)
        return Row(index + 1, _ordered(_parse_object(text), self.layout.names, self.layout.width))

    def rows(self) -> Iterator[Row]:
        """Return every readable row in file order."""
        for index in range(len(self)):
            try:
                yield self.row(index)
            except UnusableRow:
                continue

    def digest(self, count: int) -> str:
        """Return the SHA-256 of the first `count` records as they stand in the file, blank ends
        apart.
        """
        return self._index.digest(count)

    def _text(self, index: int) -> str:
        raw = self._index.raw(index)
        if len(raw) > LONGEST_RECORD_BYTES:
            raise UnusableRow(f"is longer than the {LONGEST_RECORD_BYTES} bytes an endpoint takes")
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UnusableRow(f"is not UTF-8 text ({error.reason} at byte {error.start})") from None

    def _find_layout(self, spec: QualityGuardSpec) -> Layout:
        if len(self) == 0:
            raise Refused(
                "guards.quality.labelled_set",
                "the set has no records",
                "Point it at a set with rows",
            )
        try:
            return self._csv_layout(spec) if self._csv else self._json_layout(spec)
        except UnusableRow as error:
            problem = f"row 1 {error}"
            raise Refused(
                "guards.quality.labelled_set", problem, "Check format, header and encoding"
            ) from None

    def _csv_layout(self, spec: QualityGuardSpec) -> Layout:
        first = _cells(self._text(0))
        if not _has_header(spec):
            return resolve_layout(spec, (), len(first))
        self._index.skip_first()
        if len(self) == 0:
            raise Refused(
                "guards.quality.labelled_set", "the set has a header and no records", "Add rows"
            )
        return resolve_layout(spec, tuple(cell.strip() for cell in first), len(first))

    def _json_layout(self, spec: QualityGuardSpec) -> Layout:
        first = _parse_object(self._text(0))
        if isinstance(first, list):
            return resolve_layout(spec, (), len(first))
        return resolve_layout(spec, tuple(first), len(first))


def _has_header(spec: QualityGuardSpec) -> bool:
    columns = (spec.label_column, spec.id_column, spec.slice_column, *spec.drop_columns)
    return (
        any(isinstance(column, str) for column in columns) if spec.header is None else spec.header
    )


def _cells(text: str) -> list[str]:
    try:
        rows = list(
            csv.reader([text] if "\n" not in text else text.splitlines(keepends=True), strict=True)
        )
    except csv.Error as error:
        raise UnusableRow(f"is not CSV ({error})") from None
    return rows[0] if rows else []


def _parse_object(text: str) -> dict[str, Value] | list[Value]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise UnusableRow(f"is not JSON ({not_json(error)}{where})") from None
    if not isinstance(value, dict | list):
        raise UnusableRow("is neither a JSON object nor a list")
    return value


def _ordered(
    value: dict[str, Value] | list[Value], names: tuple[str, ...], width: int
) -> tuple[Value, ...]:
    if isinstance(value, list):
        if names or len(value) != width:
            raise UnusableRow("is a list of another length or kind than the first record")
        return tuple(value)
    if not names:
        raise UnusableRow("is an object where the first record is a list")
    return tuple(value.get(name) for name in names)


def _as_lines(path: Path, form: SetFormat) -> Path:
    if form in ("csv", "jsonl"):
        return path
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".lines", delete=False) as out:
        try:
            for record in _document(path) if form == "json" else _parquet(path):
                out.write(json.dumps(record, default=str) + "\n")
        except BaseException:
            Path(out.name).unlink()
            raise
    return Path(out.name)


def _document(path: Path) -> Iterator[Value]:
    field, read = "guards.quality.labelled_set", 0
    try:
        for record in document_records(path):
            read += 1
            yield record
    except (ValueError, RecursionError) as error:
        problem = f"not a JSON document (behind record {read}: {not_json(error)})"
        raise Refused(field, problem, "Check the file, or set format") from None
    except NoListOfRecords:
        problem = "the JSON document holds no list of records, or several lists"
        raise Refused(field, problem, "Make it a list of objects") from None


def _parquet(path: Path) -> Iterator[dict[str, Value]]:
    try:
        import pyarrow.parquet  # noqa: PLC0415 - an optional extra of 100 MB
    except ImportError as error:
        remedy = "Install the parquet extra, or write the set as CSV or JSON Lines"
        raise Refused(
            "guards.quality.format", "Parquet needs pyarrow, which is not installed", remedy
        ) from error
    for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=1_000):
        yield from batch.to_pylist()
