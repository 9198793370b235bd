"""A labelled set's file as UTF-8 text that records can be found in: as it lies, or a temporary copy
of it.

Rules: unpacked and decoded in pieces, so that memory has room for one record. A mark at the
beginning of the file (gzip, a byte order mark) is certain and needs no key. Of a head that was cut
off, what is whole is read.
"""

import base64
import codecs
import datetime as dt
import decimal
import errno
import gzip
import io
import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec, SetFormat
from canary.labelled.files.json_document import NoListOfRecords, document_records, not_json
from canary.labelled.layout import Value

BYTES_KEY = "$bytes"
"""The one key of the object that stands for bytes in a copy written as JSON Lines."""
_SET = "guards.quality.labelled_set"
_PIECE_BYTES = 1 << 20
_SUFFIXES: dict[str, SetFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
}
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def format_of(spec: QualityGuardSpec) -> SetFormat:
    """Return the set's format: the spec's, else by its suffix; raise Refused when neither tells."""
    if spec.format is not None:
        return spec.format
    suffix = PurePosixPath(spec.labelled_set.lower().removesuffix(".gz")).suffix
    if suffix not in _SUFFIXES:
        problem = f"cannot tell the format of {spec.labelled_set!r} from its suffix"
        raise Refused("guards.quality.format", problem, "Set format to csv, jsonl, json or parquet")
    return _SUFFIXES[suffix]


@dataclass(frozen=True)
class PlainText:
    """A file of UTF-8 lines: `copied` says that it is ours to remove; `told` is what was done."""

    path: Path
    copied: bool = False
    told: tuple[str, ...] = ()


def plain_text(path: Path, spec: QualityGuardSpec, *, cut: bool) -> PlainText:
    """Return the file's text, one record after the other; `cut` says that it is a head.

    Raises Refused where it cannot be unpacked, decoded or taken apart into records.
    """
    form = format_of(spec)
    packed, start = _first_bytes(path)
    encoding = spec.encoding or next((name for mark, name in _MARKS if start.startswith(mark)), "")
    told: tuple[str, ...] = ("the file is unpacked with gzip",) if packed else ()
    if encoding and not spec.encoding:
        told += (f"the file begins with the mark of {encoding} and is read as that",)
    if form == "parquet":
        return PlainText(_copy(_json_lines(_parquet(path))), copied=True)
    with _opened(path, packed=packed, cut=cut) as file:
        if form == "json":
            return PlainText(_copy(_json_lines(_document(file, encoding, cut=cut))), True, told)
        if codecs.lookup(encoding or "utf-8").name == "utf-8" and not packed:
            return PlainText(path, told=told)
        return PlainText(_copy(_as_utf8(file, encoding, cut=cut)), True, told)


def _first_bytes(path: Path) -> tuple[bool, bytes]:
    """Return whether the file is packed, and the first bytes of its text."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.startswith(b"\x1f\x8b"):
        return False, start[:4]
    try:
        return True, zlib.decompressobj(wbits=31).decompress(start, 4)
    except zlib.error:
        return True, b""


@contextmanager
def _opened(path: Path, *, packed: bool, cut: bool) -> Iterator[BinaryIO]:
    with path.open("rb") as raw:
        if not packed:
            yield raw
            return
        with gzip.open(raw) as unpacked:
            yield _Unpacked(unpacked, cut=cut)  # type: ignore[misc]


class _Unpacked(io.RawIOBase):
    """What a gzip file holds; its damage is a refusal, and the end of a head is an end."""

    def __init__(self, file: gzip.GzipFile, *, cut: bool) -> None:
        self._file, self._cut, self._left = file, cut, _PIECE_BYTES if cut else None

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        room = len(into) if self._left is None else min(len(into), self._left)
        try:
            read = self._file.read1(room)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            if self._cut:
                return 0
            problem = "the gzip file is damaged or not whole"
            raise Refused(_SET, problem, "Pack and upload it again") from None
        if self._left is not None:
            self._left -= len(read)
        into[: len(read)] = read
        return len(read)


def _as_utf8(file: BinaryIO, encoding: str, *, cut: bool) -> Iterator[bytes]:
    """Return the text in UTF-8, piece by piece; of text that is UTF-8 already the bytes as they
    are.
    """
    name = codecs.lookup(encoding or "utf-8").name
    decoder = None if name == "utf-8" else codecs.getincrementaldecoder(name)()
    while piece := file.read(_PIECE_BYTES):
        yield piece if decoder is None else _decoded(decoder, piece, name, final=False)
    if decoder is not None and not cut:
        yield _decoded(decoder, b"", name, final=True)


def _decoded(
    decoder: codecs.IncrementalDecoder, piece: bytes, encoding: str, *, final: bool
) -> bytes:
    try:
        return decoder.decode(piece, final).encode()
    except UnicodeError:
        field, problem = "guards.quality.encoding", f"the file is not {encoding} text throughout"
        raise Refused(field, problem, "Set the encoding it was written in") from None


def _copy(pieces: Iterable[bytes]) -> Path:
    """Return a temporary file of the pieces."""
    with tempfile.NamedTemporaryFile("wb", suffix=".lines", delete=False) as out:
        try:
            for piece in pieces:
                out.write(piece)
            out.flush()
        except BaseException as error:
            Path(out.name).unlink()
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                problem = "unpacked or rewritten as lines it needs more disk than there is"
                raise Refused(_SET, problem, "Use CSV or JSON Lines, unpacked, in UTF-8") from None
            raise
    return Path(out.name)


def _json_lines(records: Iterable[Any]) -> Iterator[bytes]:
    for record in records:
        yield json.dumps(record, default=_as_json).encode() + b"\n"


def _as_json(value: object) -> Any:
    """Return what JSON has for a value of a Parquet file that it has no type for."""
    if isinstance(value, bytes):
        return {BYTES_KEY: base64.b64encode(value).decode()}
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return str(value)


def _document(file: BinaryIO, encoding: str, *, cut: bool) -> Iterator[Value]:
    read = 0
    try:
        with io.TextIOWrapper(
            io.BufferedReader(file) if isinstance(file, io.RawIOBase) else file,
            encoding=encoding or "utf-8-sig",
        ) as text:
            for record in document_records(text):
                read += 1
                yield record
    except (ValueError, RecursionError) as error:
        if cut and read:
            return
        problem = f"not a JSON document (behind record {read}: {not_json(error)})"
        raise Refused(_SET, problem, "Check the file, or set format") from None
    except NoListOfRecords:
        problem = "the JSON document holds no list of records, or several lists"
        raise Refused(_SET, problem, "Make it a list of objects") from None


def _parquet(path: Path) -> Iterator[dict[str, Value]]:
    try:
        import pyarrow.parquet  # noqa: PLC0415 - an optional extra of 100 MB
    except ImportError as error:
        remedy = "Install the parquet extra, or write the set as CSV or JSON Lines"
        raise Refused(
            "guards.quality.format", "Parquet needs pyarrow, which is not installed", remedy
        ) from error
    try:
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=1_000):
            yield from batch.to_pylist()
    except pyarrow.ArrowException:
        raise Refused(
            _SET, "the file is not Parquet, or damaged", "Check it, or set format"
        ) from None
