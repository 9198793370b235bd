"""One message of every kind of event, for those who test how messages read."""

from canary.domain.rollout.messages import (
    Facts,
    HandedOver,
    HoldingAtGate,
    Message,
    NeedsLook,
    NotSafeYet,
    PauseOver,
    Promoted,
    Reached,
    RolledBack,
    Started,
    TakenOver,
    Unproven,
)
from tests.rollouts import NOON, a_message, a_plan, a_record, after

PLAN = a_plan()
SAFE, STEP, LAST = PLAN.safe_target, PLAN.steps[1].target, PLAN.steps[-1].target
RECORD = a_record(step=1, generation=2)

EVERY_FACT: tuple[Facts, ...] = (
    Started(shares=(0.05, 1.0), watched=("errors", "churn-5xx"), safe=SAFE, notices=("Noted.",)),
    Reached(target=STEP, bake_minutes=(5, 60)),
    Promoted(target=LAST, began_at=NOON, reason="The watch is over."),
    RolledBack(safe=SAFE, reason="errors", decided_at=after(10), safe_at=after(40)),
    HandedOver(reason="somebody else", last_write=STEP, written_at=after(20)),
    Unproven(safe=SAFE, reason="denied"),
    TakenOver(safe=SAFE, cause="It died."),
    PauseOver(paused_until=after(30)),
    NeedsLook(reason="The baseline is silent"),
    HoldingAtGate(reason="20 records are too few"),
    NotSafeYet(
        safe=SAFE,
        began_at=NOON,
        standing="Updating",
        asks=3,
        accepted=2,
        denial="AccessDenied.",
    ),
)


def every_message() -> list[Message]:
    """Return a message of each kind, told one minute after noon."""
    return [a_message(RECORD, facts, after(60)) for facts in EVERY_FACT]
