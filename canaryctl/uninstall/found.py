"""What still lives in a stack, read once with the caller's own credentials."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from canary.adapters.account.alarms import AlarmReader, AlarmView
from canary.adapters.account.parts import PartReader
from canary.adapters.account.queues import QueueReader
from canary.adapters.account.stacks import CloudFormationReader, StackView
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.domain.plan.endpoint import EndpointView
from canary.domain.rollout.record import Record
from canary.ports.aws import RunningExecution
from canaryctl.operate.lookup import loaded, why_unreadable
from canaryctl.operate.stack import Stack, StackError

ALARM, QUEUE = "AWS::CloudWatch::Alarm", "AWS::SQS::Queue"
MACHINE, TABLE = "AWS::StepFunctions::StateMachine", "AWS::DynamoDB::Table"


@dataclass(frozen=True)
class Found:
    """One look at a stack: what runs, what holds endpoints, what waits to be told or delivered.

    `rollouts` are those that have not ended or have something left to tell, by id; `leases` give
    the rollout that holds an endpoint; `serving` is how those endpoints stand; `waiting` counts
    messages by the queue's URL.
    """

    stack: StackView
    executions: Sequence[RunningExecution]
    rollouts: Mapping[str, Record]
    leases: Mapping[str, str]
    serving: Mapping[str, EndpointView]
    waiting: Mapping[str, int]
    ringing: Sequence[AlarmView]
    unread: Mapping[str, str] = field(default_factory=dict)
    """Why a rollout's record could not be read, by its rollout."""
    gone: Sequence[str] = ()
    """Types of what was deleted behind the stack's back and would have been asked."""


def look(stack: Stack) -> Found:
    """Return what still lives in a stack. Raises StackError, AwsUnavailable, AwsDenied."""
    view = CloudFormationReader(stack.client("cloudformation")).stack(stack.name)
    if view is None:
        raise StackError(
            f"no stack named {stack.name!r} here", "--stack", "check --stack, --region and account"
        )
    parts = PartReader(stack.client)
    gone = [kind for kind in (MACHINE, TABLE) if not all(_there(parts, view, kind))]
    # The executions before the records: what ends in between is then told once too often.
    executions = [] if MACHINE in gone else stack.executions.running()
    leases = {} if TABLE in gone else stack.rollouts.leases()
    unread: dict[str, Exception] = {}
    rollouts = {} if TABLE in gone else _rollouts(stack, leases, unread)
    endpoints = SageMakerEndpoints(stack.client("sagemaker"))
    held = {record.endpoint for record in rollouts.values() if record.holds_lease}
    alarms = AlarmReader(stack.client("cloudwatch")).alarms(list(view.of_kind(ALARM).values()))
    return Found(
        view,
        executions,
        rollouts,
        leases,
        {endpoint: endpoints.describe(endpoint) for endpoint in sorted(held)},
        _waiting(stack, view),
        [alarm for alarm in alarms if alarm.state == "ALARM"],
        {rollout: why_unreadable(error) for rollout, error in unread.items()},
        gone,
    )


def _there(parts: PartReader, view: StackView, kind: str) -> Iterator[bool]:
    for name in view.of_kind(kind).values():
        yield parts.status(kind, name) is not None


def _rollouts(
    stack: Stack, leases: Mapping[str, str], unread: dict[str, Exception]
) -> dict[str, Record]:
    """Return the rollouts a tick visits, and those that hold a lease: the index that lists the
    former may be a moment late.
    """
    found: dict[str, Record] = {}
    for rollout in sorted({*stack.rollouts.listed(), *leases.values()}):
        record = loaded(stack, rollout, unread)  # a lease without a record is told as that
        if record and record.listed:
            found[rollout] = record
    return found


def _waiting(stack: Stack, view: StackView) -> dict[str, int]:
    queues = QueueReader(stack.client("sqs"))
    counts = {url: queues.waiting(url) for url in view.of_kind(QUEUE).values()}
    return {url: count for url, count in counts.items() if count}
