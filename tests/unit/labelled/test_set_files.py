"""How sets are written: delimiters, encodings, packing, quotes, blank lines; and that no record of
a file vanishes.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.check import check_records
from canary.labelled.examples import read_example
from canary.labelled.label_names import label_names
from canary.labelled.records import RecordFile, UnusableRow

MULTICLASS = {"task": "multiclass"}


def read(path: Path, **fields: Any) -> tuple[list[tuple[Any, ...] | str], tuple[str, ...]]:
    """Return each record's label and features, or why it is unusable, and what is told of the
    file.
    """
    spec = QualityGuardSpec(labelled_set=str(path), **fields)
    found: list[tuple[Any, ...] | str] = []
    with RecordFile(path, spec) as records:
        for index in range(len(records)):
            try:
                one = read_example(records.row(index), records.layout, spec)
                found.append((one.label, *one.features))
            except UnusableRow as error:
                found.append(str(error))
        return found, records.told


def written(folder: Path, content: bytes | str, name: str = "set.csv") -> Path:
    """Return the path of a file with this content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path: Path, **fields: Any) -> str:
    """Return the refusal of a file."""
    spec = QualityGuardSpec(labelled_set=str(path), **fields)
    with pytest.raises(Refused) as caught, RecordFile(path, spec) as records:
        check_records(records, spec, whole=True)
    return str(caught.value)


@pytest.mark.parametrize(("delimiter", "key"), [(";", ";"), ("\t", "tab"), ("|", "|")])
def test_a_delimiter_is_said_not_sniffed(tmp_path: Path, delimiter: str, key: str) -> None:
    """Another delimiter than a comma is refused with what it seems to be, and read once it is
    said.
    """
    path = written(tmp_path, f"1{delimiter}a,b\n0{delimiter}c\n")
    told = refusal(path)
    assert told.startswith("guards.quality.delimiter")
    assert f'Set delimiter "{key}"' in told
    assert read(path, delimiter=key)[0] == [(1, "a,b"), (0, "c")]


def test_a_file_that_reads_in_two_ways_is_refused_with_both(tmp_path: Path) -> None:
    """A decimal comma and a semicolon: both readings are even, one label alone can be read."""
    told = refusal(written(tmp_path, "1;2,5;a\n0;3,5;b\n"))
    assert "2 columns with a comma and 3 with a semicolon" in told
    assert read(written(tmp_path, "1,a|b\n0,c|d\n"))[0] == [(1, "a|b"), (0, "c|d")]


def test_a_tsv_is_separated_by_tabs(tmp_path: Path) -> None:
    """The suffix says so; a line of nothing but tabs is a record of empty cells."""
    path = written(tmp_path, "1\ta,b\n\t\n0\tc\n", "set.tsv")
    assert [one[0] for one in read(path)[0]] == [1, "h", 0]


def test_a_stray_quote_inside_a_field_is_text(tmp_path: Path) -> None:
    """As Python's csv reads it: eight hundred records stay eight hundred."""
    text = "".join(f'{n % 2},{n} inch 5" pipe\n' for n in range(800))
    found, told = read(written(tmp_path, text))
    assert len(found) == 800
    assert found[3] == (1, '3 inch 5" pipe')
    assert told == ()


def test_a_quote_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    """The lines it would swallow are told; where quotes are text, saying so reads them all."""
    path = written(tmp_path, '1,a\n0,"5 inch\n1,b\n0,c\n')
    told = refusal(path)
    assert "record 2 opens a quote" in told
    assert "the 2 lines behind it" in told
    assert read(path, quote="none")[0][1] == (0, '"5 inch')


