"""When steps may be taken: by evidence, by the calendar, and by people, each named."""

from datetime import UTC, datetime

from canary.domain.plan.brakes.schedule import schedule
from canary.domain.plan.forecast import forecast
from canaryctl.forecast import assume
from tests.rollouts import a_spec

RATES = {"errors": 0.001}
STEPS = [{"share": 0.25, "bake_minutes": {"min": 30, "max": 60}}, {"share": 1.0}]


def words(start: str, **keys: object) -> list[str]:
    """Return what is said of both steps of a rollout that starts then."""
    spec = a_spec(steps=STEPS, guards={"slow_requests": None}, **keys)
    plan = assume(spec, 500.0, RATES)
    begins = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return [time.words for time in schedule(plan, forecast(plan), begins)]


def test_without_brakes_evidence_alone_says_when() -> None:
    """At once, and after the bake that nine of ten need."""
    assert words("2026-11-27T10:00") == [
        "25% 2026-11-27 10:00:00 UTC",
        "100% 2026-11-27 10:30:00 UTC",
    ]


def test_a_step_that_evidence_allows_at_night_waits_for_its_hours() -> None:
    """Over the weekend in which clocks go back."""
    hours = {"zone": "Europe/Berlin", "times": ["09:00-17:00"]}
    first, second = words("2026-10-23T14:45", hours=hours)
    assert first == "25% 2026-10-23 14:45:00 UTC"
    assert second.startswith("100% 2026-10-26 08:00:00 UTC: waits from 2026-10-23 15:15:00 UTC")
    assert "Outside its hours" in second


def test_freezes_that_overlap_are_one_wait() -> None:
    """The one that ends last says when."""
    freezes = [
        {"begins": "2026-12-20", "ends": "2026-12-27", "zone": "UTC", "reason": "peak"},
        {"begins": "2026-12-24", "ends": "2027-01-03", "zone": "UTC"},
    ]
    first, second = words("2026-12-21T10:00", freezes=freezes)
    assert first.startswith("25% 2027-01-04 00:00:00 UTC: waits from 2026-12-21 10:00:00 UTC")
    assert "(peak)" in first
    assert second == "100% 2027-01-04 00:30:00 UTC"


def test_what_waits_for_a_person_has_no_time_but_a_least_one() -> None:
    """Also what comes after it."""
    first, second = words("2026-11-27T10:00", approve_before=[0.25], on_unapproved="roll_back")
    assert first.startswith("25% not before 2026-11-27 10:00:00 UTC: waits for a person's approval")
    assert "then it is taken back" in first
    assert second == "100% not before 2026-11-27 10:30:00 UTC"


def test_advice_waits_for_a_person_at_every_step() -> None:
    """Nobody else takes it."""
    said = words("2026-11-27T10:00", mode="advise")
    assert all("for a person who takes it" in one for one in said)
