"""The live view where there is no terminal: a line whenever a rollout's phase, step or verdict
changes, and one of what is under way after ten minutes without any.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from canaryctl.history import ToldMessage
from canaryctl.live.row import LiveRow

LONGEST_SILENCE = timedelta(minutes=10)


class PlainLines:
    """Turns rows and messages into the lines not yet said."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._said: dict[str, tuple[object, ...]] = {}
        self._told = 0
        self._spoke: datetime | None = None

    def news(
        self, rows: Sequence[LiveRow], messages: Sequence[ToldMessage], now: datetime
    ) -> list[str]:
        """Return the lines for what changed since the last call, what was told on the way to `now`
        first: times run forward.
        """
        lines = [f"{m.at:%H:%M}  on call  {_graded(m)}" for m in messages[self._told :]]
        self._told = len(messages)
        lines += [f"{now:%H:%M}  {line_of(row)}" for row in rows if self._changed(row)]
        if not lines and self._spoke and now - self._spoke >= LONGEST_SILENCE:
            lines = [f"{now:%H:%M}  {_under_way(rows)}"]
        if lines:
            self._spoke = now
        return lines

    def _changed(self, row: LiveRow) -> bool:
        state = (row.state, row.step, row.verdict)
        changed = self._said.get(row.name) != state
        self._said[row.name] = state
        return changed


def _under_way(rows: Sequence[LiveRow]) -> str:
    going = [f"{row.name} {row.state} {row.step}/{row.steps}" for row in rows if not row.ended]
    ended = f"{len(rows) - len(going)} of {len(rows)} ended; " if len(rows) > 1 else ""
    return f"{ended}nothing new of {', '.join(going)}"


def _graded(message: ToldMessage) -> str:
    return f"{message.severity:<7}  {message.subject}" if message.severity else message.subject


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
