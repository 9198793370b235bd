"""The reference of the spec and its JSON Schema, from the models that read it.

    python docs/spec.py

writes docs/schema/spec.schema.json, and the tables of docs/spec.md between the two marks; a test
compares. A sentence that reads badly there is mended where it stands, in the field's description.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from canary.domain.model import Frozen
from canary.domain.plan.reading.keys import (
    Node,
    forms,
    named,
    published,
    sections,
    unit_of,
    words_of,
)

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/spec.md"
SCHEMA = ROOT / "docs/schema/spec.schema.json"
BEGIN, END = "<!-- keys: begin -->\n", "<!-- keys: end -->"
HEAD = "| key | may be | default | meaning | example |\n|---|---|---|---|---|\n"
LONGEST_DEFAULT = 60


def classes(of: type[Frozen] = Frozen) -> Iterator[type[Frozen]]:
    """Yield every model, each before those made of it."""
    for made in of.__subclasses__():
        yield made
        yield from classes(made)


def model_of(name: str, node: Node) -> type[Frozen]:
    """Return the class whose keys an object of the schema has."""
    keys = set(node["properties"])
    return next(
        made
        for made in classes()
        if made.__name__ == name
        and {field.alias or key for key, field in made.model_fields.items()} == keys
    )


def rooms(model: type[Frozen]) -> Iterator[tuple[type[Frozen], list[str]]]:
    """Yield (class, keys) of a model and of what it is made of, each key where it is said."""
    bases = [one for one in model.__mro__ if issubclass(one, Frozen) and one is not Frozen]
    if len(bases) > 1 and len(bases[1].model_fields) == len(model.model_fields):
        bases = bases[:1]  # it says one of the keys again
    for one in bases:
        inherited = {key for base in one.__bases__ for key in getattr(base, "model_fields", ())}
        if bases == [model]:
            inherited = set()
        own = [name for name in one.model_fields if name not in inherited]
        yield one, [one.model_fields[name].alias or name for name in own]


def cell(text: str) -> str:
    """Return text as it stands in a table's cell."""
    return text.replace("|", "\\|")


def code(value: Any) -> str:
    """Return a value as JSON in a cell."""
    text = json.dumps(value, ensure_ascii=False)
    fence = "``" if "`" in text else "`"
    return f"{fence}{cell(text)}{fence}"


def default_of(node: Node, key: str, value: Node) -> str:
    """Return a key's default as a cell."""
    if key in node.get("required", ()):
        return "required"
    default = value.get("default")
    if default in (None, "", [], {}):
        return ""
    if len(json.dumps(default)) <= LONGEST_DEFAULT:
        return code(default)
    return "that of its keys" if isinstance(default, dict) else "see its meaning"


def may_be(value: Node, key: str, anchor: str) -> str:
    """Return what may stand at a key, objects by a link to their keys."""
    words = cell(words_of(value, unit_of((anchor.rpartition(".")[2], key))))
    inner = dict.fromkeys(
        form["model"]
        for top in forms(value)
        for form in (top, *(inner for inner in _inside(top)))
        if "properties" in form
    )
    homes = {model: home for home, model, _ in sections()}
    links = ", ".join(f"[{homes[name]}](#keys-of-{homes[name]})" for name in inner)
    return f"{words}: {links}" if links else words


def _inside(form: Node) -> Iterator[Node]:
    for inner in (form.get("items"), named(form)):
        for one in forms(inner or {"type": "null"}):
            yield one
            yield from _inside(one)


def row(anchor: str, node: Node, key: str) -> str:
    """Return one key's line of a table."""
    value = node["properties"][key]
    place = f"{anchor}.{key}".lstrip(".")
    examples = ", ".join(code(one) for one in value.get("examples", ()))
    cells = (
        f'<a id="{place}"></a>`{key}`',
        may_be(value, key, anchor),
        default_of(node, key, value),
        cell(value.get("description", "")),
        examples,
    )
    return f"| {' | '.join(cells)} |\n"


def tables() -> str:
    """Return the page's tables: one an object, the keys of its rooms under their own sentence."""
    text = ""
    for anchor, name, node in sections():
        heading = f"Keys of `{anchor}`" if anchor else "The spec itself"
        text += f'\n<a id="keys-of-{anchor}"></a>\n\n### {heading}\n'
        for model, keys in rooms(model_of(name, node)):
            said = " ".join((model.__doc__ or "").split("\n\n")[0].split())
            text += f"\n{said}\n\n{HEAD}" if keys else ""
            text += "".join(row(anchor, node, key) for key in keys)
    return text.lstrip("\n")


def page(text: str) -> str:
    """Return the page with its tables written again."""
    return text.split(BEGIN, maxsplit=1)[0] + BEGIN + tables() + END + text.split(END)[1]


def schema() -> str:
    """Return the published schema as it is written."""
    return f"{json.dumps(published(), indent=2, ensure_ascii=False)}\n"


def main() -> None:
    """Write both."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
