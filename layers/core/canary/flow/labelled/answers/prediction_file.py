"""One variant's answers by row in a temporary file: twelve bytes a record on disk, a bit in memory;
answers that are texts in a second one.

Rules: rows count from 1; reads and writes go to their own place in the file, so that threads need
no lock. The file has no name and is gone with the process.
"""

import os
import struct
import tempfile
from dataclasses import dataclass, field

from canary.domain.labelled.prediction import Prediction

_ENTRY = struct.Struct("<id")
_NONE, _NUMBER, _WRITTEN = 0, 1, 2
"""Codes of no answer, of a decision that is the score itself (a regression), and of one that is
written out in the file of texts, at the place that stands instead of a score.
"""
_NO_SCORE = float("nan")
_LENGTH = struct.Struct("<q")
LONGEST_NAME = 64
MOST_NAMES = 10_000
"""Different decisions that are kept by number; longer and further ones are written out."""
MOST_TEXTS = 1_000
"""Different failure texts that are told apart; they are for people, who read fifty."""


@dataclass(frozen=True)
class Failed:
    """One variant's failure on one record.

    `text` says what happened and holds no value of record or answer; `words` is what the model
    said, which only the operator's report shows and nothing keeps but the evidence.
    """

    text: str
    words: str = field(default="", repr=False)


Told = Prediction | Failed


class PredictionFile:
    """What one variant told, by row."""

    def __init__(self) -> None:
        """Start with no answer; 0 takes no row at all until something is put."""
        self._file = tempfile.TemporaryFile(prefix="predictions-")  # noqa: SIM115 - lives as long as this object
        self._written = tempfile.TemporaryFile(prefix="texts-")  # noqa: SIM115 - the same
        self._end = 0
        self._names = ["", "", ""]
        self._code_of: dict[str, int] = {}
        self._texts: list[str] = []
        self._text_of: dict[str, int] = {}
        self._there = bytearray()

    def get(self, row: int) -> Told | None:
        """Return the answer or the failure on a row; None where there is neither."""
        if row // 8 >= len(self._there) or not self._there[row // 8] >> row % 8 & 1:
            return None
        found = os.pread(self._file.fileno(), _ENTRY.size, row * _ENTRY.size)
        code, score = _ENTRY.unpack(found) if len(found) == _ENTRY.size else (_NONE, 0.0)
        if code == _NONE:
            return None
        if code < 0:
            return Failed(self._texts[-code - 1])
        if code == _WRITTEN:
            return Prediction(self._text_at(int(score)))
        known = None if score != score else score  # noqa: PLR0124 - NaN
        return Prediction(repr(score) if code == _NUMBER else self._names[code], known)

    def put(self, row: int, decision: str, score: float | None) -> None:
        """Set the answer on a row."""
        if score is not None and decision == repr(score):
            code = _NUMBER
        elif score is None and self._is_to_write(decision):
            code, score = _WRITTEN, float(self._end)
            text = decision.encode("utf-8", "surrogatepass")
            entry = _LENGTH.pack(len(text)) + text
            os.pwrite(self._written.fileno(), entry, self._end)
            self._end += len(entry)
        else:
            code = self._code_of.setdefault(decision, len(self._names))
            if code == len(self._names):
                self._names.append(decision)
        self._write(row, code, _NO_SCORE if score is None else score)

    def _is_to_write(self, decision: str) -> bool:
        if decision in self._code_of:
            return False
        return len(decision) > LONGEST_NAME or len(self._names) > MOST_NAMES

    def _text_at(self, place: int) -> str:
        """Return the text written at a place; one below 2^53, which a float holds exactly."""
        file = self._written.fileno()
        (length,) = _LENGTH.unpack(os.pread(file, _LENGTH.size, place))
        return os.pread(file, length, place + _LENGTH.size).decode("utf-8", "surrogatepass")

    def put_failure(self, row: int, text: str) -> None:
        """Set the failure on a row; texts beyond the first thousand different ones are told as the
        last of those.
        """
        place = self._text_of.get(
            text, len(self._texts) if len(self._texts) < MOST_TEXTS else MOST_TEXTS - 1
        )
        if place == len(self._texts):
            self._texts.append(text)
            self._text_of[text] = place
        self._write(row, -place - 1, _NO_SCORE)

    def _write(self, row: int, code: int, score: float) -> None:
        # A bit a record spares the read of what is not there, which is most of a first evaluation.
        if row // 8 >= len(self._there):
            self._there.extend(bytes(row // 8 + 1024 - len(self._there)))
        self._there[row // 8] |= 1 << row % 8
        os.pwrite(self._file.fileno(), _ENTRY.pack(code, score), row * _ENTRY.size)

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()
        self._written.close()
