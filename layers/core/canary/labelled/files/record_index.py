"""Where the records of a file begin: a sampled index, so that its memory does not grow with the
set.

Every `stride`-th start is kept, and the stride doubles whenever more than 65,536 would be: half a
megabyte at most. A record is found by reading on from the nearest start before it.
"""

import hashlib
from array import array
from collections.abc import Callable, Iterator
from typing import BinaryIO

from canary.labelled.files.spans import Span, Spans

MOST_STARTS = 65_536


class RecordIndex:
    """The records of one open file by number, from 0; blank lines are none."""

    def __init__(self, file: BinaryIO, spans: Spans) -> None:
        """Take a file and what cuts it into records; nothing is read before `build`."""
        self._file, self._spans = file, spans
        self._starts, self._stride, self._records, self._skipped = array("Q"), 1, 0, 0

    def build(
        self, seen: Callable[[Span], None], *, skip: int = 0, at_most_bytes: int | None = None
    ) -> None:
        """Read the file once and show every record, blank lines too, to `seen`.

        `skip` first records are headers. `at_most_bytes` reads the head of a file that was cut
        there: the record that reaches so far may be half of one, and is left out.
        """
        for span in self._spans(self._file, 0):
            last = at_most_bytes is not None and span.start + len(span.raw) >= at_most_bytes
            whole = span.raw.endswith(b"\n") and not span.open_quote
            if last and not whole and self._records > skip:
                break
            if not span.blank:
                self._note(span.start)
            if span.blank or self._records > skip:
                seen(span)
            if last:
                break
        self._skipped = min(skip, self._records)

    def _note(self, start: int) -> None:
        if self._records % self._stride == 0:
            self._starts.append(start)
        self._records += 1
        if len(self._starts) > MOST_STARTS:
            self._starts, self._stride = self._starts[::2], self._stride * 2

    def __len__(self) -> int:
        """Return the number of records."""
        return self._records - self._skipped

    def span(self, index: int) -> Span:
        """Return one record."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        place, behind = divmod(index + self._skipped, self._stride)
        for span in self._from(self._starts[place]):
            if not behind:
                return span
            behind -= 1
        raise IndexError(index)

    def digest(self, count: int) -> str:
        """Return the SHA-256 of the first `count` records as they stand in the file, line ends and
        blank lines apart.
        """
        found, left = hashlib.sha256(), count + self._skipped
        for span in self._from(0):
            if left == 0:
                break
            if left <= count:
                lines = span.raw.removesuffix(b"\n").split(b"\n")
                found.update(b"".join(line.rstrip(b"\r") + b"\n" for line in lines))
            left -= 1
        return found.hexdigest()

    def _from(self, position: int) -> Iterator[Span]:
        return (span for span in self._spans(self._file, position) if not span.blank)
