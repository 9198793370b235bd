"""A promoted canary that turns bad is taken back by one command, unless somebody else changed the
endpoint since.
"""

from collections.abc import Iterator

import pytest

from tests.integration.stage import ENDPOINT, Stage

QUICK = {"steps": [{"share": 0.25}, {"share": 1.0}]}
SAFE = {"v1": 1.0, "v2": 0.0}


@pytest.fixture
def promoted() -> Iterator[Stage]:
    """Yield an account whose canary was promoted two hours ago."""
    with Stage() as stage:
        assert stage.finish(stage.start(QUICK))["status"] == "SUCCEEDED"
        stage.emulator.run_minutes(120)
        assert stage.weights != SAFE
        yield stage


def test_one_command_goes_back_to_the_safe_weights_and_tells(promoted: Stage) -> None:
    """Asked at once, verified by two looks, the lease free again; nobody asks the alarms."""
    began = promoted.emulator.clock.now()
    answer = promoted.command("rollback", reason="churn is up")
    assert answer["status"] == "SUCCEEDED"
    assert "going back to v1" in str(answer["output"])
    assert promoted.emulator.run_until(lambda: promoted.weights == SAFE, 30)
    assert (promoted.emulator.clock.now() - began).total_seconds() < 600
    assert promoted.emulator.run_until(lambda: promoted.record.phase == "ROLLED_BACK", 30)
    assert promoted.subjects[-1].startswith("ROLLED BACK")
    assert "churn is up" in promoted.messages[-1].message
    assert promoted.finish(promoted.start(QUICK, name="again"))["status"] == "SUCCEEDED"


def test_what_somebody_else_changed_since_is_not_overwritten(promoted: Stage) -> None:
    """The command is refused with both weights, and they stay theirs."""
    theirs = [
        {"VariantName": "v1", "DesiredWeight": 3.0},
        {"VariantName": "v2", "DesiredWeight": 4},
    ]
    promoted.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT, DesiredWeightsAndCapacities=theirs
    )
    promoted.emulator.run_minutes(10)
    before = promoted.weights
    answer = promoted.command("rollback")
    assert answer["error"] == "Refused"
    assert "somebody moved" in str(answer["cause"])
    assert promoted.record.phase == "PROMOTED"
    assert promoted.weights == before


def test_no_other_command_reaches_a_rollout_that_is_over(promoted: Stage) -> None:
    """Refused as before, and told what is possible; a second way back as well."""
    for command in ("pause", "promote", "retry", "release"):
        answer = promoted.command(command)
        assert answer["error"] == "Refused"
        assert "rollback goes back" in str(answer["cause"])
    promoted.command("rollback")
    promoted.emulator.run_until(lambda: promoted.record.phase == "ROLLED_BACK", 30)
    again = promoted.command("rollback", name="again")
    assert again["error"] == "Refused"
    assert "ROLLED_BACK" in str(again["cause"])


def test_a_later_rollout_that_was_taken_back_leaves_the_way_back_open(promoted: Stage) -> None:
    """The command steers whoever holds the endpoint; once that has ended, a second one undoes the
    promotion only if it says so.
    """
    spec = {**QUICK, "canary": "v1"}
    promoted.start(spec, name="second")
    promoted.reach("BAKING", 1)
    held = promoted.record
    assert "going back" in str(promoted.command("rollback")["output"])
    ended = lambda: promoted.rollouts.load(held.rollout).phase == "ROLLED_BACK"  # noqa: E731
    assert promoted.emulator.run_until(ended, 30)
    doubled = promoted.command("rollback", name="twice")
    assert doubled["error"] == "Refused"
    assert "going back could mean that one" in str(doubled["cause"])
    meant = promoted.command("rollback", name="meant", promotion=True)
    assert "as it was before v2 was promoted" in str(meant["output"])
    assert promoted.emulator.run_until(lambda: promoted.weights == SAFE, 30)
