"""What a call reads again before it goes on, as long as that leaves it time to go on at all.

A call reads every kept prediction and what the report rests on first, so a set can be so large that
nothing is left of the call. Calls in a row would then get no further, and say so nowhere.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from canary.domain.errors import Refused
from canary.flow.labelled.inputs import EvaluationPorts

Thing = TypeVar("Thing")
LEFT_SECONDS = 60.0
"""Of a call: less than this for asking and taking in, and thousands of calls would be needed."""
LOOKED_EVERY = 1_000


def in_time(things: Iterable[Thing], ports: EvaluationPorts, records: int) -> Iterator[Thing]:
    """Yield what is read again of a set of so many records.

    Raises Refused where it takes all of a call's time.
    """
    for number, thing in enumerate(things, start=1):
        if number % LOOKED_EVERY == 0 and ports.remaining_seconds() < LEFT_SECONDS:
            raise Refused(
                "guards.quality.labelled_set",
                f"has {records:,} records, of which a call reads no more again before its time is "
                "up, so that none gets further",
                "Cut the set, or widen max_worse so that its test decides on fewer; what was "
                "answered is kept for 30 days",
            )
        yield thing
