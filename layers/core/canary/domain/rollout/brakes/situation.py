"""What a brake is asked, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from canary.domain.plan.standstill import Standstill, StandstillKind
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import Surroundings


@dataclass(frozen=True)
class Situation:
    """An ADVANCE that is due: of which rollout, for what reason, and what was seen around it."""

    record: Record
    seen: Surroundings
    reason: str
    newest: str = ""
    """Which guard looks worse in the newest minutes by themselves; '' where none does."""


@dataclass(frozen=True)
class Held:
    """Why an ADVANCE has to wait, and on whose behalf it does. `still` is the time for which limits
    stand still meanwhile, None where they run; `takes_back`: it has waited long enough, as the spec
    says; `told`: a person is told of it at once.
    """

    reason: str
    by: Literal["judge", "alarm", "person"]
    still: Standstill | None = None
    takes_back: bool = False
    told: bool = False


Brake = Callable[[Situation], Held | None]


def standing_still(
    situation: Situation, kind: StandstillKind, until: datetime | None, why: str, reason: str
) -> Held:
    """Return that limits stand still until then (None: until somebody answers), or as long as a
    rollout's life allows; after that they run, so that it ends. `why` is told of the time, `reason`
    of the wait.
    """
    now, latest = situation.seen.now, situation.record.latest_standstill
    ends = min(until or latest, latest)
    if ends <= now:
        return Held(reason, "judge")
    return Held(reason, "person", Standstill(kind=kind, since=now, until=ends, reason=why))
