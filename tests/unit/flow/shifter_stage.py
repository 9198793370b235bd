"""A shifter on ports in memory."""

from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision, Record
from canary.flow.shift import Shifter
from tests.ports import MemoryRollouts, ScriptedEndpoint
from tests.rollouts import HOLDER, NOON, a_record, after

ROLLOUT = "churn-1"
ADVANCE = Decision(verdict="ADVANCE", step=0, to_step=1, reason="gate open", at=NOON)
STEP_ONE = a_record().plan.steps[1].target


class Stage:
    """A shifter on ports in memory."""

    def __init__(self, record: Record | None = None) -> None:
        self.rollouts = MemoryRollouts(record or a_record())
        self.endpoint = ScriptedEndpoint()
        self.shifter = Shifter(self.rollouts, self.endpoint)

    @property
    def record(self) -> Record:
        """Return the newest record."""
        return self.rollouts.load(ROLLOUT)

    def at_gate(self) -> "Stage":
        """Go through step 0 and record the advance to step 1."""
        self.shifter.move(ROLLOUT, HOLDER, 1, NOON)
        self.shifter.look(ROLLOUT, HOLDER, 1, NOON)
        self.rollouts.change(ROLLOUT, lambda r: r.but(phase=Phase.BAKING, decision=ADVANCE))
        return self


def live() -> Stage:
    """Return a rollout serving step 1."""
    stage = Stage().at_gate()
    stage.shifter.move(ROLLOUT, HOLDER, 1, after(60))
    stage.shifter.look(ROLLOUT, HOLDER, 1, after(75))
    return stage
