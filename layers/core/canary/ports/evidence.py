"""Where what was seen of a rollout is kept, and every verdict on it."""

from collections.abc import Sequence
from typing import Protocol

from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Window
from canary.domain.rollout.tick import Checkpoint, Tick


class EvidenceStore(Protocol):
    """What was seen of a rollout, and every verdict on it."""

    def save_windows(self, rollout: str, windows: Sequence[Window]) -> None:
        """Store windows over what was there for the same minutes: later reads know more."""

    def windows(self, rollout: str, first_minute: int = 0) -> tuple[Window, ...]:
        """Return the windows of a rollout from a minute on, in order of time."""

    def save_tick(self, tick: Tick) -> None:
        """Keep the newest tick."""

    def tick(self, rollout: str) -> Tick | None:
        """Return the newest tick, or None before the first."""

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep the newest checkpoint of a rollout."""

    def checkpoint(self, rollout: str) -> Checkpoint | None:
        """Return the newest checkpoint, or None before the first."""

    def save_verdict(self, verdict: VerdictRecord) -> None:
        """Keep a verdict record; the same one twice is kept once."""

    def verdicts(self, rollout: str) -> tuple[VerdictRecord, ...]:
        """Return all verdict records in order of time."""
