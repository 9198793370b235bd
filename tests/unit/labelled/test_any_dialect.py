"""Any dialect of CSV and any text: every record is read as Python's csv reads it, or is told."""

import csv
import gzip
import io
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.records import RecordFile
from tests.unit.labelled.test_set_files import read, written

CELL = st.text(alphabet="ab1 \"\\;,\t\n\r'é", max_size=6)
DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t", "|"]),
        "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        "escape": st.booleans(),
    }
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), CELL, CELL), min_size=1, max_size=6),
    DIALECTS,
    ENCODINGS,
    st.sampled_from([bytes, gzip.compress]),
)
def test_any_dialect_comes_back_as_it_was_written(
    rows: list[tuple[str, str, str]], dialect: dict[str, Any], encoding: str, pack: Any
) -> None:
    """What csv.writer writes in any dialect is read back record by record, as csv.reader reads
    it.
    """
    keys: dict[str, Any] = {"delimiter": dialect["delimiter"], "task": "multiclass"}
    options = {key: value for key, value in dialect.items() if key != "escape"}
    if dialect["escape"]:
        keys["escape"], options["doublequote"], options["escapechar"] = "\\", False, "\\"
    out = io.StringIO(newline="")
    csv.writer(out, **options).writerows(rows)
    content = out.getvalue().encode(encoding)
    if encoding == "latin-1":
        keys["encoding"] = encoding
    reader = csv.reader(
        io.StringIO(out.getvalue(), newline=""),
        delimiter=dialect["delimiter"],
        escapechar="\\" if dialect["escape"] else None,
    )
    expected = [row for row in reader if row]
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), pack(content))
        try:
            found, _ = read(path, **keys)
        except Refused as error:
            assert error.field == "guards.quality.escape" or len(expected[0]) < 2  # noqa: PT017 - both readings are shown
            return
    same = [tuple(row) for row in expected if len(row) == len(expected[0]) and row[0].strip()]
    assert [one for one in found if isinstance(one, tuple)] == [
        (label.strip(), *rest) for label, *rest in same
    ]


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet='a1,"\n\r\\;', max_size=40))
@example('1,a"b\n0,"c"d\n1,"e\n')
@example("1,a\r\r\n0,b")
def test_no_record_of_any_text_vanishes(text: str) -> None:
    """Every byte of a file belongs to a record or a blank line, and every record that Python's csv
    reads strictly is read the same.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), text)
        spec = QualityGuardSpec(labelled_set=str(path), task="multiclass", delimiter=",")
        try:
            with RecordFile(path, spec) as records:
                spans = [records._index.span(number) for number in range(len(records))]
                blank = records.survey.blank_lines
                usable = [list(row.values) for row in records.rows()]
        except Refused:
            return
    kept = b"".join(span.raw for span in spans)
    assert len(kept) + _blank_bytes(text, spans) == len(text.encode())
    assert blank <= text.count("\n") + text.count("\r") + 1
    try:
        expected = [
            row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row) or row
        ]
    except csv.Error:
        return
    wide = len(expected[0])
    assert usable == [row for row in expected if len(row) == wide]


def _blank_bytes(text: str, spans: list[Any]) -> int:
    """Return the bytes between the records, all of them blank."""
    content, position, blank = text.encode(), 0, 0
    for start, size in [(span.start, len(span.raw)) for span in spans] + [(len(content), 0)]:
        assert not content[position:start].strip()
        blank += start - position
        position = start + size
    return blank
