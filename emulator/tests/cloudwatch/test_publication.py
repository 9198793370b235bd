"""How late CloudWatch shows a minute, and how much of it at first."""

from datetime import UTC, datetime, timedelta

import numpy as np

from emulator.cloudwatch.endpoint_metrics import EndpointMetrics, Served
from emulator.cloudwatch.publication import Publication, Published

MINUTE = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
AT = int(MINUTE.timestamp()) // 60


def after(seconds: float) -> datetime:
    """Return a moment that many seconds after the minute's end."""
    return MINUTE + timedelta(seconds=60 + seconds)


def test_no_minute_is_shown_before_its_lag_and_every_minute_is_whole_in_the_end() -> None:
    """Nothing is shown within 30 s of a minute's end, everything after the longest lag."""
    publication = Publication(seed=1)
    for minute in range(AT, AT + 200):
        end = datetime.fromtimestamp((minute + 1) * 60, UTC)
        assert publication.state("e", "v", minute, end + timedelta(seconds=29)) is Published.NOTHING
        assert publication.state("e", "v", minute, end + timedelta(seconds=211)) is Published.ALL


def test_the_lag_of_a_minute_is_its_own_and_never_changes() -> None:
    """Two readers of one seed see a minute appear at the same age; minutes and variants differ."""
    ages = [Publication(seed=1).ages("e", "v", minute) for minute in range(50)]
    assert ages == [Publication(seed=1).ages("e", "v", minute) for minute in range(50)]
    assert len(set(ages)) == 50
    assert ages != [Publication(seed=1).ages("e", "w", minute) for minute in range(50)]


def test_some_minutes_are_half_filled_first() -> None:
    """About one minute in ten shows only its first half before it is completed."""
    ages = [Publication(seed=1).ages("e", "v", minute) for minute in range(2000)]
    assert 150 < sum(first < complete for first, complete in ages) < 250


def test_a_half_filled_point_holds_the_first_half_minute() -> None:
    """A minute with 3 requests in its first half and 5 in its second reads 3, then 8."""
    publication = Publication(
        lag_seconds=(30, 30), half_probability=1.0, completion_seconds=(60, 60)
    )
    metrics = EndpointMetrics(publication)
    for second, requests in ((10, 3), (45, 5)):
        served = Served(requests, 0, 0, np.full(requests, 500.0), np.zeros(0))
        metrics.record("e", "v", MINUTE + timedelta(seconds=second), served)

    def seen(seconds: float) -> float | None:
        found = metrics.read("e", "v", "Invocations", AT, AT + 1, after(seconds))
        return None if found is None else found.total

    assert [seen(29), seen(31), seen(89), seen(91)] == [None, 3, 3, 8]
