"""What keeps memory flat in the size of a set: the sampled index, the keyed order, answers on
disk.
"""

import contextlib
import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.answers.prediction_file import Failed, PredictionFile
from canary.labelled.files import json_document, record_index
from canary.labelled.files.json_document import NoListOfRecords, document_records
from canary.labelled.files.record_index import RecordIndex
from canary.labelled.files.spans import CsvDialect, Spans, text_lines
from canary.labelled.order import LARGEST_SHUFFLE, KeyedPermutation, seeded_order
from canary.labelled.records import RecordFile, UnusableRow

TEXT = b'a,1\n\n"b\nb",2\r\n   \nc,3\n"d, ""d\n\n",4\ne,5'
RECORDS = [b"a,1\n", b'"b\nb",2\r\n', b"c,3\n", b'"d, ""d\n\n",4\n', b"e,5"]


Indexed = Callable[..., RecordIndex]


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Indexed]:
    """Return what indexes a text; its files are closed behind the test."""
    with contextlib.ExitStack() as files:

        def made(text: bytes, spans: Spans, skip: int = 0) -> RecordIndex:
            path = tmp_path / str(len(list(tmp_path.iterdir())))
            path.write_bytes(text)
            index = RecordIndex(files.enter_context(path.open("rb")), spans)
            index.build(lambda _: None, skip=skip)
            return index

        yield made


def raws(index: RecordIndex) -> list[bytes]:
    """Return every record's bytes."""
    return [index.span(number).raw for number in range(len(index))]


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_a_sampled_index_finds_every_record(
    monkeypatch: pytest.MonkeyPatch, indexed: Indexed, most: int
) -> None:
    """However few starts are kept, every record is found: blank lines are none, quotes may span
    lines.
    """
    monkeypatch.setattr(record_index, "MOST_STARTS", most)
    index = indexed(TEXT, CsvDialect())
    assert raws(index) == RECORDS
    with pytest.raises(IndexError):
        index.span(len(RECORDS))


@pytest.mark.parametrize("held", [0, 1_000_000])
@pytest.mark.parametrize("most", [2, 3, 100])
@pytest.mark.parametrize("text", [b"a,1\nb,2\nc,3\nd,4", b"a,1\r\nb,2\r\nc,3\r\nd,4\r\n", TEXT])
def test_lines_are_found_with_and_without_the_file_in_memory(
    monkeypatch: pytest.MonkeyPatch, indexed: Indexed, most: int, held: int, text: bytes
) -> None:
    """A line is the record's own bytes, or none where a record of the file takes more than one."""
    monkeypatch.setattr(record_index, "MOST_STARTS", most)
    monkeypatch.setattr(record_index, "HELD_BYTES", held)
    index = indexed(text, CsvDialect())
    spans = raws(index)
    lines = [index.line(number) for number in range(len(index))]
    if text == TEXT:
        assert lines == [None] * len(RECORDS)
        assert spans == RECORDS
    else:
        assert [line and line.rstrip() for line in lines] == [raw.rstrip() for raw in spans]
        assert [raw.rstrip() for raw in spans] == [b"a,1", b"b,2", b"c,3", b"d,4"]


@pytest.mark.parametrize("most", [1, 100])
def test_a_header_is_no_record(
    monkeypatch: pytest.MonkeyPatch, indexed: Indexed, most: int
) -> None:
    """Numbers and digest begin behind it."""
    monkeypatch.setattr(record_index, "MOST_STARTS", most)
    headed, bare = indexed(b"x,y\n" + TEXT, CsvDialect(), skip=1), indexed(TEXT, CsvDialect())
    assert raws(headed) == RECORDS
    assert headed.digest(4) == bare.digest(4) != bare.digest(5)


def test_the_index_keeps_a_bounded_number_of_starts(
    monkeypatch: pytest.MonkeyPatch, indexed: Indexed
) -> None:
    """Ten thousand records, at most sixty-four starts."""
    monkeypatch.setattr(record_index, "MOST_STARTS", 64)
    index = indexed(b"".join(b"%d\n" % number for number in range(10_000)), text_lines)
    assert len(index._starts) <= 64
    found = [int(index.span(number).raw) for number in (0, 1, 4_321, 9_999)]
    assert found == [0, 1, 4_321, 9_999]


def test_a_digest_speaks_of_the_first_records_alone(indexed: Indexed) -> None:
    """What is appended changes nothing; what is changed does, line ends apart."""
    digests = [
        indexed(text, text_lines).digest(2) for text in (b"1\n2\n", b"1\r\n2\n3\n", b"1\n3\n")
    ]
    assert digests[0] == digests[1] != digests[2]


def test_a_record_too_long_to_send_is_unusable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line longer than a request body costs that record alone."""
    monkeypatch.setattr("canary.labelled.records.LONGEST_RECORD_BYTES", 100)
    path = tmp_path / "set.csv"
    path.write_text("1,2\n0," + "5" * 1_000 + "\n")
    with RecordFile(path, QualityGuardSpec(labelled_set=str(path))) as records:
        assert len(records) == 2
        with pytest.raises(UnusableRow, match="longer than"):
            records.row(1)


def test_an_open_quote_is_read_no_further_than_the_longest_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A quote that swallows the rest of a file costs no more memory than a record may have."""
    limit = csv.field_size_limit(100)
    try:
        spans = list(CsvDialect()(io.BytesIO(b'1,2\n0,"' + b"5\n" * 1_000), 0))
    finally:
        csv.field_size_limit(limit)
    assert spans[1].open_quote
    assert len(spans[1].raw) < 110


