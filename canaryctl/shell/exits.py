"""The exit codes of every command, in one table.

A code means the same in every command; a command may say what that is for it. Scripts rely on the
numbers: none is ever given another meaning.
"""

from collections.abc import Mapping
from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    TROUBLE = 1
    REFUSED = 2
    NOT_GOOD = 3
    NOT_KNOWN = 4
    NOTHING_TO_SAY = 5
    INTERRUPTED = 130


MEANINGS: Mapping[Exit, str] = {
    Exit.DONE: "done or shown as asked",
    Exit.TROUBLE: "AWS did not answer or refused",
    Exit.REFUSED: "wrong input or refused (nothing was changed)",
    Exit.NOT_GOOD: "the canary is not good enough",
    Exit.NOT_KNOWN: "it could not be known",
    Exit.NOTHING_TO_SAY: "there was nothing to compare",
    Exit.INTERRUPTED: "Ctrl-C",
}
EVERYWHERE = (Exit.DONE, Exit.TROUBLE, Exit.REFUSED, Exit.INTERRUPTED)
"""Codes that every command may end with."""
Own = Mapping[Exit, str]
"""What codes mean to one command, where it says more than the table."""


def codes_of(own: Own) -> dict[Exit, str]:
    """Return the codes that a command may end with, in order, by what they mean to it."""
    return {
        code: own.get(code, MEANINGS[code]) for code in Exit if code in own or code in EVERYWHERE
    }


def told(own: Own) -> str:
    """Return a command's exit codes as a sentence for its help."""
    listed = (f"{code.value} {meaning}" for code, meaning in codes_of(own).items())
    return f"Exit codes: {', '.join(listed)}."
