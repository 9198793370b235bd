"""Records of a file: what each is to a model, and what is refused rather than guessed."""

from pathlib import Path

import pytest

from local.mistake import Mistake
from local.rows import read_rows


def written(folder: Path, name: str, text: str) -> Path:
    """Return a file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_record_is_a_list_with_numbers_where_they_are(tmp_path: Path) -> None:
    """A quoted comma belongs to its cell; an empty line is no record."""
    rows = read_rows(written(tmp_path, "a.csv", '1,"a, b"\n\n2.5,c\n'), None)
    assert (rows.records.tolist(), rows.labelled) == ([[1.0, "a, b"], [2.5, "c"]], None)


def test_a_label_is_taken_out_of_the_traffic_and_left_in_the_set(tmp_path: Path) -> None:
    """The file as it stands is the labelled set."""
    rows = read_rows(written(tmp_path, "a.csv", "7,yes,8\n9,no,10\n"), 1)
    assert rows.records.tolist() == [[7.0, 8.0], [9.0, 10.0]]
    assert rows.labelled == b"7,yes,8\n9,no,10\n"


def test_a_json_line_is_what_it_says(tmp_path: Path) -> None:
    """Objects, lists and texts are records alike."""
    rows = read_rows(written(tmp_path, "a.jsonl", '{"text": "hm"}\n\n[1, 2]\n"x"\n'), None)
    assert rows.records.tolist() == [{"text": "hm"}, [1, 2], "x"]
    assert rows.content_type == "application/json"


@pytest.mark.parametrize(
    ("name", "text", "column", "said"),
    [
        ("a.csv", "age,plan\n3,4\n", None, "--rows: the first line .* may be names"),
        ("a.csv", "\n", None, "--rows: .* holds no record"),
        ("a.csv", "1,2\n1\n", 1, "--label-column: 1 is no column of every record"),
        ("a.csv", "1,2\n", -1, "Count from 0"),
        ("a.jsonl", "{}\n{\n", None, "line 2"),
        ("a.jsonl", "\n", None, "--rows: .* holds no record"),
        ("a.jsonl", "{}\n", 0, "--label-column: .* CSV"),
    ],
)
def test_what_may_be_read_in_two_ways_is_refused(
    tmp_path: Path, name: str, text: str, column: int | None, said: str
) -> None:
    """The message names option, problem and remedy."""
    with pytest.raises(Mistake, match=said):
        read_rows(written(tmp_path, name, text), column)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The option that named it stands first."""
    with pytest.raises(Mistake, match=r"--rows: .*none\.csv"):
        read_rows(tmp_path / "none.csv", None)
