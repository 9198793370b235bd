"""The commands of a mail, each by what it is: its program with its command, and of a lookup what is
looked up.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

SHOWN = re.compile(r"^  (?=canaryctl |aws )(.+)$", re.MULTILINE)


def lines_of(mail: str) -> Mapping[str, str]:
    """Return the lines that a mail says to type, by what each is."""
    return {what_of(line): line for line in SHOWN.findall(mail)}


def what_of(line: str) -> str:
    """Return what a line is, such as: canaryctl pause; aws describe-endpoint; aws retry."""
    program, *words = shlex.split(line)
    if program == "canaryctl":
        return f"{program} {words[0]}"
    if words[1] == "start-execution":
        ordered = re.search(r'"command": "(\w+)"', line)
        assert ordered, line
        return f"aws {ordered[1]}"
    looked = re.search(r"AttributeValue=(\w+)", line)
    return f"aws {words[1]}{f' {looked[1]}' if looked else ''}"
