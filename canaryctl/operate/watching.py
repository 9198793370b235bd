"""Watching rollouts: read, draw, wait, until all of them have ended."""

from collections.abc import Callable, Collection, Sequence

from rich.console import Console

from canary.domain.rollout.record import Record
from canaryctl.history import ToldMessage, messages_of
from canaryctl.live.row import LiveRow, row_of
from canaryctl.live.screen import Screen
from canaryctl.operate.options import Time
from canaryctl.operate.stack import Stack

EVERY_SECONDS = 5.0
GOES_ON = "Nobody watches here any more; the rollout goes on by itself."
Read = Callable[[], Sequence[Record]]


def rows_of(stack: Stack, records: Sequence[Record], when: Time) -> list[LiveRow]:
    """Return one line a rollout, named by its endpoint."""
    newest = stack.evidence.newest_verdict
    return [row_of(r.endpoint, r, newest(r.rollout), when.now()) for r in records]


def watch(
    stack: Stack, read: Read, when: Time, console: Console, every_seconds: float = EVERY_SECONDS
) -> None:
    """Show rollouts until all have ended; one that leaves the list stays in view, and so does every
    message, sent or not.
    """
    seen: dict[str, Record] = {}
    told: dict[str, ToldMessage] = {}
    with Screen(console, stack.name) as screen:
        while True:
            listed = {record.rollout: record for record in read()}
            seen |= {
                rollout: stack.rollouts.load(rollout) for rollout in seen if rollout not in listed
            } | listed
            records = list(seen.values())
            told |= _new_messages(records, told)
            screen.show(rows_of(stack, records, when), list(told.values()), when.now())
            if all(record.ended for record in records):
                return
            try:
                when.sleep(every_seconds)
            except KeyboardInterrupt:
                console.print(GOES_ON)
                raise


def _new_messages(records: Sequence[Record], told: Collection[str]) -> dict[str, ToldMessage]:
    """Return what has not been shown yet, oldest first, whichever rollout it is of."""
    every = {known: message for r in records for known, message in messages_of(r).items()}
    new = (item for item in every.items() if item[0] not in told)
    return dict(sorted(new, key=lambda item: item[1].at))
