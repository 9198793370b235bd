"""What the samples are of: one rollout that stands for a real one, and what was seen of it."""

from math import log

from canary.domain.plan.target import Target
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
KNOWN = "At 5% every guard is shown within its margin (errors canary 0.21%, baseline 0.25%)"
LATE = (
    "Still no answer at 5% after the longest bake of 60 minutes: errors look worse so far: canary "
    "17.2% (86 of 500), baseline 0.246% (37 of 15,012), evidence 0.02 of 20; it passes only if the "
    "canary's rate falls below its margin"
)
TOO_FEW = (
    "The labelled set has not decided: 20 records are too few, about 400 would do; more labelled "
    "records or a person can"
)
AT_0 = Seen(target=SAFE, at=after(55), config_name="config-1")
AT_100 = Seen(target=LAST, at=after(55), config_name="config-1")
AT_5 = Seen(target=STEP, at=after(55), config_name="config-1")
THEIRS = Seen(target=Target(weights={"v1": 1.0, "v2": 1.0}), at=after(55), config_name="config-2")
GONE = Seen(target=Target(weights={}), at=after(55), status="Gone", exists=False)


def record(phase: Phase, step: int = 1) -> Record:
    """Return the rollout in a phase."""
    return a_record(phase=phase, step=step, generation=2, holder=EXECUTION)


def told(
    phase: Phase,
    facts: Facts,
    seen: Seen | None = None,
    about: About = NOTHING,
    step: int = 1,
) -> Message:
    """Return what is told of it, one minute after noon."""
    message = tell(record(phase, step), facts, after(60), seen=seen, about=about).outbox[-1]
    assert isinstance(message, Message)
    return message
