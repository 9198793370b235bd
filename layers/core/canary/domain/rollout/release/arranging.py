"""Configurations are asked for like weights: claimed first, looked at afterwards.

The claim that settles or takes off comes after the end is known and verified, and tells it: what
follows is tidying, and its failure is told without changing the end.
"""

from datetime import datetime
from typing import NamedTuple

from canary.domain.errors import RollBackPending, Superseded
from canary.domain.rollout.kinds.release import Arranged, What
from canary.domain.rollout.outbox import tell
from canary.domain.rollout.phase import Event, after
from canary.domain.rollout.record import Arrangement, Record
from canary.domain.rollout.release.arrangement import config_of, due
from canary.domain.rollout.release.ownership import our_configs
from canary.domain.rollout.transitions import closing
from canary.domain.rollout.transitions.claims import check_holder, close_bake


class Tidied(NamedTuple):
    """What is said of the rest once a configuration is in use: what was left behind, and what
    became of the canary's package; '' for nothing.
    """

    left: str = ""
    registry: str = ""


EVENTS: dict[What, Event] = {
    "stage": Event.STAGE,
    "settle": Event.SETTLE,
    "retire": Event.SETTLE,
    "take_off": Event.TAKE_OFF,
}


def claim(record: Record, holder: str, generation: int, now: datetime) -> Record:
    """Return the record with the configuration that is due asked for; unchanged but for time when
    already claimed.

    `now` is the time just before the call. Raises Superseded, also where nothing is due, and
    RollBackPending where a canary is to be built that is to be taken back.
    """
    check_holder(record, holder, generation)
    what = due(record)
    if what is None:
        raise Superseded(f"{record.rollout} has nothing to arrange in {record.phase}")
    if what == "stage" and record.rolling_back:
        raise RollBackPending(f"a roll-back is recorded for {record.rollout}")
    last = record.arranged
    again = last if last and last.what == what else None
    if again is not None and again.reached_at is not None:
        return record.but(progress_at=now)  # in use and told; only the close was lost
    before = again.before if again else tuple(sorted(our_configs(record)))
    asked = Arrangement(what=what, config=config_of(record, what), before=before, at=now)
    claimed = record.but(phase=after(record.phase, EVENTS[what]), arranged=asked, progress_at=now)
    if claimed.phase is record.phase or what == "stage":
        return claimed
    outcome = record.outcome or closing.promotion(record)
    ended = claimed.but(outcome=outcome, token=None, bakes=close_bake(record, now))
    return closing.tell_end(ended, outcome, now)


def accepted(record: Record, asked: Arrangement) -> Record:
    """Return the record with an ask counted as taken by SageMaker; an ask whose answer was lost
    never is.
    """
    return record.but(arranged=asked.but(accepted=True)) if record.arranged == asked else record


def arrived(record: Record, holder: str, generation: int, tidied: Tidied, now: datetime) -> Record:
    """Return the record with its configuration in use and what became of the rest; told once.
    Raises Superseded.
    """
    check_holder(record, holder, generation)
    asked = record.arranged
    if asked is None or asked.reached_at is not None:
        return record
    there = record.but(arranged=asked.but(reached_at=now, failed=tidied.left), progress_at=now)
    facts = Arranged(
        what=asked.what, config=asked.config, left=tidied.left, registry=tidied.registry
    )
    return tell(there, facts, now)


def failed(
    record: Record,
    holder: str,
    generation: int,
    why: str,
    now: datetime,
    registry: str | None = None,
) -> Record:
    """Return the record with why its configuration is not in use and what became of its package,
    None where nobody got as far as that; told once where its end is known, since then nothing else
    tells it. Raises Superseded.
    """
    check_holder(record, holder, generation)
    return closing.leave(record, why, now, registry)
