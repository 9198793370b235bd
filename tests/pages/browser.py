"""A browser to look at pages with, where there is one."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-pages" / "bin" / "python"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE, DESK = (390, 844), (1280, 900)


def browser() -> str | None:
    """Return the path of a browser that Playwright can drive: BROWSER, or one on the path."""
    named = os.environ.get("BROWSER", "")
    return next(
        (found for name in (named, *BROWSERS) if name and (found := shutil.which(name))), None
    )


def missing() -> str:
    """Return why pages cannot be looked at here, '' where they can."""
    if not PYTHON.exists():
        return "no environment with Playwright: make pages"
    return "" if browser() else f"no browser on the path (BROWSER, {', '.join(BROWSERS)})"


def look(views: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the browser finds at each view; see look.py."""
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name("look.py"), str(browser())],
        input=json.dumps(list(views)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def view(page: Path, size: tuple[int, int], scheme: str, **more: Any) -> dict[str, Any]:
    """Return a page in one size and scheme, as look.py takes it."""
    return {"page": str(page), "width": size[0], "height": size[1], "scheme": scheme, **more}
