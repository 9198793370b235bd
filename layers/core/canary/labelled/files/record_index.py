"""Where the records of a file begin: a sampled index, so that its memory does not grow with the
set.

Every `stride`-th start is kept, and the stride doubles whenever more than 262,144 would be: two
megabytes at most. A record is found by reading on from the nearest start before it, in memory where
the file is small.
"""

import hashlib
import io
import os
from array import array
from collections.abc import Callable
from typing import BinaryIO

from canary.labelled.files.spans import Span, Spans

MOST_STARTS = 262_144
HELD_BYTES = 16_777_216
"""Files up to this size are held in memory: a read of its own for every record, by threads that
each let go of the interpreter's lock for it, costs more than all else that is done to the record.
"""


class RecordIndex:
    """The records of one open file by number, from 0; blank lines are none."""

    def __init__(self, file: BinaryIO, spans: Spans) -> None:
        """Take a file and what cuts it into records; nothing is read before `build`."""
        self._file, self._spans = file, spans
        self._starts, self._stride, self._records, self._skipped = array("Q"), 1, 0, 0
        self._end = 0
        self._digest = ""
        self._by_line = True
        self._held: bytes | None = None

    def build(
        self, seen: Callable[[Span], None], *, skip: int = 0, at_most_bytes: int | None = None
    ) -> None:
        """Read the file once and show every record, blank lines too, to `seen`.

        `skip` first records are headers. `at_most_bytes` reads the head of a file that was cut
        there: the record that reaches so far may be half of one, and is left out.
        """
        digest, by_line, ended = hashlib.sha256(), True, True
        for span in self._spans(self._file, 0):
            last = at_most_bytes is not None and span.start + len(span.raw) >= at_most_bytes
            whole = span.raw.endswith(b"\n") and not span.open_quote
            if last and not whole and self._records > skip:
                break
            self._end = span.start + len(span.raw)
            by_line = by_line and ended and span.lines == 1 and not span.blank
            ended = whole
            if not span.blank:
                self._note(span.start)
                if self._records > skip:
                    digest.update(_as_lines(span.raw))
            if span.blank or self._records > skip:
                seen(span)
            if last:
                break
        self._by_line = by_line
        if self._end <= HELD_BYTES:
            self._held = os.pread(self._file.fileno(), self._end, 0)
        self._skipped = min(skip, self._records)
        self._digest = digest.hexdigest()

    def _note(self, start: int) -> None:
        if self._records % self._stride == 0:
            self._starts.append(start)
        self._records += 1
        if len(self._starts) > MOST_STARTS:
            self._starts, self._stride = self._starts[::2], self._stride * 2

    def __len__(self) -> int:
        """Return the number of records."""
        return self._records - self._skipped

    def line(self, index: int) -> bytes | None:
        """Return one record's bytes where every record of the file is one line; None elsewhere."""
        if not self._by_line:
            return None
        _, text, behind = self._from_nearest(index)
        # With every start kept, the usual case, it is all there is to the text.
        return text if self._stride == 1 else text.split(b"\n", behind + 1)[behind] + b"\n"

    def span(self, index: int) -> Span:
        """Return one record."""
        start, text, behind = self._from_nearest(index)
        for span in self._spans(io.BytesIO(text), 0):
            if span.blank:
                continue
            if not behind:
                span.start += start
                return span
            behind -= 1
        raise IndexError(index)

    def _from_nearest(self, index: int) -> tuple[int, bytes, int]:
        """Return the nearest start that is kept before a record, the text from there to the next
        one, and how many records lie between.
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        place, behind = divmod(index + self._skipped, self._stride)
        start = self._starts[place]
        end = self._starts[place + 1] if place + 1 < len(self._starts) else self._end
        return start, self._between(start, end), behind

    def _between(self, start: int, end: int) -> bytes:
        """Return the bytes from one place to another; any thread may ask, for none seeks."""
        if self._held is not None:
            return self._held[start:end]
        return os.pread(self._file.fileno(), end - start, start)

    def digest(self, count: int) -> str:
        """Return the SHA-256 of the first `count` records as they stand in the file, line ends and
        blank lines apart.
        """
        if count == len(self):
            return self._digest
        found, left = hashlib.sha256(), count + self._skipped
        for span in self._spans(self._file, 0):
            if left == 0:
                break
            if not span.blank:
                if left <= count:
                    found.update(_as_lines(span.raw))
                left -= 1
        return found.hexdigest()


def _as_lines(raw: bytes) -> bytes:
    """Return a record's text with every line ended alike."""
    if raw.endswith(b"\n") and b"\r" not in raw and raw.count(b"\n") == 1:
        return raw
    lines = raw.removesuffix(b"\n").split(b"\n")
    return b"".join([line.rstrip(b"\r") + b"\n" for line in lines])
