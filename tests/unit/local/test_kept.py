"""What a local account keeps between two runs, and what it refuses to take for that."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.kept import Capacity, Kept, begin_at, read_kept
from local.mistake import Mistake

LATE = datetime(2030, 1, 7, 9, 0, 30, tzinfo=UTC)
KEPT = Kept(
    now=LATE, region="us-east-1", endpoint="mine", variants={"a": Capacity(weight=1, count=2)}
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file that an earlier run wrote."""
    written = tmp_path / "local.json"
    written.write_text(KEPT.model_dump_json(), encoding="utf-8")
    return written


def test_what_was_kept_is_read(path: Path) -> None:
    """A file that is not there yet holds nothing."""
    assert read_kept(path, "mine", "us-east-1", ("a",)) == KEPT
    assert read_kept(path.with_name("none"), "mine", "us-east-1", ("a",)) is None
    assert read_kept(None, "mine", "us-east-1", ("a",)) is None


@pytest.mark.parametrize(
    ("endpoint", "region", "variants", "said"),
    [
        ("other", "us-east-1", ("a",), "--endpoint: .* keeps mine, not other"),
        ("mine", "eu-west-1", ("a",), "--region: .* keeps us-east-1, not eu-west-1"),
        ("mine", "us-east-1", ("b",), "--state: .* keeps an endpoint of a"),
    ],
)
def test_what_was_kept_of_another_endpoint_is_refused(
    path: Path, endpoint: str, region: str, variants: tuple[str, ...], said: str
) -> None:
    """Option, problem and remedy."""
    with pytest.raises(Mistake, match=said):
        read_kept(path, endpoint, region, variants)


def test_variants_that_say_their_model_may_have_any_name(tmp_path: Path) -> None:
    """A winner that serves alone is called as its rollout called it."""
    won = {"won": Capacity(weight=1, count=2, model=1)}
    winner = Kept(now=LATE, region="us-east-1", endpoint="mine", variants=won)
    written = tmp_path / "won.json"
    written.write_text(winner.model_dump_json(), encoding="utf-8")
    assert read_kept(written, "mine", "us-east-1", ("a",)) == winner


def test_a_file_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    """It is refused before anything is opened."""
    other = tmp_path / "package.json"
    other.write_text('{"name": "x"}', encoding="utf-8")
    with pytest.raises(Mistake, match=r"--state: .* is not what a local account keeps"):
        read_kept(other, "mine", "us-east-1", ("a",))


def test_time_never_goes_back() -> None:
    """An account that ran ahead of the wall goes on from there, one that lags is brought up."""
    before, after = datetime(2029, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    assert begin_at(KEPT, before) == LATE.replace(second=0)
    assert begin_at(KEPT, after) == begin_at(None, after) == after
