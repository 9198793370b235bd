"""The page of benchmarks is what the kept results give."""

from __future__ import annotations

from benchmarks import page


def test_the_page_is_written_from_the_kept_results() -> None:
    """Run `python -m benchmarks.page` when this fails."""
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.page(text) == text


def test_every_part_that_results_are_kept_of_is_on_the_page() -> None:
    """With the command that made it; a part without kept results is left out."""
    text = page.measured()
    for part in page.PARTS:
        kept = (page.ROOT / part.kept).exists()
        assert (f"## {part.title}\n" in text) is kept
        assert (f"`{part.command}`" in text) is kept
    assert "Reaction to a bad canary" in text
