"""One rollout's trouble must not become another's: problems are kept while a loop goes on, and
raised at its end.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class Problems:
    """What went wrong in a loop over rollouts."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: list[Exception] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what is raised inside, whatever it is: a record that cannot be read is trouble like
        any other.
        """
        try:
            yield
        except Exception as error:  # noqa: BLE001 -- nothing is hidden, see raise_first
            self._found.append(error)

    @property
    def first(self) -> Exception | None:
        """Return the first problem, None when there was none."""
        return self._found[0] if self._found else None

    def raise_first(self) -> None:
        """Raise the first problem, so that the function fails and its alarm can ring."""
        if self._found:
            raise self._found[0]
