"""A template and values to one HTML file that loads nothing.

Rules: a Content-Security-Policy with the hash of the page's one short script refuses everything
else, so that a page proves itself that it needs no network.
"""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

ASSETS = Path(__file__).parent / "assets"
ROOMS = ("canaryctl.pages", "canaryctl.report", "canaryctl.evaluate")


def write_page(path: Path, page: str) -> Path:
    """Write a page and return its path; folders are made where they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def render(template: str, **values: Any) -> str:
    """Return a page of the house; the same values give the same bytes."""
    script = _asset("page.js")
    return (
        _environment()
        .get_template(template)
        .render(style=_asset("page.css"), script=script, script_hash=script_hash(script), **values)
    )


def script_hash(script: str) -> str:
    """Return a script's hash as a Content-Security-Policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


@lru_cache
def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=ChoiceLoader([PackageLoader(room) for room in ROOMS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
