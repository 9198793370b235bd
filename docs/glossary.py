"""The second half of the glossary: every module and every public class of the domain, each with the
first sentence it says of itself.

    python docs/glossary.py

writes it into docs/glossary.md, between the two marks; a test compares. A meaning that reads badly
there is mended where it stands, in the docstring.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOMAIN = ROOT / "layers/core/canary/domain"
GLOSSARY = ROOT / "docs/glossary.md"
BEGIN, END = "<!-- domain: begin -->\n", "<!-- domain: end -->"


def first_sentence(node: ast.Module | ast.ClassDef) -> str:
    """Return the first sentence of a docstring in one line, without its full stop."""
    text = (ast.get_docstring(node) or "").split("\n\n")[0]
    sentence = re.split(r"(?<=\.)\s", " ".join(text.split()), maxsplit=1)[0]
    return sentence.removesuffix(".").replace("|", "\\|")


def entries(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, meaning) for a module, by its path in the domain, and for its public classes."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    inner = path.relative_to(DOMAIN).with_suffix("")
    name = str(inner.parent if inner.name == "__init__" else inner)
    yield ("domain" if name == "." else name), first_sentence(module)
    for node in module.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, first_sentence(node)


def table() -> str:
    """Return the table, modules in the order of their paths, each before its classes."""
    found = [entry for path in sorted(DOMAIN.rglob("*.py")) for entry in entries(path)]
    rows = [
        f"| `{name}` | {meaning} |" if name[0].isupper() else f"| **`{name}`** | *{meaning}* |"
        for name, meaning in found
    ]
    return "\n".join(["| name | meaning |", "|---|---|", *rows]) + "\n"


def main() -> None:
    """Write the table into the glossary."""
    text = GLOSSARY.read_text(encoding="utf-8")
    head, tail = text.split(BEGIN)[0], text.split(END)[1]
    GLOSSARY.write_text(head + BEGIN + table() + END + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