@pytest.mark.parametrize("records", [1, 2, 3, 7, 10, 97, 1_000, 4_097])
def test_the_keyed_order_is_a_permutation(records: int) -> None:
    """Every record once, for any size: the walk ends and never meets itself."""
    assert sorted(KeyedPermutation(records, "r-1")) == list(range(records))


def test_a_large_set_has_a_keyed_order_of_its_seed() -> None:
    """Beyond the shuffle's size too, the seed and the size alone give the order, without a list."""
    order, again, other = (
        seeded_order(LARGEST_SHUFFLE + 1, seed) for seed in ("r-1", "r-1", "r-2")
    )
    assert isinstance(order, KeyedPermutation)
    assert order[:50] == again[:50] != other[:50]
    assert len(set(order)) == len(order) == LARGEST_SHUFFLE + 1


def test_the_keyed_order_stays_as_it_is() -> None:
    """An evaluation goes on after an update of the application: its order is part of what is
    stored.
    """
    order = KeyedPermutation(100_000, "r-1")
    assert order[:6] == [58_667, 30_361, 80_756, 13_554, 99_558, 18_466]
    assert KeyedPermutation(70_001, "r-1")[70_000] == 58_134


def test_the_keyed_order_puts_records_anywhere() -> None:
    """Over many seeds the first place is uniform over the records, and independent of the second
    (both chi-square).
    """
    draws, cells = 4_000, [0] * 16
    for seed in range(draws):
        order = KeyedPermutation(1_000, str(seed))
        cells[order[0] // 250 * 4 + order[1] // 250] += 1
    expected = draws / 16
    assert (
        sum((count - expected) ** 2 / expected for count in cells) < 37.7
    )  # 99.9% of chi-square with 15 degrees


def test_answers_on_disk_come_back() -> None:
    """Decision and score of each kind of task, failures in words, and nothing where nothing was
    put.
    """
    kept = PredictionFile()
    told = {
        3: Prediction("1", 0.7),
        900: Prediction("cat", 0.25),
        5: Prediction("dog"),
        6: Prediction("-2.5", -2.5),
    }
    for row, one in told.items():
        kept.put(row, one.decision, one.score)
    kept.put_failure(7, "model error: 500")
    assert {row: kept.get(row) for row in told} == told
    assert kept.get(7) == Failed("model error: 500")
    assert [kept.get(row) for row in (1, 4, 899, 901, 10_000)] == [None] * 5
    kept.close()


def test_numbers_and_failure_texts_take_no_memory_each() -> None:
    """A regression's answers leave no name behind, and failures at most a thousand texts."""
    kept, numbers = PredictionFile(), random.Random(1)
    for row in range(1, 3_000):
        value = numbers.random()
        kept.put(row, repr(value), value)
        kept.put_failure(row + 3_000, f"request {value} failed")
    assert (len(kept._names), len(kept._texts)) == (3, 1_000)
    assert isinstance(kept.get(5_999), Failed)
    kept.close()


def in_document(path: Path) -> list[object]:
    """Return the records of a JSON document."""
    with path.open(encoding="utf-8") as file:
        return list(document_records(file))


DOCUMENTS = [
    [],
    [{"y": 1, "x": [1.25, "a]b", None]}, {"y": 0, "x": []}],
    [[1, -20000], 3.5e10, "text", True],
    {"version": 123456, "records": [{"y": 1}, {"y": 0}], "by": {"a": "}"}},
]


@pytest.mark.parametrize("piece", [1, 2, 7, 65_536])
@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_document_is_read_in_pieces(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    document: object,
    piece: int,
    indent: int | None,
) -> None:
    """Wherever the pieces end, the records are those of the whole document."""
    monkeypatch.setattr(json_document, "PIECE_CHARACTERS", piece)
    path = tmp_path / "set.json"
    path.write_text(json.dumps(document, indent=indent) + "\n")
    expected = document["records"] if isinstance(document, dict) else document
    assert in_document(path) == expected


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2", "[1 2]", '{"a" [1]}', "[1] [2]", "{1: [2]}", '{"a": [1], }', "[1,,2]", "nul"],
)
def test_text_that_is_no_document(tmp_path: Path, text: str) -> None:
    """Broken JSON is an error, wherever it breaks."""
    path = tmp_path / "set.json"
    path.write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011 - json's own errors among them
        in_document(path)


@pytest.mark.parametrize("text", ["1", "{}", '{"a": 1}', '{"a": [1], "b": [2]}', '"text"'])
def test_documents_without_one_list(tmp_path: Path, text: str) -> None:
    """Where the records are must be plain."""
    path = tmp_path / "set.json"
    path.write_text(text)
    with pytest.raises(NoListOfRecords):
        in_document(path)
