"""A page that leads to the pages of several rollouts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from canary.domain.rollout.record import Record
from canaryctl.history import RolloutHistory
from canaryctl.report.minutes import newest_minute
from canaryctl.report.page import render
from canaryctl.report.summary import summary_of
from canaryctl.report.timeline import segments_of


@dataclass(frozen=True)
class Entry:
    """One rollout of the index: its name, a sentence about it, its page beside the index."""

    name: str
    shows: str
    page: str
    history: RolloutHistory

    @property
    def record(self) -> Record:
        """Return the rollout's record."""
        return self.history.record


def write_index(entries: Sequence[Entry], path: Path) -> Path:
    """Write the index and return its path; pages are linked by their file names."""
    cards = [
        (entry, summary_of(entry.history), segments_of(entry.record, newest_minute(entry.history)))
        for entry in entries
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render("index.html.j2", cards=cards), encoding="utf-8")
    return path
