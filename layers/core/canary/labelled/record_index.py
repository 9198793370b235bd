"""Where the records of a file of lines begin: a sampled index, so that its memory does not grow
with the set.

Every `stride`-th start is kept, and the stride doubles whenever more than 65,536 would be: half a
megabyte at most. A record is found by reading on from the nearest start before it. Blank lines are
no records; a CSV record may span lines inside quotes.
"""

import hashlib
from array import array
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MOST_STARTS = 65_536
LONGEST_RECORD_BYTES = 6_291_456
"""No record can be longer than the largest request body an endpoint takes."""


class _Line(NamedTuple):
    start: int
    text: bytes
    begins: bool
    ends: bool


class RecordIndex:
    """The records of one open file by number, from 0."""

    def __init__(self, file: BinaryIO, *, quoted: bool, at_most_bytes: int | None = None) -> None:
        """Read the file once; `at_most_bytes` ends the index after the record that reaches so
        far.
        """
        self._file, self._quoted = file, quoted
        self._starts, self._stride, self._records, self._skipped = array("Q"), 1, 0, 0
        for line in self._lines(0):
            if line.begins:
                self._note(line.start)
            if (
                at_most_bytes is not None
                and line.ends
                and line.start + len(line.text) >= at_most_bytes
            ):
                break

    def _note(self, start: int) -> None:
        if self._records % self._stride == 0:
            self._starts.append(start)
        self._records += 1
        if len(self._starts) > MOST_STARTS:
            self._starts, self._stride = self._starts[::2], self._stride * 2

    def __len__(self) -> int:
        """Return the number of records."""
        return self._records - self._skipped

    def skip_first(self) -> None:
        """Count from the record behind the first one, which is a header."""
        self._skipped = 1

    def raw(self, index: int) -> bytes:
        """Return a record's bytes, line ends around it stripped; of one that is too long a
        beginning that is.
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        place, behind = divmod(index + self._skipped, self._stride)
        found = b""
        for line in self._lines(self._starts[place]):
            behind -= line.begins
            if behind < 0 and len(found) <= LONGEST_RECORD_BYTES + 2:
                found += line.text
            if behind < 0 and line.ends:
                break
        return found if len(found) > LONGEST_RECORD_BYTES + 2 else found.strip(b"\r\n")

    def digest(self, count: int) -> str:
        """Return the SHA-256 of the first `count` records as they stand in the file, line ends and
        blanks apart.
        """
        found, left = hashlib.sha256(), count + self._skipped
        for line in self._lines(0):
            if left == 0:
                break
            if left <= count:
                found.update(line.text.rstrip(b"\r\n") + b"\n")
            left -= line.ends
        return found.hexdigest()

    def _lines(self, position: int) -> Iterator[_Line]:
        """Return the lines from a record's start on, each with whether it begins and ends a
        record.
        """
        self._file.seek(position)
        inside = False
        for text in self._file:
            begins = not inside
            if inside or text.strip():
                inside ^= self._quoted and text.count(b'"') % 2 == 1
                yield _Line(position, text, begins, not inside)
            position += len(text)
