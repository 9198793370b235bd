"""Watching rollouts: every message once, and what it means to stop."""

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from canary.domain.rollout.record import Record
from canaryctl.operate.options import Time
from canaryctl.operate.watching import GOES_ON, watch
from tests.golden.samples import every_message
from tests.unit.canaryctl.histories import STARTED, make_record


def watched(record: Record, *, interrupted: bool = False) -> str:
    """Return what a watch without a terminal says of a rollout."""

    def press(_: float) -> None:
        if interrupted:
            raise KeyboardInterrupt

    evidence = SimpleNamespace(newest_verdict=lambda _: None)
    stack: Any = SimpleNamespace(name="stack", evidence=evidence)
    out = io.StringIO()
    when = Time(sleep=press, now=lambda: STARTED + timedelta(minutes=9))
    try:
        watch(stack, lambda: [record], when, Console(file=out, width=80))
    except KeyboardInterrupt:
        assert interrupted
    return out.getvalue()


def test_messages_are_shown_whether_sent_or_not() -> None:
    """The oldest first; what was told before the watch began is not lost."""
    first, second, *_ = sorted(every_message(), key=lambda message: message.at)
    record = make_record(told=(first.but(id="a"),), outbox=(second.but(id="b"),))
    told = [one for one in watched(record, interrupted=True).splitlines() if "  on call  " in one]
    assert len(told) == 2
    assert first.severity in told[0]
    assert second.severity in told[1]


def test_who_stops_watching_reads_that_the_rollout_goes_on() -> None:
    """Ctrl-C ends the view alone."""
    assert GOES_ON in watched(make_record(), interrupted=True)