def test_backslashes_before_quotes_are_told(tmp_path: Path) -> None:
    """Readable, they are text and told; unreadable, both readings are shown and a key decides."""
    path = written(tmp_path, '1,"say \\"hi\\" now"\n0,x\n')
    assert "guards.quality.escape" in refusal(path)
    assert read(path, escape="\\")[0] == [(1, 'say "hi" now'), (0, "x")]
    found, told = read(written(tmp_path, '1,"C:\\dir\\"\n0,x\n'))
    assert found[0] == (1, "C:\\dir\\")
    assert any("backslash before a quote" in one for one in told)


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ("\ufeff1,grün\n0,x\n".encode(), {}),
        ("1,grün\n0,x\n".encode("latin-1"), {"encoding": "latin-1"}),
        ("1,grün\n0,x\n".encode("utf-16"), {}),
        ("1,grün\n0,x\n".encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (gzip.compress("1,grün\n0,x\n".encode()), {}),
        (gzip.compress("1,grün\n0,x\n".encode("cp1252")), {"encoding": "cp1252"}),
        ("1,grün\r\n0,x\r\n".encode(), {}),
        ("1,grün\r0,x\r".encode(), {}),
    ],
    ids=["mark", "latin-1", "utf-16", "utf-16-le", "gzip", "gzip cp1252", "crlf", "cr"],
)
def test_encodings_packing_and_line_ends(
    tmp_path: Path, content: bytes, fields: dict[str, Any]
) -> None:
    """The same two records, however they are written."""
    assert read(written(tmp_path, content), **fields)[0] == [(1, "grün"), (0, "x")]


@pytest.mark.parametrize("name", ["set.csv.gz", "set.jsonl.gz", "set.json.gz"])
def test_packed_files_of_each_format(tmp_path: Path, name: str) -> None:
    """.gz behind the format's suffix; that it was unpacked is told."""
    rows = [{"y": 1, "x": "a"}, {"y": 0, "x": "b"}]
    texts = {
        "set.csv.gz": "y,x\n1,a\n0,b\n",
        "set.jsonl.gz": "\n".join(map(json.dumps, rows)),
        "set.json.gz": json.dumps(rows),
    }
    found, told = read(
        written(tmp_path, gzip.compress(texts[name].encode()), name), label_column="y"
    )
    assert found == [(1, "a"), (0, "b")]
    assert told == ("the file is unpacked with gzip",)


def test_a_file_in_another_encoding_says_which_key(tmp_path: Path) -> None:
    """Without the key its records are unusable, with a wrong one the file is refused."""
    path = written(tmp_path, "1,x\n0,grün\n".encode("latin-1"))
    assert "set encoding" in str(read(path)[0][1])
    assert "guards.quality.encoding" in refusal(path, encoding="utf-16")
    damaged = written(tmp_path, gzip.compress(b"1,2\n" * 9_999)[:-20], "set.csv.gz")
    assert "damaged or not whole" in refusal(damaged)


@pytest.mark.parametrize("keys", [{"encoding": "base64"}, {"delimiter": ";;"}, {"escape": '"'}])
def test_keys_that_make_no_sense_are_refused(keys: dict[str, Any]) -> None:
    """A codec that is no text, two characters for one, a quote that escapes itself."""
    with pytest.raises(ValueError, match=r"encoding|one character|different"):
        QualityGuardSpec(labelled_set="a.csv", **keys)


def test_blank_lines_joined_lines_and_repeats_are_counted(tmp_path: Path) -> None:
    """What is no record, what takes several lines and what is there twice is told by number."""
    _, told = read(written(tmp_path, '\n1,"a\nb"\n  \n0,c\n0,c\n0,c\n0\n'))
    assert told == (
        "2 blank lines are no records",
        "1 records take several lines, inside quotes",
        "1 records cannot be read and are left out",
        "2 of the records repeat another one, label and features alike",
    )


def test_keys_that_come_and_go_are_told(tmp_path: Path) -> None:
    """An object with keys the first has not, or without one it has."""
    lines = '{"y": 1, "x": 1}\n{"y": 0, "x": 2, "z": 3}\n{"y": 0}\n'
    _, told = read(written(tmp_path, lines, "set.jsonl"), label_column="y")
    assert told == (
        "1 records have keys that the first has not; those are not sent",
        "1 records lack keys that the first has; null is sent for those",
    )


