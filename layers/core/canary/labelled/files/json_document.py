"""The records of a JSON document one by one: a list of them, or an object that holds exactly one
list.

Rules: read in pieces, so that memory has room for one record and not for the set. Raises ValueError
where the text is not JSON or not text of its encoding, NoListOfRecords where it is and holds none,
or more than one list.

ijson was measured for this place and left: 0.9 MB more in the layer, two passes to see that there
is one list only (1.5 s for 52 MB; this one needs 1.8 s, ijson without its C part 14 s), and it is
not Python's JSON: NaN and integers beyond 64 bits end it, half a surrogate becomes a question mark.
"""

import json
from collections.abc import Iterator
from typing import TextIO

from canary.labelled.layout import Value

PIECE_CHARACTERS = 65_536
_DECODER = json.JSONDecoder()
_OF_A_NUMBER = "0123456789.eE+-"


class NotJson(ValueError):
    """What is wrong with the document, in words without its text."""


class NoListOfRecords(Exception):
    """The document is JSON and holds no list, or several."""


def document_records(file: TextIO) -> Iterator[Value]:
    """Return the records in the order of the document."""
    text = _Text(file)
    first = text.next_character()
    if first == "[":
        yield from _items(text)
    elif first == "{":
        yield from _only_list(text)
    else:
        text.value()
        raise NoListOfRecords
    if text.next_character():
        raise NotJson("there is more behind the end of the document")


def not_json(error: ValueError | RecursionError) -> str:
    """Return what is wrong with a text, without the text: a decoder's own message may quote bytes
    of it.
    """
    if isinstance(error, NotJson):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return error.msg.partition(":")[0].lower()
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 text: {error.reason}"
    return "nested too deeply" if isinstance(error, RecursionError) else "a number is too long"


def _only_list(text: "_Text") -> Iterator[Value]:
    lists = 0
    for _ in text.parts("{", "}"):
        text.key()
        if text.next_character() != "[":
            text.value()
        elif lists:
            raise NoListOfRecords
        else:
            lists += 1
            yield from _items(text)
    if not lists:
        raise NoListOfRecords


def _items(text: "_Text") -> Iterator[Value]:
    for _ in text.parts("[", "]"):
        yield text.value()


class _Text:
    """A file's text from where it was read to."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._piece, self._at = file, "", 0

    def next_character(self) -> str:
        """Return the next character that is no blank, without taking it; nothing at the end."""
        while True:
            while self._at < len(self._piece):
                if not self._piece[self._at].isspace():
                    return self._piece[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Go on behind one character; raise ValueError when another stands there."""
        found = self.next_character()
        if found != expected:
            raise NotJson(f"{'something else' if found else 'the end'} where {expected!r} belongs")
        self._at += 1

    def parts(self, opens: str, closes: str) -> Iterator[None]:
        """Return once for each part between two brackets and commas; the caller takes the part
        itself.
        """
        self.take(opens)
        if self.next_character() != closes:
            yield
            while self.next_character() != closes:
                self.take(",")
                yield
        self.take(closes)

    def key(self) -> None:
        """Go on behind a key and its colon."""
        if self.next_character() != '"':
            raise NotJson("a key is no text")
        self.value()
        self.take(":")

    def value(self) -> Value:
        """Return the next value whole; raise ValueError when there is none."""
        self.next_character()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._piece, self._at)
            except ValueError:
                if not self._more():
                    raise
                continue
            length = end - self._at
            # A number at the end of the piece may go on in the next one.
            if not self._piece[end:].strip(_OF_A_NUMBER) and self._more():
                continue
            self._at += length
            return found  # type: ignore[no-any-return]

    def _more(self) -> bool:
        """Read on, twice as much as is left over; what was taken is dropped."""
        left = self._piece[self._at :]
        read = self._file.read(max(PIECE_CHARACTERS, len(left)))
        self._piece, self._at = left + read, 0
        return bool(read)
