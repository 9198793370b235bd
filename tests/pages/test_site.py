"""The site of all pages, as a browser shows it."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.pages.browser import DESK, PHONE, ROOT, look, missing, view

MKDOCS = ROOT / ".venv-site" / "bin" / "mkdocs"
PAGES = ("index", "first-aws", "first-local", "spec", "verdicts")
"""Code in every language that the pages hold, tables, links in words and in code, pictures."""
WHY = missing() or ("" if MKDOCS.exists() else "no environment that builds the site: make docs")


@pytest.mark.slow
@pytest.mark.skipif(bool(WHY), reason=WHY or "a browser and mkdocs are here")
def test_a_browser_finds_nothing_on_the_site(tmp_path: Path) -> None:
    """On a phone and a desk, in light and dark: nothing that axe names, no page wider than its
    screen. What its search says of being read from a folder is not the pages'.
    """
    subprocess.run(
        [MKDOCS, "build", "--strict", "--quiet", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    sizes = ((PHONE, "dark"), (DESK, "light"))
    views = [view(tmp_path / f"{page}.html", *size) for page in PAGES for size in sizes]
    found = [one for each in look(views) for one in each["found"]]
    assert [one for one in found if not one.startswith(("console:", "error:"))] == []
