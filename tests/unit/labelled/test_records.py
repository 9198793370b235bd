"""Labelled sets of every format, row by row, and what is said of rows that cannot be used."""

import json
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.check import check_records
from canary.labelled.examples import Example, read_example
from canary.labelled.order import seeded_order
from canary.labelled.records import RecordFile, UnusableRow


def guard(path: Path, **fields: Any) -> QualityGuardSpec:
    """Return a guard on a file."""
    return QualityGuardSpec(labelled_set=str(path), **fields)


def examples(path: Path, **fields: Any) -> list[Example]:
    """Return every row as an example."""
    spec = guard(path, **fields)
    with RecordFile(path, spec) as records:
        return [read_example(records.row(i), records.layout, spec) for i in range(len(records))]


def written(folder: Path, name: str, text: str) -> Path:
    """Return the path of a file with this text."""
    path = folder / name
    path.write_text(text, newline="")
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_without_header(tmp_path: Path, end: str) -> None:
    """The first column is the label, the rest goes to the model as it was written."""
    path = written(tmp_path, "set.csv", end.join(["1,2.50,a", "0,3,b", ""]))
    assert [(e.label, e.features, e.record_id) for e in examples(path)] == [
        (1, ("2.50", "a"), "1"),
        (0, ("3", "b"), "2"),
    ]


def test_csv_with_header_by_name(tmp_path: Path) -> None:
    """Columns asked for by name imply a header; id and dropped columns are not sent."""
    path = written(tmp_path, "set.csv", "\ufeffid,age,secret,churn\nc7,40,x,1\nc8,30,y,0\n")
    found = examples(path, label_column="churn", id_column="id", drop_columns=("secret",))
    assert [(e.record_id, e.label, e.features) for e in found] == [
        ("c7", 1, ("40",)),
        ("c8", 0, ("30",)),
    ]


def test_csv_header_with_columns_by_index(tmp_path: Path) -> None:
    """A header may be there though the columns are given by index; -1 is the last."""
    path = written(tmp_path, "set.csv", "age,churn\n40,1\n30,0\n")
    assert [e.label for e in examples(path, label_column=-1, header=True)] == [1, 0]


def test_csv_quotes_may_span_lines(tmp_path: Path) -> None:
    """A quoted text with commas, quotes and line ends is one value of one record."""
    path = written(tmp_path, "set.csv", '1,"so, ""good""\nreally"\n\n0,bad\n')
    assert [e.features for e in examples(path)] == [('so, "good"\nreally',), ("bad",)]


def test_json_lines_and_json(tmp_path: Path) -> None:
    """Objects by name, one a line or in one document, wrapped or not, are the same records."""
    rows = [{"text": "good", "label": "pos", "n": 1.5}, {"label": "neg", "text": None, "n": [1, 2]}]
    lines = written(tmp_path, "set.jsonl", "\n".join(map(json.dumps, rows)))
    document = written(tmp_path, "set.json", json.dumps(rows))
    wrapped = written(tmp_path, "wrapped.json", json.dumps({"version": 3, "records": rows}))
    expected = [("pos", ("good", 1.5)), ("neg", (None, [1, 2]))]
    for path in (lines, document, wrapped):
        found = examples(path, label_column="label", task="multiclass")
        assert [(e.label, e.features) for e in found] == expected


