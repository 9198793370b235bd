"""The AWS answers the use cases need, one small protocol each.

Every method may raise AwsUnavailable (try again) or AwsDenied (permanent).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from canary.domain.plan.capacity.values import Bounds
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.target import Target

if TYPE_CHECKING:  # the planner alone looks behind variants
    from canary.domain.plan.kinds.hosting import Configured
    from canary.domain.plan.release.staging import Staging

ExecutionStatus = Literal[
    "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE", "MISSING"
]


@dataclass(frozen=True)
class ExecutionView:
    """An execution as it stands; `error` and `cause` are set once it has failed."""

    arn: str
    status: ExecutionStatus
    output: str | None = None
    error: str | None = None
    cause: str | None = None

    @property
    def over(self) -> bool:
        """Return whether it has ended."""
        return self.status not in {"RUNNING", "PENDING_REDRIVE"}


@dataclass(frozen=True)
class RunningExecution:
    """An execution that has not ended."""

    arn: str
    name: str
    started_at: datetime


class EndpointReader(Protocol):
    """Looks at endpoints."""

    def describe(self, endpoint: str) -> EndpointView:
        """Return one read of an endpoint; one that does not exist is a view too."""


class HostingReader(Protocol):
    """Looks at what stands behind an endpoint's variants."""

    def configured(self, view: EndpointView) -> "Configured":
        """Return what its configuration and models say; what is denied or gone is named in it."""

    def with_canary(self, configured: "Configured", staging: "Staging") -> "Configured":
        """Return it with the variant that will be built, what is denied or gone named in it."""


class WeightMover(EndpointReader, Protocol):
    """Looks at endpoints and moves their weights, and instance counts where these are asked for."""

    def move(self, endpoint: str, target: Target) -> None:
        """Ask for exactly this target; returns when SageMaker accepted, not when it serves."""

    def ask_instances(self, endpoint: str, variant: str, count: int) -> None:
        """Ask for so many instances of one variant; returns when SageMaker accepted. Raises
        NoCapacity where the account may not have them.
        """


class ScalingReader(Protocol):
    """Looks at which variants are autoscaled."""

    def bounds(self, endpoint: str, variants: Sequence[str]) -> Mapping[str, Bounds]:
        """Return the autoscaled ones with their bounds, by name."""


class Scaling(ScalingReader, Protocol):
    """Looks at the bounds of autoscaled variants, and holds their minimum."""

    def hold(self, endpoint: str, variant: str, least: int) -> None:
        """Give an autoscaled variant this minimum, its maximum kept."""


class Alarms(Protocol):
    """Reads alarms."""

    def states(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the state of every alarm that exists, by name."""


class Subscribers(Protocol):
    """Counts who gets the messages."""

    def confirmed(self) -> int:
        """Return how many subscriptions are confirmed."""


class Executions(Protocol):
    """Starts, wakes and looks at executions of the state machine."""

    def status(self, execution: str) -> ExecutionStatus:
        """Return an execution's status by ARN; MISSING when it was never started."""

    def arn_of(self, name: str) -> str:
        """Return the ARN the execution of that name has or will have."""

    def start(self, name: str, document: Mapping[str, object]) -> None:
        """Start an execution; one of the same name is success."""

    def wake(self, token: str, answer: Mapping[str, object]) -> bool:
        """Send a task's success; False when the token is no longer good."""

    def heartbeat(self, token: str) -> bool:
        """Send a task's heartbeat; False when the token is no longer good."""


class Announcer(Protocol):
    """Tells the application's own functions."""

    def evidence_collected(self, rollouts: Sequence[str], minute: int) -> None:
        """Emit `Evidence Collected` for each rollout."""

    def quality_evaluated(self, rollouts: Sequence[str], minute: int) -> None:
        """Emit `Quality Evaluated` for each rollout."""

    def rollouts_due(self, slices: Sequence[Sequence[str]], minute: int) -> None:
        """Emit `Rollouts Due` for each slice of rollouts, which another invocation visits."""
