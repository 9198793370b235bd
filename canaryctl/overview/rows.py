"""One rollout in a line: where it is, since when, how fresh what is known of it is, and what it
waits for.
"""

from datetime import datetime

from pydantic import Field

from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.model import Frozen
from canary.domain.rollout.record import Record
from canary.domain.rollout.tick import Tick
from canary.domain.words import duration, percent
from canaryctl.explain.explain import explanation
from canaryctl.live.row import UNKNOWN


class RolloutRow(Frozen):
    """One rollout of the stack. `share` is null where nobody here can know it."""

    rollout: str
    endpoint: str
    canary: str
    phase: str
    share: float | None
    started_at: datetime
    since: datetime = Field(description="when it last moved, or ended")
    evidence_age_seconds: float | None = Field(
        description="how old its newest verdict is, null before the first and where it ended"
    )
    waits_for: str = Field(description="what keeps it where it is, '' where nothing does")

    @property
    def cells(self) -> tuple[str, ...]:
        """Return it as texts, in the order of COLUMNS."""
        age = self.evidence_age_seconds
        return (
            self.endpoint,
            self.canary,
            self.phase,
            "?" if self.share is None else percent(self.share),
            f"{self.since:%Y-%m-%d %H:%M}",
            "-" if age is None else duration(age),
            self.waits_for or "-",
        )


COLUMNS = ("endpoint", "canary", "phase", "share", "since (UTC)", "evidence")
LAST = "waits for"


def row_of(
    record: Record, verdict: VerdictRecord | None, tick: Tick | None, now: datetime
) -> RolloutRow:
    """Return the line of a rollout; verdict and tick are its newest."""
    found = explanation(record, verdict, tick, now)
    age = None
    if found.newest is not None and not record.ended:
        age = max(0.0, (now - found.newest).total_seconds())
    return RolloutRow(
        rollout=record.rollout,
        endpoint=record.endpoint,
        canary=record.canary,
        phase=record.phase,
        share=None if record.phase in UNKNOWN else record.share,
        started_at=record.started_at,
        since=record.ended_at or record.progress_at,
        evidence_age_seconds=age,
        waits_for="; ".join(hold.said for hold in found.holds),
    )
