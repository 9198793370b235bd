"""Make the pictures of docs/images again: of reports and their index from the pages of `make demo`,
of the site from those of `make docs`.

What has no pages is named and left as it is. Exit code 1 where there is no browser to make them
with, or no page to make one of.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.pages.browser import DESK, PHONE, look, missing, view

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
REPORTS, SITE = ROOT / "out" / "demo", ROOT / "out" / "docs"
MADE_BY = {REPORTS: "make demo", SITE: "make docs"}
PICTURES = (
    ("report.png", REPORTS / "healthy.html", DESK, "light"),
    ("report-dark.png", REPORTS / "slow.html", DESK, "dark"),
    ("report-phone.png", REPORTS / "failing.html", PHONE, "light"),
    ("report-phone-dark.png", REPORTS / "wrong.html", PHONE, "dark"),
    ("index.png", REPORTS / "index.html", DESK, "light"),
    ("index-dark.png", REPORTS / "index.html", DESK, "dark"),
    ("index-phone.png", REPORTS / "index.html", PHONE, "light"),
    ("index-phone-dark.png", REPORTS / "index.html", PHONE, "dark"),
    ("docs.png", SITE / "first-local.html", DESK, "light"),
    ("docs-dark.png", SITE / "recipes.html", DESK, "dark"),
    ("docs-phone.png", SITE / "verdicts.html", PHONE, "light"),
    ("docs-phone-dark.png", SITE / "faq.html", PHONE, "dark"),
)
"""A picture, the page it is of, in which size and scheme."""


def main() -> int:
    """Return 0 when at least one picture was made."""
    why = missing() or ("" if any(folder.is_dir() for folder in MADE_BY) else "no pages at all")
    if why:
        print(f"No pictures: {why}")
        return 1
    for folder, command in MADE_BY.items():
        if not folder.is_dir():
            print(f"No pages in {folder.relative_to(ROOT)}: {command}")
    wanted = list(views())
    for one, found in zip(wanted, look(wanted), strict=True):
        made = Path(one["picture"])
        print(f"{made}: {made.stat().st_size // 1000} KB", *found["found"])
    return 0


def views() -> Iterator[dict[str, Any]]:
    """Yield the pictures whose pages are there."""
    for name, page, size, scheme in PICTURES:
        if page.is_file():
            yield view(page, size, scheme, picture=str(IMAGES / name))


if __name__ == "__main__":
    sys.exit(main())
