"""One variant's answers by row in a temporary file: twelve bytes a record on disk, next to nothing
in memory.

Rules: rows count from 1; reads and writes go to their own place in the file, so that threads need
no lock. The file has no name and is gone with the process.
"""

import os
import struct
import tempfile
from dataclasses import dataclass

from canary.domain.labelled.prediction import Prediction

_ENTRY = struct.Struct("<id")
_NONE, _NUMBER = 0, 1
"""Codes of no answer, and of a decision that is the score itself (a regression)."""
_NO_SCORE = float("nan")
MOST_TEXTS = 1_000
"""Different failure texts that are told apart; they are for people, who read fifty."""


@dataclass(frozen=True)
class Failed:
    """One variant's failure on one record, in words."""

    text: str


Told = Prediction | Failed


class PredictionFile:
    """What one variant told, by row."""

    def __init__(self) -> None:
        """Start with no answer; 0 takes no row at all until something is put."""
        self._file = tempfile.TemporaryFile(prefix="predictions-")  # noqa: SIM115 - lives as long as this object
        self._names = ["", ""]
        self._code_of: dict[str, int] = {}
        self._texts: list[str] = []
        self._text_of: dict[str, int] = {}

    def get(self, row: int) -> Told | None:
        """Return the answer or the failure on a row; None where there is neither."""
        found = os.pread(self._file.fileno(), _ENTRY.size, row * _ENTRY.size)
        code, score = _ENTRY.unpack(found) if len(found) == _ENTRY.size else (_NONE, 0.0)
        if code == _NONE:
            return None
        if code < 0:
            return Failed(self._texts[-code - 1])
        known = None if score != score else score  # noqa: PLR0124 - NaN
        return Prediction(repr(score) if code == _NUMBER else self._names[code], known)

    def put(self, row: int, decision: str, score: float | None) -> None:
        """Set the answer on a row."""
        if score is not None and decision == repr(score):
            code = _NUMBER
        else:
            code = self._code_of.setdefault(decision, len(self._names))
            if code == len(self._names):
                self._names.append(decision)
        self._write(row, code, _NO_SCORE if score is None else score)

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
        os.pwrite(self._file.fileno(), _ENTRY.pack(code, score), row * _ENTRY.size)

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()
