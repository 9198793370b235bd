"""The three answers: only what was verified is called safe, and the real cause comes first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from canary.domain.plan.plan import BakeInterval
from canary.domain.plan.target import Target
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Asked, Decision, Outcome, Record, Restoring
from canary.domain.time import minute_of
from canaryctl.history import RolloutHistory
from canaryctl.report.summary import Summary, safe_seconds, summary_of
from canaryctl.report.timeline import segments_of
from tests.unit.canaryctl.histories import FOUND, STARTED, make_record

AT_25 = Target(weights={"Variant1": 1.0, "Variant2": 1 / 3})
DENIED = "AccessDeniedException: not authorized"


def a_record(phase: Phase, **changes: object) -> Record:
    """Return the record of a rollout that a person had taken back at 25%, in this phase now."""
    now = minute_of(STARTED)
    values: dict[str, object] = {
        "phase": phase,
        "step": 2,
        "bakes": (
            BakeInterval(step=1, reached_minute=now + 2, left_minute=now + 9),
            BakeInterval(step=2, reached_minute=now + 11, left_minute=now + 15),
        ),
        "asked": Asked(target=AT_25, before=FOUND, at=STARTED, direction="forward"),
        "decision": Decision(
            verdict="ROLL_BACK",
            step=2,
            reason="a person asked for it",
            by="person",
            at=STARTED + timedelta(minutes=15),
        ),
        "restoring": Restoring(began_at=STARTED, asks=7, denial=DENIED),
        "ended_at": STARTED + timedelta(minutes=30),
        **changes,
    }
    return make_record(**values)


def told(record: Record) -> Summary:
    """Return the three answers."""
    return summary_of(RolloutHistory(record=record))


def unproven() -> Record:
    """Return the record of a rollout whose safe weights SageMaker refused for good."""
    reason = f"SageMaker refuses the change: {DENIED}"
    return a_record(Phase.UNPROVEN, outcome=Outcome(end=Phase.UNPROVEN, reason=reason))


def test_unproven_is_never_safe_and_says_what_may_serve() -> None:
    """The highest share reached, what is wanted, what was last asked for, what to type."""
    found = told(unproven())
    assert found.safe.startswith("No: nobody knows. The canary may still serve up to 25%.")
    assert "Wanted: Variant1 1 (100%), Variant2 0 (0%)" in found.safe
    assert "Last asked for: Variant1 1 (75%), Variant2 0.333333 (25%)" in found.safe
    assert found.commands[0] == "canaryctl retry --endpoint churn-prod"


def test_the_refused_call_stands_before_the_person_who_asked() -> None:
    """Why it is UNPROVEN is one thing, why it was being taken back another."""
    why = told(unproven()).why
    assert why.startswith(f"SageMaker refuses the change: {DENIED}.")
    assert why.endswith("It was being taken back because: a person asked for it")
    assert why.count(DENIED) == 1


def test_a_denial_that_the_reason_leaves_out_is_added() -> None:
    """On call needs AWS's own words."""
    late = Outcome(end=Phase.UNPROVEN, reason="not there within 60 minutes")
    why = told(a_record(Phase.UNPROVEN, outcome=late)).why
    assert f"Not there within 60 minutes. SageMaker refuses: {DENIED}." in why


@pytest.mark.parametrize(
    ("phase", "label"),
    [
        (Phase.UNPROVEN, "not verified"),
        (Phase.HANDED_OVER, "handed over"),
        (Phase.ROLLED_BACK, "back to safe"),
    ],
)
def test_the_strip_calls_safe_what_was_verified(phase: Phase, label: str) -> None:
    """Fifteen minutes of refused calls were no way back to safe."""
    record = a_record(phase)
    segments = segments_of(record, minute_of(STARTED) + 30)
    assert segments[-1].label == label
    assert segments[-1].minutes == 15


def test_on_the_way_back_it_is_not_safe_yet() -> None:
    """However sure the decision was; and the strip does not say so either."""
    record = a_record(Phase.ROLLING_BACK, ended_at=None)
    found = told(record)
    assert found.title == "The canary is being taken back from 25% of churn-prod"
    assert found.safe.startswith("Not yet.")
    assert "Asked 7 times, 0 accepted." in found.safe
    assert segments_of(record, minute_of(STARTED) + 30)[-1].label == "going back"


def test_the_time_to_safe_ends_when_it_was_verified() -> None:
    """Not when the last message was written; and there is none without a verified end."""
    verified = Restoring(began_at=STARTED, verified_at=STARTED + timedelta(minutes=16))
    record = a_record(Phase.ROLLED_BACK, restoring=verified)
    assert safe_seconds(record) == 60
    assert "60 s after the decision" in told(record).safe
    assert safe_seconds(unproven()) is None


@pytest.mark.parametrize(
    ("why", "brief"),
    [
        ("more errors: 2.5% (1 of 40); evidence 50", "more errors: 2.5% (1 of 40)"),
        ("Refused. It was taken back", "Refused"),
        ("a person asked for it", "a person asked for it"),
    ],
)
def test_an_index_has_the_first_clause(why: str, brief: str) -> None:
    """Numbers and brackets end none."""
    assert replace(told(unproven()), why=why).brief == brief


def test_an_endpoint_handed_over_is_somebody_elses() -> None:
    """Neither safe nor unsafe is said of it; the last write is."""
    safe = told(a_record(Phase.HANDED_OVER)).safe
    assert safe.startswith("Not this rollout's to say")
    assert "Last asked for: Variant1 1 (75%)" in safe
