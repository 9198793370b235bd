"""The site of all pages, as a browser shows it."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.pages.browser import DESK, PHONE, ROOT, look, missing, view

MKDOCS = ROOT / ".venv-site" / "bin" / "mkdocs"
PAGES = ("index", "first-aws", "first-local", "spec", "verdicts")
"""Code in every language that the pages hold, tables, links in words and in code, pictures."""
NO_SITE = "" if MKDOCS.exists() else "no environment that builds the site: make docs"
NO_BROWSER = missing() or NO_SITE
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc=["']?(?P<src>[^"' >]+)"""
    r"""|<link\b(?![^>]*rel="?canonical)[^>]*?\bhref=["']?(?P<href>[^"' >]+)"""
    r"""|(?:url\(|@import )["']?(?P<url>[^"')]+)"""
)
"""What a browser loads by itself: of a page, and of a sheet."""
DIAGRAM = re.compile(r"""class="[^"]*\bmermaid\b""")
"""The theme would load a script for one from elsewhere."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        [MKDOCS, "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    return folder


@pytest.mark.slow
@pytest.mark.skipif(bool(NO_SITE), reason=NO_SITE or "mkdocs is here")
def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    """Of every page and sheet: scripts, sheets, fonts, pictures lie beside it."""
    pages = {
        path.relative_to(site): path.read_text(encoding="utf-8")
        for path in (*site.rglob("*.html"), *site.rglob("*.css"))
    }
    assert len(pages) > len(PAGES)
    fetched = [
        (name, found["src"] or found["href"] or found["url"])
        for name, text in pages.items()
        for found in FETCHED.finditer(text)
    ]
    assert [one for one in fetched if one[1].startswith(("http", "//"))] == []
    assert [name for name, text in pages.items() if DIAGRAM.search(text)] == []


@pytest.mark.slow
@pytest.mark.skipif(bool(NO_BROWSER), reason=NO_BROWSER or "a browser and mkdocs are here")
def test_a_browser_finds_nothing_on_the_site(site: Path) -> None:
    """On a phone and a desk, in light and dark, read from a folder: nothing that axe names, no page
    wider than its screen, no word in the console.
    """
    sizes = ((PHONE, "dark"), (DESK, "light"))
    views = [view(site / f"{page}.html", *size) for page in PAGES for size in sizes]
    assert [one for each in look(views) for one in each["found"]] == []


@pytest.mark.slow
@pytest.mark.skipif(bool(NO_BROWSER), reason=NO_BROWSER or "a browser and mkdocs are here")
def test_the_search_finds_pages_from_a_folder(site: Path) -> None:
    """Without a server: the index lies beside the page."""
    (found,) = look([view(site / "index.html", DESK, "light", search="roll back")])
    assert [
        one for one in found["found"] if one.startswith(("search:", "console:", "error:"))
    ] == []
