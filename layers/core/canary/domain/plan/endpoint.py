"""What DescribeEndpoint showed, and whether a target serves."""

from collections.abc import Collection, Mapping
from typing import Literal

from canary.domain.model import Frozen
from canary.domain.plan.target import Target, Weights, same_weight

A_MINUTE = 60
TELLS_OF: Mapping[str, str] = {
    "MetricsConfig": "how often it publishes its invocations",
    "AsyncInferenceConfig": "whether it answers asynchronously",
    "ShadowProductionVariants": "whether a variant gets copies of requests",
    "PendingDeploymentSummary": "whether a deployment is under way",
    "LastDeploymentConfig": "which alarms roll a deployment back",
    "DataCaptureConfig": "whether Data Capture keeps requests",
    "ExplainerConfig": "whether answers are explained",
    "CurrentServerlessConfig": "whether a variant is serverless",
    "ManagedInstanceScaling": "whether SageMaker scales a variant by itself",
    "RoutingConfig": "how requests reach a variant's instances",
}
"""Fields that DescribeEndpoint gained over the years, and what each tells."""
TRANSITIONAL = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})


class Variant(Frozen):
    """One production variant as the endpoint reports it; counts None where it has none."""

    name: str
    current_weight: float
    desired_weight: float
    current_count: int | None = None
    desired_count: int | None = None
    weighted: bool = True
    """Whether the endpoint reports a weight of it: those of inference components have none."""
    serverless: bool = False
    least_instances: int | None = None
    """Down to how many instances SageMaker scales it by itself (ManagedInstanceScaling)."""
    routing: str | None = None
    """How requests reach its instances, in AWS's words; None where nothing is said."""


class Capture(Frozen):
    """What Data Capture keeps: percent of all requests, where to."""

    percent: int
    destination: str


class EndpointView(Frozen):
    """One read of an endpoint: `name` as SageMaker writes it; `exists` is False when SageMaker
    knows it no more.
    """

    exists: bool = True
    name: str = ""
    arn: str = ""
    status: str = "InService"
    config_name: str = ""
    variants: tuple[Variant, ...] = ()
    failure_reason: str | None = None
    published_every_seconds: int = A_MINUTE
    """How often its invocation metrics are published."""
    enhanced: bool = False
    """Whether they are published of each instance (enhanced metrics)."""
    asynchronous: bool = False
    """Whether it is called by InvokeEndpointAsync."""
    shadows: tuple[str, ...] = ()
    """Variants that get copies of requests."""
    deploying: str | None = None
    """The configuration of a deployment under way."""
    deployment_alarms: tuple[str, ...] = ()
    """Alarms that roll back a deployment."""
    capture: Capture | None = None
    """Data Capture where it is on."""
    explained: bool = False
    """Whether answers may carry explanations."""
    sdk: str = ""
    """What read it, with its version."""
    unknown: tuple[str, ...] = ()
    """Fields of `TELLS_OF` that what read it does not know and drops where they are answered."""

    @property
    def in_service(self) -> bool:
        """Return whether the endpoint is InService."""
        return self.exists and self.status == "InService"

    @property
    def stuck(self) -> bool:
        """Return whether the endpoint is in a state that it does not leave by itself (Failed,
        OutOfService, ...).
        """
        return self.exists and not self.in_service and self.status not in TRANSITIONAL

    @property
    def standing(self) -> str:
        """Return status and, where SageMaker gives one, the reason."""
        return f"{self.status} ({self.failure_reason})" if self.failure_reason else self.status

    @property
    def current_weights(self) -> Weights:
        """Return the weight each variant serves with now."""
        return {variant.name: variant.current_weight for variant in self.variants}

    @property
    def current_target(self) -> Target:
        """Return what serves now, weights and every count there is."""
        counts = {v.name: v.current_count for v in self.variants if v.current_count}
        return Target(weights=self.current_weights, counts=counts)

    def taking_part(self, from_zero: Collection[str]) -> tuple[Variant, ...]:
        """Return the variants that begin at weight 0, by name, and those that serve."""
        return tuple(v for v in self.variants if v.name in from_zero or v.current_weight > 0)

    @property
    def settled(self) -> bool:
        """Return whether every variant serves with the weight it was asked to."""
        return self.in_service and all(
            same_weight(v.current_weight, v.desired_weight) for v in self.variants
        )

    def serves(self, target: Target) -> bool:
        """Return whether the endpoint is InService with exactly this target, nothing on its way.

        Counts that the target does not name are not looked at: autoscaling moves them.
        """
        counts = [
            {v.name: v.current_count for v in self.variants},
            {v.name: v.desired_count for v in self.variants},
        ]
        return self.settled and all(target.met_by(self.current_weights, c) for c in counts)


GONE = EndpointView(exists=False, status="Gone")


Arrival = Literal["REACHED", "MOVING", "SLOW", "OVERDUE", "REVERTED", "FOREIGN", "GONE"]
