"""What a word without quotes is in YAML: both versions of the language are asked.

YAML 1.1 (most libraries) and YAML 1.2 (a superset of JSON) read some words apart: `no`, `1e3`,
`017`, `12:30`. Sources: YAML 1.2.2, 10.3.2, core schema; YAML 1.1, https://yaml.org/type/.
"""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import yaml

NULL = re.compile(r"~|null|Null|NULL|")
FLAG = re.compile(r"true|True|TRUE|false|False|FALSE")
WHOLE = re.compile(r"[-+]?[0-9]+")
OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
SHORT_FLAGS = dict.fromkeys("yY", True) | dict.fromkeys("nN", False)
"""Flags of YAML 1.1 that PyYAML leaves as text."""
CORE: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (NULL, lambda _: None),
    (FLAG, lambda text: text.lower() == "true"),
    (WHOLE, int),
    (OTHER_BASE, lambda text: int(text, 0)),
    (NUMBER, float),
    (NO_NUMBER, lambda text: float(text.replace(".", "", 1))),
)


def core_reading(text: str) -> Any:
    """Return what YAML 1.2 reads."""
    return next((read(text) for form, read in CORE if form.fullmatch(text)), text)


def older_reading(text: str) -> Any:
    """Return what YAML 1.1 reads; a date stays text, for a spec holds dates as text."""
    if text in SHORT_FLAGS:
        return SHORT_FLAGS[text]
    loader = yaml.SafeLoader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    try:
        value = loader.construct_object(yaml.ScalarNode(tag, text))
    except (ValueError, yaml.YAMLError):
        return text
    return text if isinstance(value, date | bytes) else value


def same(one: Any, other: Any) -> bool:
    """Return whether two readings are one; true is not 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - NaN


def spelled(value: Any) -> str:
    """Return a reading as JSON spells it, so that it can be read in one way alone."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def named(value: Any) -> str:
    """Return a reading with its kind."""
    if isinstance(value, bool) or value is None:
        return spelled(value)
    return f"the {'text' if isinstance(value, str) else 'number'} {spelled(value)}"


def plain(text: str) -> str:
    """Return text as it is written in YAML: as it stands where it can be read as text alone."""
    simple = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_./-]*", text)
    both = core_reading(text), older_reading(text)
    if simple and both == (text, text):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
