"""What somebody most likely meant by a key or a value that may not stand where it does.

Rules: pure; every answer is a suggestion to a person, nothing is ever read as what was meant.
"""

import difflib
import json
import re
from typing import Any

from canary.domain.plan.reading.keys import Node, at, forms, names_at, plain, sections, unit_of
from canary.domain.plan.reading.mistake import UNTOLD, Path, written
from canary.domain.plan.reading.words import OFTEN, VALUES

NEAR = 0.66
SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1}
SECONDS |= {"m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60}
SECONDS |= {"h": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400, "days": 86400}
OF_UNIT = {"minutes": 60, "seconds": 1, "milliseconds": 0.001}
SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
FLAGS = {"true": "true", "yes": "true", "on": "true", "1": "true"}
FLAGS |= {"false": "false", "no": "false", "off": "false", "0": "false"}
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)


def key_meant(parent: Path, key: str, value: Any) -> tuple[str, str, bool]:
    """Return (the sibling key that was meant or "", what to do, whether the value may stay as it
    is) for a key nobody knows.
    """
    names = names_at(parent)
    plainly = _snake(key)
    span = _other_unit(plainly, value, names)
    if span is not None:
        return (*span, False)
    often = [name for name in OFTEN.get(plainly, ()) if name in names]
    near = difflib.get_close_matches(plainly, names, 2, NEAR)
    meant = [plainly] if plainly in names else (often or near)[:2]
    if len(meant) == 1:
        return meant[0], f'Did you mean "{meant[0]}"? Otherwise take it out', True
    if meant:
        both = f'Did you mean "{meant[0]}" or "{meant[1]}"? Otherwise take it out'
        return "", both, False
    places = elsewhere(parent, plainly)
    if places:
        return "", f"Did you mean {' or '.join(places[:3])}? Otherwise take it out", False
    if not names:
        return "", "Take it out", False
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return "", f"Take it out; here may stand {', '.join(names[:8])}{more}", False


def elsewhere(parent: Path, key: str) -> list[str]:
    """Return the places of a spec where a key of this name, or of this meaning, may stand."""
    known: dict[str, list[str]] = {}
    for anchor, _, form in sections():
        for name in form["properties"]:
            known.setdefault(name, []).append(f"{anchor}.{name}".lstrip("."))
    here = written(tuple(part for part in parent if isinstance(part, str)))
    also = [place for name in OFTEN.get(key, ()) for place in known[name]]
    found = dict.fromkeys([*known.get(key, ()), *also])
    others = (place for place in found if place.rpartition(".")[0] != here)
    return sorted(others, key=lambda place: place.count("."))


def _snake(key: str) -> str:
    """Return a key as the spec spells keys: lower case, words joined by underscores."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key.strip())
    return re.sub(r"[\s.-]+", "_", apart).lower()


def _other_unit(key: str, value: Any, names: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the key of the same thing in another unit, with the value converted."""
    stem, _, unit = key.rpartition("_")
    for name in names:
        own, _, has = name.rpartition("_")
        if stem != own or unit == has or unit not in SECONDS or has not in SECONDS:
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            amount = plain(value * SECONDS[unit] / SECONDS[has])
            return name, f'Write "{name}": {amount}, in {_long(has)}'
        return name, f'Did you mean "{name}"? Its unit is {_long(has)}'
    return None


def _long(unit: str) -> str:
    return {"ms": "milliseconds", "s": "seconds"}.get(unit, unit)


def value_meant(path: Path, value: Any) -> str:
    """Return what to write for a value that may not stand where it does; "" where nobody knows."""
    for form in forms(at(path) or {}):
        found = _meant(form, path, value)
        if found:
            return found
    return ""


def _meant(form: Node, path: Path, value: Any) -> str:
    choices = form.get("enum", [form["const"]] if "const" in form else [])
    if choices:
        return _choice(choices, value)
    kind = form.get("type")
    if kind in {"number", "integer"}:
        return _number(form, path, value)
    if kind == "array" and not isinstance(value, list | dict | None):
        return f"Write a list: [{json.dumps(value)}]"
    if kind == "object" and isinstance(value, int | float) and not isinstance(value, bool):
        return _object(form, value)
    return _word(kind, path, value)


def _word(kind: Any, path: Path, value: Any) -> str:
    """Return the text of a number or flag, or the flag of a word."""
    if kind == "string" and isinstance(value, int | float):
        if UNTOLD in path:
            return "Write it as text, in quotes"
        return f'Write it as text, in quotes: "{json.dumps(value)}"'
    if kind == "boolean" and isinstance(value, str | int):
        word = FLAGS.get(str(value).lower())
        return "" if word is None else f"Write {word}, without quotes"
    return ""


def _choice(choices: list[Any], value: Any) -> str:
    words = [one for one in choices if isinstance(one, str)]
    said = _snake(json.dumps(value) if not isinstance(value, str) else value)
    if said in words:
        return f'Write "{said}"'
    if value is False and "off" in words:
        return 'Write "off"'
    often = [one for one in words if said in VALUES.get(one, ())]
    short = [one for one in words if len(one) >= 3 and said.startswith(one)]
    near = often or short or difflib.get_close_matches(said, words, 1, NEAR)
    return f"Did you mean {' or '.join(json.dumps(one) for one in near)}?" if near else ""


def _number(form: Node, path: Path, value: Any) -> str:
    """Return a number that fits, made of text, of a percentage or of a span in another unit."""
    if isinstance(value, str):
        return _of_text(form, path, value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return "Write the number" if isinstance(value, bool) else ""
    fraction = form.get("maximum", form.get("exclusiveMaximum", 2)) <= 1
    if fraction and 1 < value <= 100:
        return f"Write {plain(value / 100)}, which is {plain(value)}%: it is a fraction"
    if form["type"] == "integer" and not float(value).is_integer():
        return f"Write {int(value)} or {int(value) + 1}"
    return ""


def _of_text(form: Node, path: Path, value: str) -> str:
    text = value.strip()
    percent = text.endswith("%") and NUMBER.fullmatch(text[:-1].strip())
    if percent and form.get("maximum", form.get("exclusiveMaximum", 2)) <= 1:
        return f"Write {plain(float(text[:-1]) / 100)}, a fraction"
    if NUMBER.fullmatch(text):
        return f"Write {plain(float(text))}, without quotes"
    span = SPAN.fullmatch(text)
    unit = OF_UNIT.get(unit_of(path))
    if span and unit and span[2].lower() in SECONDS:
        amount = float(span[1]) * SECONDS[span[2].lower()] / unit
        return f"Write {plain(amount)}, in {unit_of(path)}"
    return ""


def _object(form: Node, value: float) -> str:
    names = form.get("properties", {})
    if "share" in names:
        share = value / 100 if 1 < value <= 100 else value
        return f'Write {{"share": {plain(share)}}}'
    if {"min", "max"} <= names.keys():
        return (
            f'Write {{"min": {plain(value)}}} for the least time a step serves, or '
            f'{{"max": {plain(value)}}} for the most'
        )
    for name in ("max_worse", "max_ratio", "headroom", "threshold_ms"):
        if name in names:
            return f'Write {{"{name}": {plain(value)}}}'
    if {"ratio", "percentage_points"} <= names.keys():
        return f'Write {{"ratio": {plain(value)}, "percentage_points": 0}} if it is a factor'
    return ""
