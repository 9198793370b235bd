"""What the site needs beyond the pages of docs/: mkdocs calls it while it builds (mkdocs.yml).

Rules: README.md is the first page. Whatever a page links to outside docs/ comes along under repo/,
Markdown as a page, anything else as it is; a link to a folder leads to its README, or to a list of
what it holds. Decisions are in the navigation by themselves, every other page by name, so that
a page nobody can find fails the build.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, InclusionLevel

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<=\]\()(?P<path>[^)\s:#]+)(?P<anchor>#[^)\s]*)?(?=\))")
FENCE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
HOME = "index.md"


def on_config(config: Any) -> Any:
    """Return the configuration with every decision in the navigation."""
    for section in config.nav:
        if "Decisions" in section:
            section["Decisions"] = [f"adr/{path.name}" for path in decisions()]
    return config


def decisions() -> list[Path]:
    """Return the pages of decisions in their order."""
    return sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


def on_files(files: Any, *, config: Any) -> Any:
    """Return the files with those outside docs/ that pages link to, and those that these do."""
    new = [HOME, *(file.src_uri for file in files.documentation_pages())]
    while new:
        place = new.pop()
        for target in targets_of(place):
            uri = uri_of(target)
            if uri is not None and files.get_file_from_path(uri) is None:
                files.append(brought(uri, target, config))
                new += [uri] if uri.endswith(".md") else []
        if files.get_file_from_path(place) is None:
            files.append(brought(place, source_of(place), config))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Return a page with its links as the site has them."""
    return linked(markdown, page.file.src_uri)


def source_of(uri: str) -> Path:
    """Return the file or folder of the project that a page of the site is made of."""
    if uri == HOME:
        return ROOT / "README.md"
    return ROOT / (uri.removeprefix("repo/") if uri.startswith("repo/") else f"docs/{uri}")


def uri_of(target: Path) -> str | None:
    """Return where the site has a file or folder of the project, None where there is none."""
    if not target.is_relative_to(ROOT) or not target.exists():
        return None
    if target.is_dir():
        readme = target / "README.md"
        target = readme if readme.exists() else target / "index.md"
    inside = target.relative_to(ROOT).as_posix()
    if inside == "README.md":
        return HOME
    return inside.removeprefix("docs/") if inside.startswith("docs/") else f"repo/{inside}"


def targets_of(uri: str) -> Iterator[Path]:
    """Yield what a page links to within the project."""
    source = source_of(uri)
    if source.is_file():
        for piece in prose(source.read_text(encoding="utf-8")):
            yield from (resolved(source, found["path"]) for found in LINK.finditer(piece))


def resolved(source: Path, path: str) -> Path:
    """Return what a relative link in a file means."""
    return Path(posixpath.normpath((source.parent / path).as_posix()))


def brought(uri: str, target: Path, config: Any) -> Any:
    """Return a file of the site that does not lie in docs/."""
    level = {} if uri == HOME else {"inclusion": InclusionLevel.NOT_IN_NAV}
    if target.is_dir():
        return File.generated(config, uri, content=listing(target), **level)
    return File.generated(config, uri, abs_src_path=str(target), **level)


def listing(folder: Path) -> str:
    """Return a page with the files of a folder."""
    names = sorted(path.name for path in folder.iterdir() if path.suffix in {".md", ".json"})
    lines = [f"- [{name}]({name})" for name in names if name != "template.md"]
    return "\n".join([f"# {folder.relative_to(ROOT).as_posix()}", "", *lines, ""])


def linked(markdown: str, uri: str) -> str:
    """Return Markdown with links to the project's files as links within the site; what leads
    nowhere stays, so that the build names it.
    """
    source = source_of(uri)

    def within(found: re.Match[str]) -> str:
        target = uri_of(resolved(source, found["path"]))
        if target is None:
            return found[0]
        return posixpath.relpath(target, posixpath.dirname(uri) or ".") + (found["anchor"] or "")

    pieces = FENCE.split(markdown)
    return "".join(
        piece if index % 2 else LINK.sub(within, piece) for index, piece in enumerate(pieces)
    )


def prose(markdown: str) -> list[str]:
    """Return what stands outside of fenced blocks."""
    return FENCE.split(markdown)[::2]