def test_parquet(tmp_path: Path) -> None:
    """Parquet is read through the optional extra."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="the parquet extra is not installed")
    import pyarrow as pa  # noqa: PLC0415 - only with the extra

    parquet.write_table(pa.table({"y": [1, 0], "x": [2.5, 3.5]}), tmp_path / "set.parquet")
    found = examples(tmp_path / "set.parquet", label_column="y")
    assert [(e.label, e.features) for e in found] == [(1, (2.5,)), (0, (3.5,))]


def test_slices(tmp_path: Path) -> None:
    """The slice column is a feature too, unless the spec says otherwise."""
    path = written(tmp_path, "set.csv", "y,x,region\n1,2,north\n0,3,south\n")
    sent = examples(path, label_column="y", slice_column="region")
    unsent = examples(path, label_column="y", slice_column="region", send_slice_column=False)
    assert [(e.slice, e.features) for e in sent] == [
        ("north", ("2", "north")),
        ("south", ("3", "south")),
    ]
    assert [(e.slice, e.features) for e in unsent] == [("north", ("2",)), ("south", ("3",))]


@pytest.mark.parametrize(
    ("text", "fields", "why"),
    [
        (",1\n0,2\n", {}, "has no label"),
        ("NaN,1\n0,2\n", {}, "has no label"),
        ("2,1\n0,2\n", {}, "needs 0 or 1"),
        ("yes please,1\n", {}, "needs 0 or 1"),
        ("bird,1\n", {"task": "multiclass", "classes": ("cat", "dog")}, "not one of the 2 classes"),
        ("tall,1\n", {"task": "regression", "right_within": 1}, "needs a number"),
        ("inf,1\n", {"task": "regression", "right_within": 1}, "finite"),
    ],
)
def test_labels_of_another_type(
    tmp_path: Path, text: str, fields: dict[str, Any], why: str
) -> None:
    """A label that is missing or of another type makes its row unusable, in words."""
    with pytest.raises(UnusableRow, match=why):
        examples(written(tmp_path, "set.csv", text), **fields)


@pytest.mark.parametrize(
    ("name", "text", "row", "why"),
    [
        ("set.csv", "1,2\n0,2,3\n", 1, "has 3 columns where the first has 2"),
        ("set.csv", '1,2\n0,"2"x\n', 1, "is not CSV"),
        ("set.jsonl", '{"y": 1, "x": 2}\n{"y": 1', 1, "is not JSON"),
        ("set.jsonl", '{"y": 1, "x": 2}\n7\n', 1, "neither a JSON object nor a list"),
        ("set.jsonl", '{"y": 1, "x": 2}\n[1, 2]\n', 1, "list of another length or kind"),
    ],
)
def test_rows_that_cannot_be_read(tmp_path: Path, name: str, text: str, row: int, why: str) -> None:
    """A broken row is named; the others stay readable."""
    path = written(tmp_path, name, text)
    with RecordFile(path, guard(path, label_column=0 if name.endswith("csv") else "y")) as records:
        records.row(0)
        with pytest.raises(UnusableRow, match=why):
            records.row(row)
        assert [found.number for found in records.rows()] == [1]


def refusal(path: Path, *, whole: bool = True, **fields: Any) -> str:
    """Return the refusal of a file."""
    spec = guard(path, **fields)
    with pytest.raises(Refused) as caught, RecordFile(path, spec) as records:
        check_records(records, spec, whole=whole)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "fields", "parts"),
    [
        ("", {}, ("labelled_set", "no records")),
        ("y,x\n", {"label_column": "y"}, ("labelled_set", "header and no records")),
        ("1,2\n0,3\n", {"label_column": 7}, ("label_column", "no column 7", "2 (0 to 1)")),
        (
            "y,x\n0,3\n",
            {"label_column": "churn", "header": True},
            ("label_column", "'churn'", "y, x"),
        ),
        (
            "y,x\n0,3\n",
            {"label_column": "churn"},
            ("label_column", "'churn'", "among the 2", "header true", "index"),
        ),
        ("1,2\n0,3\n", {"label_column": "churn", "header": False}, ("label_column", "no header")),
        ("1,2\n0,3\n", {"id_column": 5}, ("id_column",)),
        ("1,2\n0,3\n", {"slice_column": 5}, ("slice_column",)),
        ("1\n0\n", {}, ("label_column", "no column is left")),
        (
            "150,2\n20,3\n",
            {},
            ("label_column", "row 1 has a number as its label (column 0)", "needs 0 or 1"),
        ),
        ("0,2\n0,3\n", {}, ("labelled_set", "every label is the same on all 2 records")),
        ("1,2\n0,3\n", {"answer": "a["}, ("answer", "JMESPath")),
    ],
)
def test_sets_that_are_refused(
    tmp_path: Path, text: str, fields: dict[str, Any], parts: tuple[str, ...]
) -> None:
    """A set that does not fit the spec is refused, naming the field and the row or column."""
    told = refusal(written(tmp_path, "set.csv", text), **fields)
    assert all(part in told for part in parts)
    assert told.startswith("guards.quality.")


def test_formats_that_are_refused(tmp_path: Path) -> None:
    """An unknown suffix, a document that is no list, or bytes that are no text are refused with the
    remedy.
    """
    assert "guards.quality.format" in refusal(written(tmp_path, "set.dat", "1,2\n"))
    assert "holds no list" in refusal(written(tmp_path, "set.json", '{"a": 1}'))
    assert "not a JSON document (behind record 0" in refusal(written(tmp_path, "bad.json", "{"))
    deep = "[[1, 2]," + "[" * 100_000
    assert "(behind record 1: nested too deeply)" in refusal(written(tmp_path, "deep.json", deep))
    path = tmp_path / "set.csv"
    path.write_bytes(b"1,\xff\n0,\xfe\n")
    assert "not UTF-8 text (set encoding" in refusal(path)


def test_one_class_in_the_head_alone_is_no_refusal(tmp_path: Path) -> None:
    """A sorted set begins with one class; only the whole set can be said to have one."""
    path = written(tmp_path, "set.csv", "0,1\n" * 50)
    spec = guard(path)
    with RecordFile(path, spec, at_most_bytes=40) as records:
        assert len(records) == 10
        check_records(records, spec, whole=False)


def test_the_order_is_a_permutation_of_its_seed() -> None:
    """The same seed and size give the same order; all records are in it."""
    assert seeded_order(1_000, "r-1") == seeded_order(1_000, "r-1") != seeded_order(1_000, "r-2")
    assert sorted(seeded_order(1_000, "r-1")) == list(range(1_000))


@pytest.mark.parametrize(
    ("keys", "label", "told"),
    [
        ({"task": "multiclass", "classes": ("a", "b")}, "c", "30 of 100 labels cannot be used"),
        ({"task": "regression", "right_within": 1.0}, "high", "30 of 100 labels cannot be used"),
    ],
)
def test_labels_of_another_kind_have_a_floor(
    tmp_path: Path, keys: dict[str, Any], label: str, told: str
) -> None:
    """Most of a set is not left out in silence; what has no label yet is another matter."""
    good = ("a", "b") if "classes" in keys else ("1", "2")
    path = tmp_path / "set.csv"

    def check(other: str, **more: Any) -> None:
        rows = (f"{other if n % 10 < 3 else good[n % 2]},{n}\n" for n in range(100))
        path.write_text("".join(rows))
        spec = QualityGuardSpec(labelled_set=str(path), **keys, **more)
        with RecordFile(path, spec) as records:
            check_records(records, spec, whole=True)

    with pytest.raises(Refused, match=told):
        check(label)
    check(label, min_usable=0.7)
    check("")
