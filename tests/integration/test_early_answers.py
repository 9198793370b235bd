"""Whole rollouts where answers to bakes are lost because they came early, or come twice: the step
at share 0 is always answered from within its own bake.
"""

from datetime import timedelta

import pytest

from emulator.states.tokens import AnswerFaults
from tests.integration.stage import Stage
from tests.integration.test_labelled_set import WrongSum, labelled, put_set, spec


@pytest.mark.parametrize(
    "faults", [AnswerFaults(early_lost=True), AnswerFaults(doubled=True)], ids=["lost", "doubled"]
)
def test_a_good_canary_is_promoted_whatever_becomes_of_answers(faults: AnswerFaults) -> None:
    """The next tick answers again what no claim has shown to be heard; what comes twice is refused
    once, and nobody takes over.
    """
    with Stage(answer_faults=faults) as stage:
        assert stage.finish(stage.start())["status"] == "SUCCEEDED"
        assert stage.record.generation == 1
        assert stage.subjects[-1] == "PROMOTED"


def test_a_roll_back_answered_too_early_is_answered_again_by_the_next_tick() -> None:
    """A canary that is wrong on the labelled set is taken back a minute later at most, not when the
    bake has waited for its heartbeat.
    """
    with Stage(WrongSum(0.5), answer_faults=AnswerFaults(early_lost=True)) as stage:
        put_set(stage, labelled(400))
        assert stage.finish(stage.start(spec()))["error"] == "RolledBack"
        record = stage.record
        assert record.decision
        assert record.restoring
        assert record.restoring.began_at - record.decision.at <= timedelta(seconds=65)
