"""A file of text cut into its records: lines for JSON Lines, what Python's `csv` takes for one
record for CSV.

Rules: the bytes of all spans make up the file. Reading starts at any record's first byte. A text
that is no UTF-8 keeps its bytes as surrogates, which no UTF-8 text has.
"""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

LONGEST_RECORD_BYTES = 6_291_456
"""No record can be longer than the largest request body an endpoint takes."""
UTF8_BOM = b"\xef\xbb\xbf"

# The limit is the process's own and there to stop an open quote: ours is the longest record.
csv.field_size_limit(min(LONGEST_RECORD_BYTES, sys.maxsize))


@dataclass(slots=True)
class Span:
    """One record, or a blank line: where it starts, its bytes, the number of lines it takes.

    CSV: `cells`, or what is wrong with it in `problem`; `open_quote` where a quote was still open
    when the record ended for another reason than a closing one. JSON Lines: neither.
    """

    start: int
    raw: bytes
    lines: int = 1
    cells: list[str] | None = None
    problem: str = ""
    blank: bool = False
    open_quote: bool = False


Spans = Callable[[BinaryIO, int], Iterator[Span]]


def text_lines(file: BinaryIO, position: int) -> Iterator[Span]:
    """Return the lines from a position on."""
    file.seek(position)
    for raw in file:
        yield Span(position, raw, blank=not raw.strip())
        position += len(raw)


@dataclass(frozen=True)
class CsvDialect:
    """How a CSV is written; `quote` and `escape` are None where it has none."""

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None

    def __call__(self, file: BinaryIO, position: int) -> Iterator[Span]:
        """Return the records from a position on, as `csv.reader` cuts them."""
        file.seek(position)
        taken: list[bytes] = []
        lines = _decoded(file, taken, at_start=position == 0)
        for line in lines:
            cells, problem = self.plain(line), ""
            if cells is None:
                try:
                    cells = next(self._reader(chain((line,), lines)))
                except csv.Error as error:
                    problem = str(error)
            raw = taken[0] if len(taken) == 1 else b"".join(taken)
            yield self._span(position, raw, len(taken), cells, problem)
            position += len(raw)
            taken.clear()

    def plain(self, line: str) -> list[str] | None:
        """Return the cells of a line with no quote and no escape, as `csv` has them, which takes
        several times as long to begin; None for any other line.
        """
        quoted = self.quote is not None and self.quote in line
        if quoted or (self.escape and self.escape in line) or len(line) > LONGEST_RECORD_BYTES:
            return None
        text = line.rstrip("\r\n")
        return text.split(self.delimiter) if text else []

    def _reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            strict=True,
        )

    def _span(
        self, start: int, raw: bytes, lines: int, cells: list[str] | None, problem: str
    ) -> Span:
        if cells is None:
            too_long = problem.startswith("field larger")
            open_quote = lines > 1 and (too_long or problem == _AT_THE_END)
            return Span(start, raw, lines, None, problem, open_quote=open_quote)
        blank = not cells or (len(cells) == 1 and not raw.removeprefix(UTF8_BOM).strip())
        return Span(start, raw, lines, cells, "", blank=blank)


_AT_THE_END = "unexpected end of data"


def _decoded(file: BinaryIO, taken: list[bytes], *, at_start: bool) -> Iterator[str]:
    """Return line by line what `csv` wants, ends included; a lone carriage return ends a line
    too.
    """
    first = at_start
    for read in file:
        returns = read.count(b"\r")
        alone = returns > 1 or (returns == 1 and not read.endswith(b"\r\n"))
        for line in read.splitlines(keepends=True) if alone else (read,):
            taken.append(line)
            yield (line.removeprefix(UTF8_BOM) if first else line).decode(
                "utf-8", "surrogateescape"
            )
            first = False
