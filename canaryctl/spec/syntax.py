"""Why a text is neither JSON nor YAML, in words, with line and column."""

import json
from typing import NamedTuple

import yaml


class Spot(NamedTuple):
    """A place in a text, counted from 1."""

    line: int
    column: int


class Unreadable(Exception):
    """A text that is no document: what is wrong with it, what to do, where, and in which language
    it was read.
    """

    def __init__(
        self, problem: str, remedy: str, spot: Spot | None = None, language: str = ""
    ) -> None:
        """Keep the four."""
        super().__init__(problem)
        self.language = language
        self.problem = problem
        self.remedy = remedy
        self.spot = spot


JSON_SAYS = (
    (
        "Expecting property name",
        "no key in double quotes where one has to be",
        'Write keys as "key", and no comma behind the last one',
    ),
    ("Illegal trailing comma", "a comma behind the last entry", "Take it out"),
    (
        "Expecting ',' delimiter",
        "no comma between two entries, or a bracket that is not closed",
        "Add it",
    ),
    ("Expecting ':' delimiter", "no colon behind a key", "Add it"),
    (
        "Invalid control character",
        "a line break or tab inside a text",
        "Close its quotes, or write \\n",
    ),
    ("Unterminated string", "a quote that is never closed", "Close it"),
    ("Extra data", "something behind the end of the document", "Keep one object"),
    ("Invalid \\escape", "a backslash that begins nothing", "Write \\\\ for a backslash"),
    (
        "Expecting value",
        "no value where one has to be",
        "Write text in double quotes, a number, true, false, null, a list or an object",
    ),
)
"""What Python's reader says of JSON, by its beginning: problem and remedy in our words."""
YAML_SAYS = (
    ("found character '\\t'", "a tab, where YAML takes spaces alone", "Indent with spaces"),
    (
        "mapping values are not allowed",
        "a colon where no key may stand",
        "Look at the indentation; text that holds a colon goes into quotes",
    ),
    (
        "could not find expected ':'",
        "a key without a colon behind it",
        "Add the colon, or put text of several lines into quotes",
    ),
    (
        "expected <block end>",
        "the indentation does not fit the lines above",
        "Line up the keys of one object, and the dashes of one list",
    ),
    ("found unexpected end of stream", "a quote that is never closed", "Close it"),
    ("found unexpected document separator", "a quote that is never closed", "Close it"),
    ("expected ',' or '}'", "a brace that is not closed, or no comma between entries", "Add it"),
    ("expected ',' or ']'", "a bracket that is not closed, or no comma between entries", "Add it"),
    ("found undefined alias", "an alias (*name) of nothing", "Write it out, or put it in quotes"),
    ("found duplicate anchor", "an anchor (&name) that is there twice", "Write it out"),
    ("but found another document", "a second document (---)", "Keep one spec a file"),
    ("that cannot start any token", "a sign that cannot begin a text", "Put the text in quotes"),
    (
        "found unknown escape character",
        "a backslash that begins nothing",
        "Use single quotes, or write \\\\ for a backslash",
    ),
)


def of_json(error: ValueError, text: str) -> Unreadable:
    """Return why a text is no JSON."""
    if not isinstance(error, json.JSONDecodeError):
        return Unreadable(f"it is no JSON ({error})", "Correct it")
    before = text[: error.pos].rstrip()
    here = text[error.pos : error.pos + 1]
    problem, remedy = _ours(error.msg, JSON_SAYS)
    at = error.pos
    if here in {"}", "]"} and before.endswith(","):
        problem, remedy, at = "a comma behind the last entry", "Take it out", len(before) - 1
    elif here in {"/", "#"}:
        problem, remedy = "a comment, which JSON has not", "Take it out, or name the file .yaml"
    elif here == "'":
        problem, remedy = (
            "single quotes, which JSON has not",
            ("Use double quotes, or name the file .yaml"),
        )
    return Unreadable(problem, remedy, _spot(text, at), "JSON")


def _spot(text: str, position: int) -> Spot:
    before = text[:position]
    return Spot(before.count("\n") + 1, position - before.rfind("\n"))


def of_yaml(error: yaml.YAMLError, text: str) -> Unreadable:
    """Return why a text is no YAML."""
    if isinstance(error, yaml.reader.ReaderError):
        spot = _spot(text, error.position)
        return Unreadable("a sign that no text may hold", "Take it out", spot, "YAML")
    if not isinstance(error, yaml.MarkedYAMLError):
        return Unreadable(f"it is no YAML ({error})", "Correct it")
    problem, remedy = _ours(error.problem or "cannot be read", YAML_SAYS)
    mark = error.problem_mark or error.context_mark
    if "never closed" in problem and error.context_mark:
        mark = error.context_mark
    at = Spot(mark.line + 1, mark.column + 1) if mark else None
    return Unreadable(problem, remedy, at, "YAML")


def _ours(said: str, table: tuple[tuple[str, str, str], ...]) -> tuple[str, str]:
    known = (row[1:] for row in table if row[0] in said)
    problem, remedy = next(known, (said, "Correct it there"))
    return problem, remedy
