"""Model checking in small: ticks, alarms, commands, take-overs and crashes at any point of each
other's work.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision, Record
from canary.domain.rollout.transitions import decisions
from tests.faults.planted import BUGS
from tests.stateful.machine import Machine
from tests.stateful.world import World

OTHERS = ("tick", "step", "promote", "minute", "alarm", "rollback", "stop")
# Most seams are passed; in the others somebody else works first, or the work under way dies.
SCRIPT = st.lists(
    st.sampled_from(("go",) * 12 + ("crash", "tick", "tick", "step", *OTHERS)), max_size=10
)
ENDS = frozenset({Phase.PROMOTED, Phase.ROLLED_BACK})
MINUTES_TO_HEAL = 90


class RolloutMachine(RuleBasedStateMachine):
    """One rollout; every rule may be interrupted at every seam as its script says."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.machine = Machine(self.world)
        self.released = False
        self.world.others = {
            "tick": self.world.tick,
            "alarm": self.world.alarm,
            "step": lambda: self._step(0),
            "rollback": lambda: self.world.command("rollback"),
            "promote": lambda: self.world.command("promote"),
            "stop": lambda: self._stop(0),
            "minute": lambda: self.world.pass_time(60),
        }

    @initialize(minutes=st.integers(0, 14))
    def it_is_somewhere_on_its_way(self, minutes: int) -> None:
        """Begin anywhere between the start and the last watch."""
        self.world.says = "ADVANCE"
        for _ in range(minutes):
            self.a_minute_goes_well()
        self.world.says = "HOLD"

    @rule()
    def a_minute_goes_well(self) -> None:
        """Let a minute pass in which nothing goes wrong."""
        self.world.script, self.world.endpoint.answers = [], "taken"
        self.world.endpoint.settle()
        for _ in range(3):
            for execution in list(self.machine.executions):
                execution.step()
        self.world.pass_time(60)
        self.world.tick()

    @rule(script=SCRIPT, which=st.integers(0, 3))
    def an_execution_goes_on(self, script: list[str], which: int) -> None:
        """Let one execution do its next task."""
        self.world.script = script
        self._step(which)

    @rule(script=SCRIPT, complete=st.booleans())
    def a_tick_arrives(self, script: list[str], complete: bool) -> None:  # noqa: FBT001
        """Let a tick arrive, seeing everything or not."""
        self.world.script = script
        self.world.tick(complete=complete)

    @rule(script=SCRIPT)
    def the_alarm_rings(self, script: list[str]) -> None:
        """Let a guard alarm ring."""
        self.world.script = script
        self.world.alarm()

    @rule(says=st.sampled_from(("HOLD", "ADVANCE", "ADVANCE", "ROLL_BACK")))
    def the_judge_makes_up_its_mind(self, says: str) -> None:
        """Set what the judge says from now on."""
        self.world.says = says

    @rule(well=st.booleans())
    def the_endpoint_settles(self, well: bool) -> None:  # noqa: FBT001
        """End the change under way, well or not."""
        self.world.endpoint.settle(well=well)

    @rule(
        answers=st.sampled_from(
            ("taken", "taken", "throttled", "lost before", "lost after", "denied")
        )
    )
    def sagemaker_answers_otherwise(self, answers: str) -> None:
        """Set what becomes of calls for weights from now on."""
        self.world.endpoint.answers = answers

    @precondition(lambda self: self.world.record.rolling_back)
    @rule(answers=st.sampled_from(("taken", "throttled", "lost before", "lost after", "denied")))
    def a_quarter_of_an_hour_goes_badly(self, answers: str) -> None:
        """Let SageMaker refuse, lose or take back every ask for so long that a restore may be given
        up.
        """
        self.world.script, self.world.endpoint.answers = [], answers
        for _ in range(16):
            self.world.endpoint.settle(well=False)
            for execution in list(self.machine.executions):
                execution.step()
                execution.step()
            self.world.pass_time(61)
            self.world.tick()

    @rule(seconds=st.sampled_from((1, 15, 60, 200, 1000)))
    def time_passes(self, seconds: int) -> None:
        """Let time pass."""
        self.world.pass_time(seconds)

    @rule(
        script=SCRIPT, command=st.sampled_from(("promote", "rollback", "pause", "resume", "retry"))
    )
    def a_person_commands(self, script: list[str], command: str) -> None:
        """Send a command."""
        self.world.script = script
        self.world.command(command)

    @rule(lost=st.booleans())
    def early_answers_are_lost(self, lost: bool) -> None:  # noqa: FBT001
        """Set what becomes of answers that come while the bake's own invocation still runs."""
        self.world.executions.loses_early = lost

    @precondition(lambda self: self.machine.executions[-1].running)
    @rule()
    def an_execution_is_stopped(self) -> None:
        """Stop the newest execution, as a person or AWS may."""
        self._stop(0)

    @rule()
    def a_heartbeat_is_missed(self) -> None:
        """Let whoever waits give up."""
        for execution in self.machine.executions:
            execution.heartbeat_missed()

    @invariant()
    def nothing_is_broken_on_the_way(self) -> None:
        """Hold what must hold all along."""
        assert self.world.check(ENDS | {Phase.UNPROVEN}, over=False) == []

    def teardown(self) -> None:
        """Let the world heal: everything works again, and the rollout comes home."""
        self.world.script = []
        self._heal()
        if self.world.record.phase is Phase.UNPROVEN:
            self.world.command("retry")
            self._heal()
        assert self.world.check(ENDS, over=True) == []

    def _heal(self) -> None:
        self.world.endpoint.answers = "taken"
        for _ in range(MINUTES_TO_HEAL):
            for _ in range(4):
                self.world.endpoint.settle()
                for execution in list(self.machine.executions):
                    execution.step()
                self.world.pass_time(15)
            self.world.says = "ADVANCE"
            self.world.tick()
            record = self.world.record
            if record.ended and not record.outbox:
                return

    def _step(self, which: int) -> None:
        executions = self.machine.executions
        executions[-1 - which % len(executions)].step()

    def _stop(self, which: int) -> None:
        execution = self.machine.executions[-1 - which]
        if execution.running:
            execution.end("ABORTED")


def test_no_order_of_events_breaks_a_rollout() -> None:
    """Whatever overtakes whatever, and wherever something dies: the invariants of the fault
    campaign hold.
    """
    run_state_machine_as_test(
        RolloutMachine,
        settings=settings(
            max_examples=150,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def _decides_over_a_roll_back() -> AbstractContextManager[Any]:
    def decide(record: Record, decision: Decision) -> Record:
        return record.but(decision=decision)

    return patch.object(decisions, "decide", decide)


PLANTED = {bug.name: bug.plant for bug in BUGS} | {
    "a roll-back overwritten": _decides_over_a_roll_back
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_found(name: str) -> None:
    """The model check is no ornament: each known defect, planted, makes it fail."""
    found = settings(
        max_examples=200,
        stateful_step_count=40,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Stage.generate],
        suppress_health_check=list(HealthCheck),
    )
    with PLANTED[name](), pytest.raises((AssertionError, AttributeError)):
        run_state_machine_as_test(RolloutMachine, settings=found)
