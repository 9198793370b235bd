"""Samples of what is told while a step up waits for people or the calendar."""

from collections.abc import Iterator
from typing import Any

from canary.domain.rollout.kinds.waits import ApprovalAsked, Approved, StepWaits
from canary.domain.rollout.messages import Message
from canary.domain.rollout.outbox import About
from canary.domain.rollout.phase import Phase
from tests.golden.standing import ACT, AT_5, KNOWN, PLAN, told
from tests.rollouts import after


def waiting() -> Iterator[tuple[str, Message]]:
    """Yield them by name."""
    keys: dict[str, Any] = {"before": 0.25, "known": KNOWN, "within_minutes": 480}
    asked = ApprovalAsked(**keys, deadline=None, after_it="roll_back")
    yield "approval_asked", told(Phase.BAKING, asked, AT_5)
    last = asked.but(deadline=after(28_800), after_it="hold")
    yield "approval_asked-awaited", told(Phase.BAKING, last, AT_5)
    approved = About(act=ACT.but(command="approve", reason="as it should be"))
    yield "approved", told(Phase.BAKING, Approved(before=0.25), AT_5, approved)
    step: dict[str, Any] = {
        "next_share": 0.25,
        "target": PLAN.steps[2].target,
        "until": after(590_400),
    }
    closed = StepWaits(**step, on="hours", reason=f"Outside its hours; otherwise: {KNOWN}")
    yield "step_waits", told(Phase.BAKING, closed, AT_5)
    advice = closed.but(on="advice", reason=f"Advice only: it would go to 25% now: {KNOWN}")
    yield "step_waits-advice", told(Phase.BAKING, advice, AT_5)
    line = "It waits for a place: at most 1 canary serves at once, now fraud-prod; it is next"
    place = closed.but(on="place", next_share=0.05, reason=f"{line}; otherwise: {KNOWN}")
    yield "step_waits-place", told(Phase.BAKING, place, step=0)
