"""One message or more of every kind, of a rollout that stands for a real one."""

from collections.abc import Iterator
from math import log

from canary.domain.plan.target import Target
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
from canary.domain.rollout.kinds.values import Act, Numbers, Seen
from canary.domain.rollout.messages import Facts, Message
from canary.domain.rollout.outbox import NOTHING, About, tell
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from tests.rollouts import a_plan, a_record, after

PLAN = a_plan()
SAFE, STEP, LAST = PLAN.safe_target, PLAN.steps[1].target, PLAN.steps[-1].target
EXECUTION = "arn:aws:states:eu-west-1:111111111111:execution:sagemaker-canary-rollout:churn-1"
NUMBERS = Numbers(
    guard="errors",
    words="errors",
    canary=0.172,
    baseline=0.00246,
    canary_counts=(86, 500),
    baseline_counts=(37, 15_012),
    minutes=6,
    log_evidence=log(2_400),
    log_needed=log(40),
)
ACT = Act(
    command="rollback",
    at=after(20),
    by="arn:aws:sts::111111111111:assumed-role/oncall/ana",
    reason="complaints about refunds",
    execution=EXECUTION.replace("churn-1", "rollback-churn"),
)
WORSE = (
    "At 5% the canary has errors more than 1.5 times the baseline's: canary 17.2% (86 of 500), "
    "baseline 0.246% (37 of 15,012); evidence 2,400 against 40 needed, rising since 12:03 UTC, "
    "enough at 12:09 UTC"
)
DENIAL = (
    "UpdateEndpointWeightsAndCapacities: AccessDeniedException: not authorized to perform "
    "sagemaker:UpdateEndpointWeightsAndCapacities with an explicit deny"
)
WATCHED = (
    "The watch is over: 30 minutes at 100% and nothing against the canary: errors canary 0.21% (31 "
    "of 14,800) against 0.246% of the baseline's last hour; no evidence against it yet (evidence "
    "of 40 takes it back)"
)
OVERDUE = (
    "the endpoint did not reach the safe weights within 60 minutes; SageMaker is known to have "
    "accepted 2 of 3 asks"
)
LATE = (
    "Still no answer at 5% after the longest bake of 60 minutes: errors look worse so far: canary "
    "17.2% (86 of 500), baseline 0.246% (37 of 15,012), evidence 0.02 of 20; it passes only if the "
    "canary's rate falls below its margin"
)
TOO_FEW = (
    "The labelled set has not decided: 20 records are too few, about 400 would do; more labelled "
    "records or a person can"
)
AT_5 = Seen(target=STEP, at=after(55), config_name="config-1")
THEIRS = Seen(target=Target(weights={"v1": 1.0, "v2": 1.0}), at=after(55), config_name="config-2")
GONE = Seen(target=Target(weights={}), at=after(55), status="Gone", exists=False)


def _record(phase: Phase, step: int = 1) -> Record:
    return a_record(phase=phase, step=step, generation=2, holder=EXECUTION)


def _told(
    phase: Phase,
    facts: Facts,
    seen: Seen | None = None,
    about: About = NOTHING,
    step: int = 1,
) -> Message:
    message = tell(_record(phase, step), facts, after(60), seen=seen, about=about).outbox[-1]
    assert isinstance(message, Message)
    return message


def samples() -> Iterator[tuple[str, Message]]:
    """Yield a name and a message for every kind, and for the ways in which one kind differs."""
    yield (
        "started",
        _told(
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
    yield "reached", _told(Phase.SHIFTING, Reached(target=STEP, bake_minutes=(5, 60)), AT_5)
    yield (
        "reached-by-hand",
        _told(
            Phase.SHIFTING,
            Reached(target=LAST, watch_minutes=30),
            Seen(target=LAST, at=after(55)),
            About(act=ACT.but(command="promote", reason="the campaign starts at two")),
            step=4,
        ),
    )
    yield (
        "promoted",
        _told(
            Phase.PROMOTED,
            Promoted(
                target=LAST,
                began_at=after(-5400),
                reason=WATCHED,
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
    yield "rolled_back", _told(Phase.ROLLED_BACK, back, safe, About(numbers=NUMBERS))
    yield (
        "rolled_back-by-hand",
        _told(
            Phase.ROLLED_BACK,
            back.but(reason=f"Rolled back by hand by {ACT.who}: {ACT.reason}"),
            safe,
            About(act=ACT),
        ),
    )
    alarm = "Alarm churn-5xx went into ALARM while v2 had 5%"
    yield "rolled_back-by-alarm", _told(Phase.ROLLED_BACK, back.but(reason=alarm), safe)
    somebody = HandedOver(
        reason="somebody else changed the endpoint: another configuration, or weights that are "
        "not ours",
        last_write=STEP,
        written_at=after(20),
        ours="config-1",
    )
    ours = THEIRS.but(config_name="config-1")
    yield "handed_over", _told(Phase.HANDED_OVER, somebody, ours)
    yield "handed_over-configuration", _told(Phase.HANDED_OVER, somebody, THEIRS)
    yield (
        "handed_over-gone",
        _told(Phase.HANDED_OVER, somebody.but(reason="the endpoint does not exist any more"), GONE),
    )
    yield (
        "handed_over-released",
        _told(
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
    yield "unproven", _told(Phase.UNPROVEN, denied, AT_5, About(act=ACT))
    yield (
        "unproven-overdue",
        _told(
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
        _told(
            Phase.BAKING,
            TakenOver(
                safe=SAFE, cause="Execution churn-1 is ABORTED while the rollout was BAKING."
            ),
            AT_5,
        ),
    )
    yield (
        "pause_over",
        _told(
            Phase.BAKING,
            PauseOver(paused_until=after(30), since=after(-3570), by="ana", reason="long weekend"),
            AT_5,
        ),
    )
    yield (
        "needs_look",
        _told(
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
        _told(
            Phase.BAKING,
            NeedsLook(
                reason="Blind since 11:58 UTC: GetMetricData answers AccessDenied. Allow "
                "cloudwatch:GetMetricData to the collector's role, and look for a deny in a policy "
                "over it",
                deadline=after(480),
            ),
        ),
    )
    yield (
        "lacks_instances",
        _told(
            Phase.BAKING,
            LacksInstances(
                share=0.25,
                reason="UpdateEndpointWeightsAndCapacities: ResourceLimitExceeded: The "
                "account-level service limit 'ml.m5.large for endpoint usage' is 5 Instances. "
                "Raise the quota of this instance type for endpoint usage in Service Quotas",
                tries=1,
                again_at=after(960),
            ),
            AT_5,
        ),
    )
    yield (
        "holding_at_gate",
        _told(
            Phase.EVALUATING,
            HoldingAtGate(
                reason=TOO_FEW,
                deadline=after(86_400),
            ),
            step=0,
        ),
    )
    yield (
        "not_safe_yet",
        _told(
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


def every_message() -> list[Message]:
    """Return all samples, told one minute after noon."""
    return [message for _, message in samples()]


def kinds() -> set[type[Fact]]:
    """Return the kinds there are samples of."""
    return {type(message.facts) for message in every_message()}
