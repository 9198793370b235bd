"""The verdict of `uninstall-check` on what no emulated account shows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from canary.adapters.account.stacks import StackView
from canary.domain.plan.endpoint import GONE, EndpointView, Variant
from canary.domain.rollout.record import Record
from canary.domain.rollout.transitions import restoring
from canary.ports.aws import RunningExecution
from canaryctl.uninstall.found import Found
from canaryctl.uninstall.show import said
from canaryctl.uninstall.verdict import Verdict, verdict_of
from tests.aws_commands import aws_problems
from tests.rollouts import HOLDER, NOON, a_record
from tests.unit.flow.decider_stage import baking

RUNNING = RunningExecution(HOLDER, HOLDER.rsplit(":", 1)[-1], datetime(2026, 1, 5, tzinfo=UTC))
NOTHING: Any = ((), {}, {}, {}, {}, ())
SERVING = EndpointView(
    variants=(
        Variant(name="v1", current_weight=1.0, desired_weight=1.0),
        Variant(name="v2", current_weight=0.25, desired_weight=0.25),
    )
)


def verdict(status: str = "UPDATE_COMPLETE", **found: Any) -> Verdict:
    """Return the verdict on a stack of this status in which nothing lives but what is `found`."""
    nothing: dict[str, Any] = {
        "executions": (),
        "rollouts": {},
        "leases": {},
        "serving": {},
        "waiting": {},
        "ringing": (),
    }
    view = StackView("arn:stack", status, {}, {}, {})
    return verdict_of(Found(view, **{**nothing, **found}), "canary", None)


def held(record: Record, serving: EndpointView) -> dict[str, Any]:
    """Return a rollout that holds its endpoint, carried by a running execution."""
    return {
        "executions": (RUNNING,),
        "rollouts": {record.rollout: record},
        "leases": {record.endpoint: record.rollout},
        "serving": {record.endpoint: serving},
    }


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_FAILED"])
def test_a_stack_in_which_nothing_lives_is_safe(status: str) -> None:
    """However its last deployment went."""
    assert verdict(status).safe


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_a_stack_that_cloudformation_works_on_is_left_alone(status: str) -> None:
    """What is read of it may be different in a minute."""
    found = verdict(status)
    assert [matter.kind for matter in found.in_the_way] == ["stack"]
    assert status in found.in_the_way[0].said


def test_a_rollout_on_its_way_back_is_waited_for() -> None:
    """There is nothing to command."""
    back = restoring.claim_restore(baking(a_record()), HOLDER, 1, "errors", NOON)
    found = verdict(**held(back, SERVING))
    assert [matter.kind for matter in found.in_the_way] == ["rollout"]
    assert "is ROLLING_BACK, taken back" in found.in_the_way[0].said
    assert "The endpoint serves v1 1 (80%), v2 0.25 (20%)" in found.in_the_way[0].said
    assert found.in_the_way[0].commands == ("canaryctl status --watch --stack canary",)


def test_an_endpoint_that_is_gone_is_said_to_be() -> None:
    """Its rollout holds the lease until a tick has seen it."""
    assert (
        "The endpoint does not exist"
        in verdict(**held(baking(a_record()), GONE)).in_the_way[0].said
    )


def test_a_rollout_whose_endpoint_is_gone_is_let_go() -> None:
    """Nothing can be restored."""
    matter = verdict(**held(baking(a_record()), GONE)).in_the_way[0]
    assert [command.split()[1] for command in matter.commands] == ["release"]
    assert "nothing to restore" in matter.do


def test_a_pause_is_told_with_its_end() -> None:
    """Until then it does not end by itself."""
    paused = baking(a_record()).but(paused_until=NOON)
    assert (
        f"paused until {NOON:%Y-%m-%d %H:%M}" in verdict(**held(paused, SERVING)).in_the_way[0].said
    )


def test_termination_protection_is_told_and_taken_off_first() -> None:
    """CloudFormation refuses a deletion before."""
    found = Found(StackView("arn:stack", "CREATE_COMPLETE", {}, {}, {}, protected=True), *NOTHING)
    told = verdict_of(found, "canary", None)
    assert [matter.kind for matter in told.notices] == ["protection"]
    program, *words = told.delete[0].split()
    assert (program, aws_problems(words)) == ("aws", [])
    assert "--no-enable-termination-protection" in words


def test_the_last_sentence_says_what_is_so() -> None:
    """It hangs only where an execution runs, and nothing is lost where nothing waits."""
    nobody_runs = {**held(baking(a_record()), SERVING), "executions": ()}
    last = list(said(verdict(**nobody_runs)))[-1]
    assert "hangs" not in last
    assert "would keep whatever it serves" in last
    last = list(said(verdict(waiting={"queue": 2})))[-1]
    assert last.endswith("what was not told or delivered yet would be lost.")
    assert "hangs while executions run" in list(said(verdict(executions=(RUNNING,))))[-1]


def test_text_ends_with_the_verdict() -> None:
    """Safe with the commands that delete, or why not."""
    assert list(said(verdict()))[-2:] == [
        "  $ aws cloudformation delete-stack --stack-name canary",
        "  $ aws cloudformation wait stack-delete-complete --stack-name canary",
    ]
    unsafe = verdict(**held(baking(a_record()), SERVING))
    assert "must not be deleted yet" in list(said(unsafe))[-1]
