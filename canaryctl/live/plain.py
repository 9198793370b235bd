"""The live view where there is no terminal: a line whenever a rollout's phase, step or verdict
changes, no more.
"""

from collections.abc import Sequence
from datetime import datetime

from canaryctl.history import ToldMessage
from canaryctl.live.row import LiveRow


class PlainLines:
    """Turns rows and messages into the lines not yet said."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._said: dict[str, tuple[object, ...]] = {}
        self._told = 0

    def news(
        self, rows: Sequence[LiveRow], messages: Sequence[ToldMessage], now: datetime
    ) -> list[str]:
        """Return the lines for what changed since the last call, what was told on the way to `now`
        first: times run forward.
        """
        lines = [f"{m.at:%H:%M}  on call  {m.subject}" for m in messages[self._told :]]
        self._told = len(messages)
        return lines + [f"{now:%H:%M}  {line_of(row)}" for row in rows if self._changed(row)]

    def _changed(self, row: LiveRow) -> bool:
        state = (row.state, row.step, row.verdict)
        changed = self._said.get(row.name) != state
        self._said[row.name] = state
        return changed


def line_of(row: LiveRow) -> str:
    """Return a rollout as one line of text, its reason whole."""
    parts = [
        (
            f"{row.name:<10} {row.state:<12} step {row.step}/{row.steps} {row.served:>5}  "
            f"min {row.minute:>3}"
        )
    ]
    if row.worse:
        parts.append(f"worse {row.worse.words}")
    if row.better:
        parts.append(f"good enough {row.better.words}")
    return "  ".join([*parts, f"{row.word} {row.reason}".strip()])
