"""Random access to the records of a labelled set in a local file, with memory that does not grow
with the set.

CSV and JSON Lines in UTF-8 are indexed where they lie; anything else is first rewritten as such in
a temporary file. A record is read when it is asked for and not kept. `told` says what a person
should know of the file as a whole.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.files.delimiter import HEAD_RECORDS, delimiter_of
from canary.labelled.files.json_document import not_json
from canary.labelled.files.plain_text import BYTES_KEY, format_of, plain_text
from canary.labelled.files.record_index import RecordIndex
from canary.labelled.files.spans import LONGEST_RECORD_BYTES, CsvDialect, Span, Spans, text_lines
from canary.labelled.files.survey import Survey, has_backslash, two_ways_to_escape
from canary.labelled.layout import Layout, Value, resolve_layout

_SET = "guards.quality.labelled_set"


class UnusableRow(Exception):
    """One row that cannot be used, with what is wrong with it; the rest of the set goes on."""


class Row(NamedTuple):
    """One record's values in the layout's column order; `number` counts from 1, header and blank
    lines not counted.
    """

    number: int
    values: tuple[Value, ...]


class RecordFile:
    """The records of one local file, by index; use as a context manager."""

    def __init__(
        self, path: Path, spec: QualityGuardSpec, *, at_most_bytes: int | None = None
    ) -> None:
        """Index the file's records; `at_most_bytes` says that it is the head of a set, cut there.

        Raises Refused naming the spec's field where the file cannot be read as it says.
        """
        self._spec, self._csv = spec, format_of(spec) == "csv"
        self._text = plain_text(path, spec, cut=at_most_bytes is not None)
        try:
            self._file: BinaryIO = self._text.path.open("rb")
            try:
                self._open(at_most_bytes)
            except BaseException:
                self._file.close()
                raise
        except BaseException:
            self._remove_copy()
            raise

    def _open(self, at_most_bytes: int | None) -> None:
        self._dialect = self._found_dialect() if self._csv else CsvDialect()
        self._spans: Spans = self._dialect if self._csv else text_lines
        self._index = RecordIndex(self._file, self._spans)
        layout, header = self._find_layout()
        self.layout = layout
        survey = Survey(self._spec, layout, typed=self._csv and self._spec.form in _TYPED)
        see = self._see_csv if self._csv else self._see_json
        self._index.build(
            lambda span: see(survey, span), skip=int(header), at_most_bytes=at_most_bytes
        )
        if len(self) == 0:
            problem = "the set has a header and no records" if header else "the set has no records"
            raise Refused(_SET, problem, "Add rows")
        self.layout = replace(layout, numbers=survey.numbers, missing=survey.missing_labels())
        self.survey = survey
        self.told = self._text.told + survey.told()

    def __enter__(self) -> Self:
        """Return the open file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it, and remove the copy that was written to read it by line."""
        self._file.close()
        self._remove_copy()

    def _remove_copy(self) -> None:
        if self._text.copied:
            self._text.path.unlink(missing_ok=True)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._index)

    def row(self, index: int) -> Row:
        """Return record `index` (from 0); raise UnusableRow when it cannot be read in the set's
        layout.
        """
        if self._csv:
            values: tuple[Value, ...] = tuple(self._plain_cells(index))
            if len(values) != self.layout.width:
                raise UnusableRow(
                    f"has {len(values)} columns where the first has {self.layout.width}"
                )
            return Row(index + 1, values)
        span = self._index.span(index)
        return Row(index + 1, _ordered(_parsed(span), self.layout.names, self.layout.width))

    def _plain_cells(self, index: int) -> list[str]:
        """Return a record's cells, the short way where it is a line of ASCII without quotes."""
        line, cells = self._index.line(index), None
        if line is not None and line.isascii() and len(line) <= LONGEST_RECORD_BYTES:
            cells = self._dialect.plain(line.decode("ascii"))
        return _cells(self._index.span(index)) if cells is None else cells

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

    def _found_dialect(self) -> CsvDialect:
        spec = self._spec
        lines = [
            line.raw.decode("utf-8-sig", "surrogateescape")
            for line in islice(text_lines(self._file, 0), HEAD_RECORDS)
            if not line.blank
        ]
        delimiter = delimiter_of(spec, lines, self._has_the_columns)
        return CsvDialect(delimiter, '"' if spec.quote == '"' else None, spec.escape)

    def _has_the_columns(self, rows: Sequence[Sequence[str]]) -> bool:
        """Return whether these rows of one reading have the columns that the spec names."""
        spec, first = self._spec, rows[0]
        named = (spec.label_column, spec.id_column, spec.slice_column, *spec.drop_columns)
        if any(isinstance(one, str) for one in named):
            cells = [cell.strip() for cell in first]
            return all(one in cells for one in named if isinstance(one, str))
        column = spec.label_column
        if spec.task == "multiclass" or not isinstance(column, int):
            return True
        label = rows[-1][column] if -len(first) <= column < len(first) else ""
        return len(label) <= _LONGEST_LABEL and not set(label) & set(",;\t|")

    def _find_layout(self) -> tuple[Layout, bool]:
        """Return the columns by the first record, and whether that is a header."""
        spans = self._spans(self._file, 0)
        first = next((span for span in spans if not span.blank), None)
        if first is None:
            raise Refused(_SET, "the set has no records", "Point it at a set with rows")
        try:
            if self._csv:
                return self._csv_layout(_cells(first))
            return self._json_layout(_parsed(first)), False
        except UnusableRow as error:
            if self._csv and has_backslash(first, self._spec):
                raise two_ways_to_escape(1, 1) from None
            problem = f"row 1 {error}"
            raise Refused(_SET, problem, "Check format, header and encoding") from None

    def _csv_layout(self, first: list[str]) -> tuple[Layout, bool]:
        if not _has_header(self._spec):
            return resolve_layout(self._spec, (), len(first)), False
        names = tuple(cell.strip() for cell in first)
        return resolve_layout(self._spec, names, len(first)), True

    def _json_layout(self, first: dict[str, Value] | list[Value]) -> Layout:
        names = () if isinstance(first, list) else tuple(first)
        return resolve_layout(self._spec, names, len(first))

    @staticmethod
    def _see_csv(survey: Survey, span: Span) -> None:
        if survey.see_span(span):
            survey.see_csv(span)

    def _see_json(self, survey: Survey, span: Span) -> None:
        if not survey.see_span(span):
            return
        values, keys = None, set[str]()
        try:
            parsed = _parsed(span)
            keys = set(parsed) if isinstance(parsed, dict) else set(self.layout.names)
            values = _ordered(parsed, self.layout.names, self.layout.width)
        except UnusableRow:
            pass
        known = set(self.layout.names)
        more, fewer = bool(keys - known), values is not None and bool(known - keys)
        survey.see_values(values, more_keys=more, fewer=fewer)


