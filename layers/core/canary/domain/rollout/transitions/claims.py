"""Who may move the weights now: every move begins with a claim, forward here, back in `restoring`.

A claim is a pure function; the store writes its result under the revision it was made from. The
asked weights and the time are part of that write, so a crash between claim and call is seen by the
next look. A claim passes twice for the same holder, because the answer to the first may have been
lost; made twice with one time, it changes nothing the second time, because the SDK may meet its own
write.
"""

from datetime import datetime

from canary.domain.errors import RollBackPending, Superseded
from canary.domain.plan.plan import BakeInterval
from canary.domain.rollout.phase import Event, Phase, after
from canary.domain.rollout.record import Asked, Record
from canary.domain.time import minute_of


def check_holder(record: Record, holder: str, generation: int) -> None:
    """Raise Superseded unless this execution still holds a rollout that has not ended."""
    if record.ended:
        raise Superseded(f"rollout {record.rollout} has ended: {record.phase}")
    if (record.holder, record.generation) != (holder, generation):
        raise Superseded(
            f"rollout {record.rollout} is held by generation {record.generation}, not {generation}"
        )


def claim_forward(record: Record, holder: str, generation: int, now: datetime) -> Record:
    """Return the record with the next step's weights asked for; unchanged but for time when already
    claimed.

    `now` is the time just before the call: an ask is given a minute from it to become visible.
    Raises Superseded or RollBackPending; ImpossibleTransition without a recorded ADVANCE.
    """
    check_holder(record, holder, generation)
    if record.rolling_back:
        raise RollBackPending(f"a roll-back is recorded for {record.rollout}")
    if record.phase is Phase.SHIFTING and record.asked and record.decision is None:
        return _asked_again(record, record.asked, now)
    step = _next_step(record)
    asked = Asked(
        target=record.plan.steps[step].target,
        before=record.expected_target,
        at=now,
        direction="forward",
        act=record.decision.act if record.decision else None,
    )
    return record.but(
        phase=after(record.phase, Event.CLAIM_MOVE),
        step=step,
        asked=asked,
        decision=None,
        token=None,
        bakes=close_bake(record, now),
        progress_at=now,
    )


def _asked_again(record: Record, asked: Asked, now: datetime) -> Record:
    if asked.reached_at is not None:
        return record
    return record.but(asked=asked.but(at=now), progress_at=now)


def _next_step(record: Record) -> int:
    if record.phase in {Phase.PLANNED, Phase.STAGING}:
        return 0
    if record.decision is None or record.decision.to_step is None:
        raise Superseded(f"no advance is recorded for step {record.step} of {record.rollout}")
    return record.decision.to_step


def close_bake(record: Record, now: datetime) -> tuple[BakeInterval, ...]:
    """Return the bakes with the current one ended at `now`."""
    if not record.bakes or record.bakes[-1].left_minute is not None:
        return record.bakes
    return (*record.bakes[:-1], record.bakes[-1].but(left_minute=minute_of(now)))
