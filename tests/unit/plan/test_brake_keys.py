"""What holds a step up is checked when the spec is read: field, problem and remedy are named."""

from datetime import timedelta
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.brakes.checks import check_opens, told_of_brakes
from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.plan.spec import read_spec
from tests.rollouts import NOON, a_spec

HOURS = {"zone": "Europe/Berlin", "times": ["09:00-17:00"]}
DAY = {"begins": "2026-12-24", "ends": "2026-12-26"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"approve_before": [0.3]}, "approve_before[0]: 0.3 is the share of no step"),
        ({"approve_before": [0.5, 0.5]}, "approve_before: a share is named twice"),
        ({"approve_before": [1.5]}, "approve_before[0]"),
        ({"approve_within_minutes": 60}, "approve_within_minutes: nothing has to be approved"),
        ({"on_unapproved": "hold"}, "on_unapproved: nothing has to be approved"),
        ({"hours": {**HOURS, "zone": "Europe/Berln"}}, "Did you mean Europe/Berlin"),
        ({"hours": {**HOURS, "zone": "Europe"}}, "hours.zone: no IANA time zone"),
        ({"hours": {**HOURS, "zone": "../etc"}}, "hours.zone: no IANA time zone"),
        ({"hours": {**HOURS, "times": ["09:00-09:00"]}}, "never opens"),
        ({"hours": {**HOURS, "times": ["22:00-06:00"]}}, "22:00-24:00 and 00:00-06:00"),
        ({"hours": {**HOURS, "times": ["9-17"]}}, "is no span of a day"),
        ({"hours": {**HOURS, "times": ["09:00-24:30"]}}, "ends after 24:00"),
        ({"hours": {**HOURS, "times": []}}, "hours.times"),
        ({"hours": {**HOURS, "days": []}}, "hours.days"),
        ({"hours": {**HOURS, "days": ["monday"]}}, "hours.days[0]"),
        ({"freezes": [DAY]}, r"freezes[0].zone: 2026-12-24 to 2026-12-26 could be meant in UTC"),
        ({"freezes": [{"begins": "2026-12-26", "ends": "2026-12-24"}]}, "is not after begins"),
        ({"freezes": [{**DAY, "ends": "christmas"}]}, "freezes[0].ends: 'christmas' is neither"),
        ({"freezes": [{**DAY, "ends": "9999-12-31"}]}, "freezes[0].ends"),
        (
            {"freezes": [{"begins": "2026-12-24T12:00:00Z", "ends": "2026-12-24", "zone": "UTC"}]},
            "",
        ),
        (
            {
                "freezes": [
                    {
                        "begins": "2026-12-24T12:00Z",
                        "ends": "2026-12-24T12:30",
                        "zone": "Asia/Tokyo",
                    }
                ]
            },
            "freezes[0].ends: 2026-12-24 03:30:00 UTC is not after 2026-12-24 12:00:00 UTC",
        ),
        ({"mode": "advice"}, "mode"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], words: str) -> None:
    """Before anything is moved; and one that can be meant is read."""
    document = {"endpoint": "churn", "canary": "v2", **changes}
    if not words:
        assert read_spec(document).model_fields_set >= changes.keys()
        return
    with pytest.raises(Refused) as refused:
        read_spec(document)
    assert words in str(refused.value)


def test_a_calendar_without_an_opening_in_a_rollouts_life_is_refused() -> None:
    """It names the moment it would open at."""
    keys = BrakeKeys.model_validate({"freezes": [{**DAY, "begins": "2026-03-01", "zone": "UTC"}]})
    with pytest.raises(Refused, match="freezes: no step up could be taken before 2026-12-27"):
        check_opens(keys, NOON, timedelta(days=76))


def test_what_was_read_of_the_brakes_is_told_at_the_start() -> None:
    """Approvals with their time, hours, freezes in UTC, and when the first step can be taken."""
    spec = a_spec(
        approve_before=[1.0, 0.5],
        on_unapproved="roll_back",
        hours={**HOURS, "days": ["tue"]},
        freezes=[DAY],
        mode="advise",
    )
    told = "\n".join(told_of_brakes(spec, NOON))
    assert "Before 50%, 100% a person has to approve" in told
    assert "then it is taken back" in told
    assert "It goes up only tue 09:00-17:00 Europe/Berlin" in told
    assert "from 2026-12-23 23:00:00 UTC until 2026-12-26 23:00:00 UTC" in told
    assert "the first step can be taken at 2026-03-03 08:00:00 UTC" in told
    assert "the way back is still taken" in told
