"""What may stand where in a spec, read off its JSON Schema: the one description that messages, the
reference and editors share.

A node is a part of the schema; its forms are the alternatives of what may stand there, null left
out. A key's anchor is its path where its model is met first, list indexes and names left out.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from canary.domain.plan.reading.mistake import Path
from canary.domain.plan.spec import Spec

Node = Mapping[str, Any]
FORMS = {
    r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$": "a name of letters, digits and hyphens, at most 63",
    r"^[a-z][a-z0-9_]{0,62}$": "a name of lower case letters, digits and underscores",
    r"^[!-9;-~][ -~]{0,254}$": "a name in printable ASCII that does not begin with a colon",
    r"^[^\x00-\x1f\x7f]*$": "text without control characters",
    r"^[\x21-\x7e]+/[\x20-\x7e]+$": "a media type",
    r"^[\x20-\x7e]+$": "text in printable ASCII",
    r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$": "a host name of letters, digits and hyphens",
    r"^ml\.[a-z0-9-]+\.[a-z0-9]+$": "an instance type",
    r"^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:model-package/[a-zA-Z0-9-]+(/\d+)?$": "the ARN "
    "of a model package",
}
"""What the schema's patterns ask for, in words."""
UNITS = {"minutes": "minutes", "seconds": "seconds", "ms": "milliseconds"}
KINDS = {"boolean": "true or false", "null": "null", "array": "a list", "object": "an object"}


DIALECT = "https://json-schema.org/draft/2020-12/schema"


def published() -> Node:
    """Return the JSON Schema for editors, in which a document may name its schema too."""
    made = schema()
    named = {"type": "string", "description": "Address of this schema, for editors; ignored."}
    return {
        "$schema": DIALECT,
        **made,
        "title": "Spec of a rollout, version 1",
        "properties": {"$schema": named, **made["properties"]},
    }


@cache
def schema() -> Node:
    """Return the JSON Schema of a spec, as pydantic makes it of the models."""
    return Spec.model_json_schema()


def forms(node: Node) -> list[Node]:
    """Return what may stand at a node, each form resolved, null left out."""
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return forms({**schema()["$defs"][name], **rest, "model": name})
    several = node.get("anyOf") or node.get("oneOf")
    if several is None:
        return [] if node.get("type") == "null" else [node]
    return [form for one in several for form in forms(one)]


def child(node: Node, part: str | int) -> Node | None:
    """Return what may stand below a node; None where nothing is known of it."""
    for form in forms(node):
        if isinstance(part, int):
            if "items" in form:
                return dict(form["items"])
        elif part in form.get("properties", {}):
            return dict(form["properties"][part])
        elif named(form) is not None:
            return named(form)
    return None


def named(form: Node) -> Node | None:
    """Return what may stand under any name in an object; None where it has keys of its own."""
    for entry in (form.get("additionalProperties"), *form.get("patternProperties", {}).values()):
        if isinstance(entry, dict):
            return entry
    return None


def at(path: Path) -> Node | None:
    """Return the node at a path; None where nothing is known of it."""
    node: Node | None = schema()
    for part in path:
        node = child(node, part) if node is not None else None
    return node


def names_at(path: Path) -> tuple[str, ...]:
    """Return the keys that may stand in the object at a path."""
    node = at(path)
    found = (form.get("properties", {}) for form in forms(node or {}))
    return tuple(dict.fromkeys(name for names in found for name in names))


def sections() -> Iterator[tuple[str, str, Node]]:
    """Yield (anchor, model, node) of every object a spec is made of, where it is met first."""
    seen: set[str] = set()

    def below(anchor: str, node: Node) -> Iterator[tuple[str, str, Node]]:
        for form in forms(node):
            for inner in (form.get("items"), named(form)):
                if inner is not None:
                    yield from below(anchor, inner)
            name = form.get("model", "Spec")
            if "properties" in form and name not in seen:
                seen.add(name)
                yield anchor, name, form
                for key, value in form["properties"].items():
                    yield from below(f"{anchor}.{key}".lstrip("."), value)

    return below("", schema())


