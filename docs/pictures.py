"""Make the pictures of docs/images again from pages in out/demo: `make demo`, then `make pictures`.

Exit code 1 where there is no browser to make them with, or a page to make them of.
"""

import sys
from pathlib import Path

from tests.pages.browser import DESK, PHONE, look, missing, view

ROOT = Path(__file__).resolve().parent.parent
PAGES, IMAGES = ROOT / "out" / "demo", ROOT / "docs" / "images"
PICTURES = (
    ("report.png", "healthy", DESK, "light"),
    ("report-dark.png", "slow", DESK, "dark"),
    ("report-phone.png", "failing", PHONE, "light"),
    ("report-phone-dark.png", "wrong", PHONE, "dark"),
    ("index.png", "index", DESK, "light"),
)
"""A picture, the page it is of, in which size and scheme."""


def main() -> int:
    """Return 0 when every picture was made."""
    why = missing() or ("" if PAGES.is_dir() else "no pages in out/demo: make demo")
    if why:
        print(f"No pictures: {why}")
        return 1
    found = look(
        [
            view(PAGES / f"{page}.html", size, scheme, picture=str(IMAGES / name))
            for name, page, size, scheme in PICTURES
        ]
    )
    for (name, *_), one in zip(PICTURES, found, strict=True):
        print(f"{IMAGES / name}: {(IMAGES / name).stat().st_size // 1000} KB", *one["found"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
