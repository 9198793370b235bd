"""The commands that documents show: taken out of their text, and into words, as a shell would."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

PROGRAMS = ("aws", "canaryctl", "sam")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?:^ {4,}\S.*\n)+", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
OPTIONAL = re.compile(r"\[(--[^\]]*)\]")
VARIABLE = re.compile(r"\$\{?(\w+)\}?")
DEFINED = re.compile(r"(?:^|\s)(\w+)=|^\s*for (\w+) in ", re.MULTILINE)
BEGINS = re.compile(rf"^\s*(?:[\w./-]*/)?(?:{'|'.join(PROGRAMS)}) +\S", re.MULTILINE)
END = {";", "|", "||", "&&", "&", ")", "}", "\n", ">", "2>", "#"}


class Command(NamedTuple):
    """One command: its program and its words, quotes taken off."""

    program: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        """Return the command as it is read."""
        return " ".join((self.program, *self.words))


class Shown(NamedTuple):
    """A piece of a document that is shell: a block, or a span within a line."""

    text: str
    is_block: bool


def shown_in(document: str) -> Iterator[Shown]:
    """Yield every piece of a Markdown document that is shell."""
    for language, text in FENCED.findall(document):
        if language in {"bash", "sh", ""}:
            yield Shown(text, is_block=True)
    rest = FENCED.sub("", document)
    for text in INDENTED.findall(rest):
        if BEGINS.search(text):
            yield Shown(re.sub(r"^ {4}", "", text, flags=re.MULTILINE), is_block=True)
    for text in INLINE.findall(INDENTED.sub("", rest)):
        plain = OPTIONAL.sub(r"\1", text)  # a synopsis: what may be left out is given
        if BEGINS.search(plain):
            yield Shown(plain, is_block=False)


def commands_in(text: str) -> list[Command]:
    """Return the commands of ours that a piece of shell runs, those inside $(...) among them."""
    found: list[Command] = []
    while (inner := _innermost(text)) is not None:
        first, last = inner
        found += commands_in(text[first + 2 : last])
        text = f"{text[:first]}$inner{text[last + 1 :]}"
    return found + list(_plain(text.replace("\\\n", " ")))


def variables_of(text: str) -> set[str]:
    """Return the shell variables that a piece of shell reads."""
    return {name for name in VARIABLE.findall(re.sub(r"'[^']*'", "", text)) if not name.isdigit()}


def defined_in(text: str) -> set[str]:
    """Return the shell variables that a piece of shell sets."""
    return {name for pair in DEFINED.findall(text) for name in pair if name}


def _innermost(text: str) -> tuple[int, int] | None:
    """Return where the last $( begins and the ) that closes it, None where there is none."""
    first = text.rfind("$(")
    if first < 0:
        return None
    depth = 0
    for at in range(first + 1, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return first, at
    raise ValueError(f"$( is never closed in {text!r}")


def _plain(text: str) -> Iterator[Command]:
    """Yield the commands of a text without $(...): a program of ours where a command begins."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";|&()\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = "#"
    words, begins = list(lexer), True
    for at, word in enumerate(words):
        name = word.rpartition("/")[2]
        if begins and name in PROGRAMS and len(words) > at + 1:
            yield Command(name, tuple(_until_end(words[at + 1 :])))
        begins = word.strip("()") in END or word in {"{", "do", "then"} or ("=" in word and begins)


def _until_end(words: list[str]) -> Iterator[str]:
    for word in words:
        if word in END or (set(word) <= set(";|&()\n")):
            return
        yield word
