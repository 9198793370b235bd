"""One message or more of every kind, of a rollout that stands for a real one."""

from collections.abc import Iterator
from math import log

from canary.domain.rollout.kinds.ends import HandedOver, Promoted, RolledBack, Unproven
from canary.domain.rollout.kinds.fact import Fact
from canary.domain.rollout.kinds.going import PauseOver, Reached, Started
from canary.domain.rollout.kinds.looks import (
    HoldingAtGate,
    LacksInstances,
    NeedsLook,
    NotSafeYet,
    TakenOver,
)
from canary.domain.rollout.kinds.values import Seen
from canary.domain.rollout.messages import Message
from canary.domain.rollout.outbox import About
from canary.domain.rollout.phase import Phase
from tests.golden.releases import RELEASES
from tests.golden.standing import (
    ACT,
    AT_0,
    AT_5,
    AT_100,
    DENIAL,
    EXECUTION,
    GONE,
    LAST,
    LATE,
    NUMBERS,
    OVERDUE,
    SAFE,
    STEP,
    THEIRS,
    TOO_FEW,
    WATCHED,
    WORSE,
    told,
)
from tests.golden.waits import waiting
from tests.rollouts import after

__all__ = ["SAFE", "every_message", "kinds", "samples"]


def samples() -> Iterator[tuple[str, Message]]:
    """Yield a name and a message for every kind, and for the ways in which one kind differs."""
    yield (
        "started",
        told(
            Phase.PLANNED,
            Started(
                shares=(0.05, 0.25, 0.5, 1.0),
                watched=("errors", "churn-5xx"),
                safe=SAFE,
                notices=(
                    "Nobody is told of this rollout: its topic has no confirmed subscription.",
                ),
            ),
            step=0,
        ),
    )
    yield "reached", told(Phase.SHIFTING, Reached(target=STEP, bake_minutes=(5, 60)), AT_5)
    yield (
        "reached-by-hand",
        told(
            Phase.SHIFTING,
            Reached(target=LAST, watch_minutes=30),
            Seen(target=LAST, at=after(55)),
            About(act=ACT.but(command="promote", reason="the campaign starts at two")),
            step=4,
        ),
    )
    yield (
        "promoted",
        told(
            Phase.PROMOTED,
            Promoted(
                target=LAST,
                began_at=after(-5400),
                reason=WATCHED,
                config="churn-config-7",
            ),
            Seen(target=LAST, at=after(60)),
            step=4,
        ),
    )
    yield from _ended()
    yield from _looked()


def _ended() -> Iterator[tuple[str, Message]]:
    back = RolledBack(safe=SAFE, reason=WORSE, decided_at=after(10), safe_at=after(40))
    safe = Seen(target=SAFE, at=after(40))
    yield "rolled_back", told(Phase.ROLLED_BACK, back, safe, About(numbers=NUMBERS))
    yield (
        "rolled_back-by-hand",
        told(
            Phase.ROLLED_BACK,
            back.but(reason=f"Rolled back by hand by {ACT.who}: {ACT.reason}"),
            safe,
            About(act=ACT),
        ),
    )
    alarm = "Alarm churn-5xx went into ALARM while v2 had 5%"
    yield "rolled_back-by-alarm", told(Phase.ROLLED_BACK, back.but(reason=alarm), safe)
    somebody = HandedOver(
        reason="somebody else changed the endpoint: another configuration, or weights that are "
        "not ours",
        last_write=STEP,
        written_at=after(20),
        ours="config-1",
        safe=SAFE,
    )
    ours = THEIRS.but(config_name="config-1")
    yield "handed_over", told(Phase.HANDED_OVER, somebody, ours)
    yield "handed_over-configuration", told(Phase.HANDED_OVER, somebody, THEIRS)
    yield (
        "handed_over-gone",
        told(Phase.HANDED_OVER, somebody.but(reason="the endpoint does not exist any more"), GONE),
    )
    yield (
        "handed_over-released",
        told(
            Phase.HANDED_OVER,
            somebody.but(reason=f"Released by hand by {ACT.who}: {ACT.reason}"),
            AT_5,
            About(act=ACT.but(command="release")),
        ),
    )
    denied = Unproven(
        safe=SAFE,
        reason=f"SageMaker refuses the change: {DENIAL}",
        denial=DENIAL,
        because=f"Rolled back by hand by {ACT.who}: {ACT.reason}",
        began_at=after(-840),
        asks=9,
        accepted=0,
    )
    yield "unproven", told(Phase.UNPROVEN, denied, AT_5, About(act=ACT))
    yield (
        "unproven-overdue",
        told(
            Phase.UNPROVEN,
            denied.but(
                reason=OVERDUE,
                denial=None,
                because=WORSE,
                began_at=after(-3600),
                asks=3,
                accepted=2,
            ),
            AT_5.but(status="Updating"),
            About(numbers=NUMBERS),
        ),
    )


def _looked() -> Iterator[tuple[str, Message]]:
    yield (
        "taken_over",
        told(
            Phase.BAKING,
            TakenOver(
                safe=SAFE,
                cause="Execution churn-1 is ABORTED while the rollout was BAKING.",
                died=EXECUTION,
            ),
            AT_5,
        ),
    )
    yield (
        "pause_over",
        told(
            Phase.BAKING,
            PauseOver(paused_until=after(30), since=after(-3570), by="ana", reason="long weekend"),
            AT_5,
        ),
    )
    yield (
        "needs_look",
        told(
            Phase.BAKING,
            NeedsLook(
                reason=LATE,
                deadline=after(4 * 3600),
            ),
            AT_5,
            About(numbers=NUMBERS.but(log_evidence=log(11))),
        ),
    )
    yield (
        "needs_look-blind",
        told(
            Phase.BAKING,
            NeedsLook(
                reason="Blind since 11:58 UTC: GetMetricData answers AccessDenied. Allow "
                "cloudwatch:GetMetricData to the collector's role, and look for a deny in a policy "
                "over it",
                deadline=after(480),
                blind=True,
            ),
            AT_5,
        ),
    )
    yield (
        "lacks_instances",
        told(
            Phase.BAKING,
            LacksInstances(
                share=0.25,
                reason="UpdateEndpointWeightsAndCapacities: ResourceLimitExceeded: The "
                "account-level service limit 'ml.m5.large for endpoint usage' is 5 Instances. "
                "Raise the quota of this instance type for endpoint usage in Service Quotas",
                tries=1,
                again_at=after(960),
                deadline=after(90_000),
            ),
            AT_5,
        ),
    )
    yield (
        "holding_at_gate",
        told(
            Phase.EVALUATING,
            HoldingAtGate(reason=TOO_FEW, deadline=after(86_400)),
            step=0,
        ),
    )
    yield from waiting()
    yield (
        "not_safe_yet",
        told(
            Phase.ROLLING_BACK,
            NotSafeYet(
                safe=SAFE,
                began_at=after(-600),
                standing="InService",
                asks=7,
                accepted=0,
                denial=DENIAL,
                because=WORSE,
            ),
            AT_5,
            About(numbers=NUMBERS),
        ),
    )

    for phase, facts in RELEASES:
        seen = {"stage": AT_0, "take_off": AT_0}.get(facts.what, AT_100)
        yield f"{facts.about}_{facts.what}", told(phase, facts, seen)


def every_message() -> list[Message]:
    """Return all samples, told one minute after noon."""
    return [message for _, message in samples()]


def kinds() -> set[type[Fact]]:
    """Return the kinds there are samples of."""
    return {type(message.facts) for message in every_message()}
