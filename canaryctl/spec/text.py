"""A text as a document, JSON or YAML, with the line and column of everything in it.

Rules: no I/O. JSON is YAML with fewer freedoms, so one parser says where things are in both; what a
word means is JSON's own in JSON, and in YAML what both versions of it read. What can be read in two
ways, is there twice or is no part of JSON's values is a mistake, never a choice of ours.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from canary.domain.plan.reading.keys import fits
from canary.domain.plan.reading.mistake import Mistake, Path, cut
from canaryctl.spec.scalars import core_reading, named, older_reading, same, spelled
from canaryctl.spec.syntax import Spot, Unreadable, of_json, of_yaml

LONGEST_TEXT = 262_144
TEXT_TAG = "tag:yaml.org,2002:str"
SHAPES = {TEXT_TAG, "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}


@dataclass(frozen=True)
class Written:
    """A document as it was written: `spots` says where each value begins, `keys` where its key
    does, `mistakes` what the text itself leaves open.
    """

    name: str
    document: Any
    spots: Mapping[Path, Spot] = field(default_factory=dict)
    keys: Mapping[Path, Spot] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()

    def spot(self, mistake: Mistake) -> Spot | None:
        """Return where a mistake is: its key or value, or the nearest thing around it."""
        path = mistake.path
        if mistake.at_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.spots:
            path = path[:-1]
        return self.spots.get(path)


def read_text(text: str, name: str) -> Written:
    """Return a text as a document. Raises Unreadable where it is neither JSON nor YAML."""
    if len(text) > LONGEST_TEXT:
        raise Unreadable(f"{len(text)} characters, more than {LONGEST_TEXT}", "Is it a spec?")
    if not text.strip():
        raise Unreadable("it is empty", "Write endpoint and canary at least")
    try:
        return _read(text, name)
    except RecursionError:
        raise Unreadable("it is nested too deeply to be read", "Write it flatter") from None


def _read(text: str, name: str) -> Written:
    twice: list[str] = []
    try:
        document = json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, twice))
    except ValueError as error:
        return _as_yaml(text, name, of_json(error, text))
    try:  # a tab stands between JSON's words alone, and YAML has none there
        node = yaml.compose(text.replace("\t", " "), Loader=yaml.BaseLoader)
    except yaml.YAMLError:  # a key that is too long for YAML: nobody knows where things are
        found = (Mistake((key,), "is there twice", "Write it once") for key in twice)
        return Written(name, document, mistakes=tuple(found))
    walk = _Walk(is_json=True)
    if node is not None:
        walk.value(node, ())
    return Written(name, document, walk.spots, walk.keys, tuple(walk.mistakes))


def _object(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice.extend({key for key, _ in pairs if [one for one, _ in pairs].count(key) > 1})
    return made


def _as_yaml(text: str, name: str, as_json: Unreadable) -> Written:
    """Return the text as YAML; as JSON it could not be read, which is told of what is meant so."""
    if name.lower().endswith(".json"):
        raise as_json
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise (as_json if text.lstrip().startswith("{") else of_yaml(error, text)) from None
    if node is None:
        raise Unreadable("it holds comments alone", "Write endpoint and canary at least")
    walk = _Walk()
    document = walk.value(node, ())
    return Written(name, document, walk.spots, walk.keys, tuple(walk.mistakes))


class _Walk:
    """A walk through the nodes of a text: what they hold, where, and what is wrong with them."""

    def __init__(self, *, is_json: bool = False) -> None:
        self.spots: dict[Path, Spot] = {}
        self.keys: dict[Path, Spot] = {}
        self.mistakes: list[Mistake] = []
        self._is_json = is_json
        self._met: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        """Return what a node holds."""
        self.spots[path] = _spot(node)
        if node.tag not in SHAPES:
            self._wrong(path, f"the tag {cut(node.tag, 60)} says how to read it", "Leave tags out")
            return None
        if id(node) in self._met:  # the node is where its anchor is, the alias behind its key
            self.spots[path] = self.keys.get(path) or self.spots[path[:-1]]
            told = "an alias (*name) of what stands elsewhere"
            self._wrong(path, told, "Write it out where it is meant")
            return None
        self._met.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(entry, (*path, i)) for i, entry in enumerate(node.value)]
        return self._scalar(node, path) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            if key is None:
                continue
            inner = (*path, key)
            if key in made:
                before = self.keys[inner].line
                self.keys[inner] = _spot(key_node)
                self._wrong(
                    inner, f"is there twice, first in line {before}", "Keep one", at_key=True
                )
            self.keys[inner] = _spot(key_node)
            made[key] = self.value(value_node, inner)
        return made

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        """Return a key's text; None where it is no text."""
        if not isinstance(node, yaml.ScalarNode) or node.tag != TEXT_TAG:
            self.spots[*path, "?"] = _spot(node)
            self._wrong((*path, "?"), "a key that is no text", "Write the key's name alone")
            return None
        key = str(node.value)
        if self._is_json:  # JSON writes what UTF-16 needs two halves for as two halves
            key = key.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        self.keys[*path, key] = self.keys.get((*path, key), _spot(node))
        if key == "<<":
            self._wrong((*path, key), "a merge of mappings", "Write the keys out", at_key=True)
            return None
        readings = () if self._quoted(node) else (core_reading(key), older_reading(key))
        if any(isinstance(one, bool) or one is None for one in readings):
            told = f"the key {key} can be read as text or as {spelled(_other(readings))}"
            self._wrong((*path, key), told, f'Write "{key}" in quotes', at_key=True)
        return key

    def _quoted(self, node: yaml.ScalarNode) -> bool:
        return self._is_json or node.style is not None

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text = str(node.value)
        if self._quoted(node):
            return text
        core, older = core_reading(text), older_reading(text)
        if not same(core, older):
            self._wrong(
                path,
                f"{cut(text, 40)} can be read as {named(core)} (YAML 1.2) or as {named(older)} "
                "(YAML 1.1)",
                f"Write {' or '.join(map(spelled, _fitting(path, core, older)))}",
            )
        elif isinstance(core, float) and not math.isfinite(core):
            self._wrong(path, f"{text} is no number that JSON has", "Write a number")
            return None
        return core

    def _wrong(self, path: Path, problem: str, remedy: str, *, at_key: bool = False) -> None:
        self.mistakes.append(Mistake(path, problem, remedy, at_key=at_key))


def _fitting(path: Path, *readings: Any) -> tuple[Any, ...]:
    """Return the readings that may stand at a path, or all of them."""
    return tuple(one for one in readings if fits(path, one)) or readings


def _other(readings: tuple[Any, ...]) -> Any:
    return next(one for one in readings if not isinstance(one, str))


def _spot(node: yaml.Node) -> Spot:
    return Spot(node.start_mark.line + 1, node.start_mark.column + 1)