_TYPED = {"json", "jsonlines", "npy"}
_LONGEST_LABEL = 64


def _has_header(spec: QualityGuardSpec) -> bool:
    columns = (spec.label_column, spec.id_column, spec.slice_column, *spec.drop_columns)
    return (
        any(isinstance(column, str) for column in columns) if spec.header is None else spec.header
    )


def _cells(span: Span) -> list[str]:
    _not_too_long(span)
    if span.cells is None:
        raise UnusableRow(f"is not CSV ({span.problem})")
    for cell in span.cells if not span.raw.isascii() else ():
        if not cell.isascii() and any("\udc80" <= one <= "\udcff" for one in cell):
            raise UnusableRow("is not UTF-8 text (set encoding to what it was written in)")
    return span.cells


def _parsed(span: Span) -> dict[str, Value] | list[Value]:
    _not_too_long(span)
    try:
        value = json.loads(span.raw.decode("utf-8-sig"), object_hook=_bytes_or_object)
    except UnicodeDecodeError as error:
        raise UnusableRow(
            f"is not UTF-8 text ({error.reason} at byte {error.start}; set encoding to what it was "
            "written in)"
        ) from None
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise UnusableRow(f"is not JSON ({not_json(error)}{where})") from None
    if not isinstance(value, dict | list):
        raise UnusableRow("is neither a JSON object nor a list")
    return value


def _bytes_or_object(value: dict[str, Value]) -> Value:
    """Return the bytes that an object of one key stands for, as the copy of a Parquet file has
    them.
    """
    if len(value) == 1 and isinstance(text := value.get(BYTES_KEY), str):
        return base64.b64decode(text)
    return value


def _not_too_long(span: Span) -> None:
    if len(span.raw) > LONGEST_RECORD_BYTES + 2:
        raise UnusableRow(f"is longer than the {LONGEST_RECORD_BYTES} bytes an endpoint takes")


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