@pytest.mark.parametrize(
    ("text", "fields", "labels"),
    [
        ("none,1\nsome,2\n", MULTICLASS, ["none", "some"]),
        ("NA,1\nEU,2\n", MULTICLASS, ["NA", "EU"]),
        ("null,1\nspam,2\n", {"positive_label": "spam"}, [0, 1]),
        ("none,1\nspam,2\n", {"positive_label": "none"}, [1, 0]),
        ("-1,1\n1,2\n", {}, [0, 1]),
        ("True,1\nFalse,2\n", {}, [1, 0]),
        ("none,1\na,2\nb,3\n", {**MULTICLASS, "classes": ("none", "a", "b")}, ["none", "a", "b"]),
    ],
)
def test_words_that_are_classes(
    tmp_path: Path, text: str, fields: dict[str, Any], labels: list[Any]
) -> None:
    """none, NA and null are classes where the set has them as such; -1 and True are labels."""
    assert [one[0] for one in read(written(tmp_path, text), **fields)[0]] == labels


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("none,1\n1,2\n0,3\n", {}),
        ("none,1\nyes,2\nno,3\n", {"positive_label": "yes"}),
        ("NaN,1\na,2\nb,3\n", MULTICLASS),
        ("none,1\na,2\nb,3\n", {**MULTICLASS, "classes": ("a", "b")}),
        ("none,1\n1.5,2\n2,3\n", {"task": "regression", "right_within": 1}),
    ],
)
def test_words_that_are_no_label(tmp_path: Path, text: str, fields: dict[str, Any]) -> None:
    """Beside two other classes, among named ones that it is not of, and in numbers."""
    assert "has no label" in str(read(written(tmp_path, text), **fields)[0][0])


@pytest.mark.parametrize("labels", [1_000, 1_001])
def test_labels_that_are_too_many_to_list_are_told(tmp_path: Path, labels: int) -> None:
    """A thousand different labels are held against the answers; beyond, a sentence says that none
    are.
    """
    path = written(tmp_path, "".join(f"c{number},1\n" for number in [*range(labels), 0]))
    spec = QualityGuardSpec(labelled_set=str(path), task="multiclass")
    with RecordFile(path, spec) as records:
        beyond = [one for one in records.told if "beyond the first 1,000" in one]
        names = label_names(records, spec)
    assert len(names) == (1_000 if labels == 1_000 else 0)
    assert [one[:9] for one in beyond] == ([] if labels == 1_000 else ["1 records"])


def test_three_classes_are_not_two(tmp_path: Path) -> None:
    """-1 beside 0 and 1 would fall together with 0."""
    assert "three classes" in refusal(written(tmp_path, "-1,1\n0,2\n1,3\n"))


def test_the_head_of_a_large_document_is_enough_for_the_check(tmp_path: Path) -> None:
    """A cut JSON document, CSV or gzip file is read up to the cut."""
    rows = [{"y": n % 2, "x": "word " * 20} for n in range(400)]
    texts = {
        "set.json": json.dumps(rows).encode(),
        "set.jsonl": "\n".join(map(json.dumps, rows)).encode(),
        "set.csv": ("y,x\n" + "".join(f'{n % 2},"a\n{n}"\n' for n in range(4_000))).encode(),
        "set.csv.gz": gzip.compress(b"y,x\n" + b"".join(b"1,%d\n" % n for n in range(99_999))),
    }
    for name, content in texts.items():
        path = written(tmp_path, content[:9_000], name)
        spec = QualityGuardSpec(labelled_set=str(path), label_column="y")
        with RecordFile(path, spec, at_most_bytes=9_000) as records:
            assert len(records) > 50
            check_records(records, spec, whole=False)
            assert len(list(records.rows())) == len(records)


def test_a_set_mostly_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """Whatever column it shows in; a few such records are left out and told."""
    rows = [(f"{n % 2},{n},{'grün' if n % 2 else 'rot'}\n").encode("latin-1") for n in range(100)]
    told = refusal(written(tmp_path, b"".join(rows)))
    assert "guards.quality.encoding: 50 of 100 records are not the text" in told
    few = b"".join(rows[:2] + [b"%d,%d,rot\n" % (n % 2, n) for n in range(98)])
    path = written(tmp_path, few)
    spec = QualityGuardSpec(labelled_set=str(path))
    with RecordFile(path, spec) as records:
        assert "1 records are no UTF-8 text and are left out" in " ".join(records.told)
        check_records(records, spec, whole=True)