@cache
def anchors() -> Mapping[str, str]:
    """Return where each model is described, by its name."""
    return {model: anchor for anchor, model, _ in sections()}


def anchor_of(path: Path) -> str:
    """Return the anchor of the key that a path leads to or into; "" where there is none."""
    node: Node | None = schema()
    found = ""
    for part in path:
        if node is None:
            break
        if isinstance(part, str):
            owner = next((one for one in forms(node) if part in one.get("properties", {})), None)
            if owner is not None:
                found = f"{anchors()[owner.get('model', 'Spec')]}.{part}".lstrip(".")
        node = child(node, part)
    return found


def fits(path: Path, value: object) -> bool:
    """Return whether a value is of a kind, or one of the choices, that may stand at a path."""
    kinds = {bool: {"boolean"}, int: {"integer", "number"}, float: {"integer", "number"}}
    kinds |= {str: {"string"}}
    for form in forms(at(path) or {}):
        choices = form.get("enum", [form["const"]] if "const" in form else None)
        if choices is not None:
            if value in choices:
                return True
        elif form.get("type") in kinds.get(type(value), ()):
            return True
    return False


def unit_of(path: Path) -> str:
    """Return the unit that a key's name, or that of the object it is in, says; "" where none."""
    names = [part for part in path[-2:] if isinstance(part, str)]
    ends = (name.rpartition("_")[2] for name in reversed(names))
    return next((UNITS[end] for end in ends if end in UNITS), "")


def wanted(path: Path) -> str:
    """Return in words what may stand at a path: its forms, bounds and unit."""
    return words_of(at(path) or {}, unit_of(path))


def words_of(node: Node, unit: str = "") -> str:
    """Return in words what may stand at a node, numbers in a unit."""
    may = sorted(forms(node), key=lambda form: form.get("type") in {"array", "object"})
    said = [_form(form, f" of {unit}" if unit else "") for form in may]
    return " or ".join(dict.fromkeys(said)) or "another value"


def _form(form: Node, unit: str) -> str:
    if "const" in form or "enum" in form:
        *several, last = (_spelled(value) for value in form.get("enum", [form.get("const")]))
        return f"{', '.join(several)} or {last}" if several else last
    kind = form.get("type")
    if kind in {"number", "integer"}:
        return _number(form, unit)
    if kind == "string":
        return _text(form)
    if kind == "array":
        return _list(form)
    if kind == "object" and "properties" in form:
        names = list(form["properties"])
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return f"an object with {', '.join(names[:3])}{more}"
    return KINDS.get(str(kind), "any JSON value")


def _list(form: Node) -> str:
    most = f", at most {form['maxItems']}" if "maxItems" in form else ""
    entries = form.get("items", {})
    if any("properties" in one for one in forms(entries)):
        return f"a list of objects{most}"
    return f"a list{most}, each {words_of(entries)}"


def _number(form: Node, unit: str) -> str:
    kind = "a whole number" if form["type"] == "integer" else "a number"
    least, most = "", ""
    if "minimum" in form:
        least = f"from {plain(form['minimum'])}"
    elif "exclusiveMinimum" in form:
        least = f"above {plain(form['exclusiveMinimum'])}"
    if "maximum" in form:
        word = "to" if least.startswith("from") else "at most"
        most = f"{word} {plain(form['maximum'])}"
    elif "exclusiveMaximum" in form:
        most = f"below {plain(form['exclusiveMaximum'])}"
    joint = " " if most.startswith("to") else " and "
    return f"{kind}{unit} {joint.join(bound for bound in (least, most) if bound)}".rstrip()


def plain(number: float) -> str:
    """Return a number as one would write it in a spec: 18720, 0.05."""
    return str(int(number)) if float(number).is_integer() else f"{number:.12g}"


def _text(form: Node) -> str:
    if "pattern" in form:
        return FORMS.get(form["pattern"], f"text of the form {form['pattern']}")
    least, most = form.get("minLength"), form.get("maxLength")
    if least == most == 1:
        return "one character"
    if least == 1:
        return f"text of 1 to {most} characters" if most else "text that is not empty"
    return f"text of at most {most} characters" if most else "text"


def _spelled(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
