"""A subject within what SNS takes: what, number and reason; the endpoint is shortened first."""

import unicodedata

LONGEST = 99
"""SNS wants less than 100 characters."""

SHORTEST_NAME = 12
MARK = ".."


def subject_of(endpoint: str, what: str, brief: str) -> str:
    """Return one line of printable ASCII: `[canary] endpoint: what: brief`.

    The endpoint gives way first, down to 12 characters of its beginning and end; then the end of
    the reason.
    """
    said = _ascii(f"{what}: {brief}" if brief else what)
    prefix, name = "[canary] ", _ascii(endpoint)
    room = LONGEST - len(prefix) - len(": ") - len(said)
    line = f"{prefix}{shortened(name, max(SHORTEST_NAME, room))}: {said}"
    return line if len(line) <= LONGEST else line[: LONGEST - len("...")].rstrip() + "..."


def shortened(name: str, length: int) -> str:
    """Return a name of at most so many characters, cut in its middle."""
    if len(name) <= length:
        return name
    kept = length - len(MARK)
    return f"{name[: kept - kept // 2]}{MARK}{name[len(name) - kept // 2 :]}"


def _ascii(text: str) -> str:
    """Return a text's printable ASCII on one line; what has no ASCII form is a question mark."""
    plain = unicodedata.normalize("NFKD", " ".join(text.split()))
    kept = "".join(one for one in plain if not unicodedata.combining(one))
    shown = (one if one.isprintable() else " " for one in kept)
    return "".join(shown).encode("ascii", "replace").decode("ascii")
