"""Endpoints and their weights.

An SDK drops what its model does not know: which of the fields we read that would be is asked of
the model itself, so that an absent field is told from an unknown one.
"""

from typing import TYPE_CHECKING, Any

import boto3

from canary.adapters.translation import SERVER_ERROR, code_of_cause, says, translated
from canary.domain.errors import AwsDenied, AwsUnavailable, NoCapacity
from canary.domain.plan.endpoint import (
    A_MINUTE,
    GONE,
    TELLS_OF,
    Capture,
    EndpointView,
    Variant,
)
from canary.domain.plan.target import Target

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import (
        DescribeEndpointOutputTypeDef,
        DesiredWeightAndCapacityTypeDef,
        ProductionVariantSummaryTypeDef,
    )


MOVE = "UpdateEndpointWeightsAndCapacities"
BUSY = "in-progress endpoint"
"""How SageMaker refuses a change while another one is under way."""
PATTERNS = (
    "The stack's parameter EndpointNamePattern must match the endpoint's name in lower case, and "
    "EndpointNamePatternAsWritten a name with capitals as it is written"
)
"""What lets this application look at an endpoint; AWS has been seen to name one in either case."""


class SageMakerEndpoints:
    """Reads endpoints and moves weights; only the shifter's role may do the latter."""

    def __init__(self, client: "SageMakerClient") -> None:
        """Take a boto3 SageMaker client."""
        self._client = client
        self._lost = False
        client.meta.events.register(f"needs-retry.sagemaker.{MOVE}", self._note_attempt)

    def describe(self, endpoint: str) -> EndpointView:
        """Return one read of an endpoint; GONE when SageMaker does not know it."""
        try:
            with translated("DescribeEndpoint"):
                answer = self._client.describe_endpoint(EndpointName=endpoint)
        except Exception as error:
            if says(error, "Could not find endpoint"):
                return GONE
            if code_of_cause(error) == "AccessDeniedException":
                raise AwsDenied(f"{error}. {PATTERNS}") from error.__cause__
            raise
        return _view_of(answer, _fields_unknown_to(self._client))

    def move(self, endpoint: str, target: Target) -> None:
        """Ask for exactly this target. A busy endpoint raises AwsUnavailable, not AwsDenied.

        An answer to one of the SDK's attempts says nothing of an earlier one whose answer was lost.
        """
        self._change_endpoint(endpoint, [_desired(name, target) for name in target.weights])

    def _change_endpoint(
        self, endpoint: str, desired: "list[DesiredWeightAndCapacityTypeDef]"
    ) -> None:
        self._lost = False
        try:
            with translated(MOVE):
                self._client.update_endpoint_weights_and_capacities(
                    EndpointName=endpoint,
                    DesiredWeightsAndCapacities=desired,
                )
        except AwsUnavailable as error:
            raise AwsUnavailable(str(error), refused=error.refused and not self._lost) from error
        except AwsDenied as error:
            if code_of_cause(error) == "ResourceLimitExceeded":
                raise NoCapacity(str(error)) from error
            if says(error, BUSY):
                raise AwsUnavailable(
                    f"{endpoint} is busy: {error}", refused=not self._lost
                ) from error
            raise

    def ask_instances(self, endpoint: str, variant: str, count: int) -> None:
        """Ask for so many instances of one variant, its weight kept. Raises NoCapacity where the
        account may not have them; a busy endpoint raises AwsUnavailable.
        """
        change: DesiredWeightAndCapacityTypeDef = {
            "VariantName": variant,
            "DesiredInstanceCount": count,
        }
        self._change_endpoint(endpoint, [change])

    def _note_attempt(self, response: Any = None, **_rest: Any) -> None:
        """Note that one of the SDK's attempts had no answer, or one that may come after the
        deed.
        """
        self._lost = self._lost or response is None or response[0].status_code >= SERVER_ERROR


def _desired(name: str, target: Target) -> "DesiredWeightAndCapacityTypeDef":
    """Return what one variant is asked for; a count that is left out stays as it is."""
    asked: DesiredWeightAndCapacityTypeDef = {
        "VariantName": name,
        "DesiredWeight": target.weights[name],
    }
    if name in target.counts:
        asked["DesiredInstanceCount"] = target.counts[name]
    return asked


def _fields_unknown_to(client: "SageMakerClient") -> tuple[str, ...]:
    """Return the fields of `TELLS_OF` that this client would drop from an answer."""
    shape: Any = client.meta.service_model.operation_model("DescribeEndpoint").output_shape
    known = shape.members.keys() | shape.members["ProductionVariants"].member.members.keys()
    return tuple(field for field in TELLS_OF if field not in known)


def _view_of(answer: "DescribeEndpointOutputTypeDef", unknown: tuple[str, ...]) -> EndpointView:
    """Return one read of an endpoint; `unknown` are the fields that would have been dropped."""
    pending: Any = answer.get("PendingDeploymentSummary", {})
    return EndpointView(
        name=answer.get("EndpointName", ""),
        arn=answer.get("EndpointArn", ""),
        status=answer["EndpointStatus"],
        config_name=answer.get("EndpointConfigName", ""),
        failure_reason=answer.get("FailureReason"),
        published_every_seconds=_published_every(answer),
        enhanced=bool(answer.get("MetricsConfig", {}).get("EnableEnhancedMetrics")),
        variants=tuple(_variant(variant) for variant in answer.get("ProductionVariants") or []),
        asynchronous=bool(answer.get("AsyncInferenceConfig")),
        shadows=tuple(v["VariantName"] for v in answer.get("ShadowProductionVariants") or []),
        deploying=pending.get("EndpointConfigName"),
        deployment_alarms=_deployment_alarms(answer),
        capture=_capture(answer),
        explained=bool(answer.get("ExplainerConfig")),
        sdk=f"boto3 {boto3.__version__}",
        unknown=unknown,
    )


def _published_every(answer: "DescribeEndpointOutputTypeDef") -> int:
    """Return how often invocations are published: only with enhanced metrics otherwise than every
    minute (API model, MetricsConfig).
    """
    config = answer.get("MetricsConfig") or {}
    seconds = config.get("MetricPublishFrequencyInSeconds", A_MINUTE)
    return seconds if config.get("EnableEnhancedMetrics") else A_MINUTE


def _deployment_alarms(answer: "DescribeEndpointOutputTypeDef") -> tuple[str, ...]:
    rollback = answer.get("LastDeploymentConfig", {}).get("AutoRollbackConfiguration", {})
    return tuple(alarm.get("AlarmName", "") for alarm in rollback.get("Alarms", []))


def _capture(answer: "DescribeEndpointOutputTypeDef") -> Capture | None:
    config: Any = answer.get("DataCaptureConfig")
    if not config or not config["EnableCapture"] or config["CaptureStatus"] != "Started":
        return None
    return Capture(
        percent=config["CurrentSamplingPercentage"], destination=config["DestinationS3Uri"]
    )


def _variant(variant: "ProductionVariantSummaryTypeDef") -> Variant:
    weight = variant.get("CurrentWeight", 0.0)
    scaling = variant.get("ManagedInstanceScaling") or {}
    scaled = scaling.get("Status") == "ENABLED"
    routing = variant.get("RoutingConfig")
    return Variant(
        name=variant["VariantName"],
        current_weight=weight,
        desired_weight=variant.get("DesiredWeight", weight),
        current_count=variant.get("CurrentInstanceCount"),
        desired_count=variant.get("DesiredInstanceCount"),
        weighted="CurrentWeight" in variant,
        serverless=bool(
            variant.get("CurrentServerlessConfig") or variant.get("DesiredServerlessConfig")
        ),
        least_instances=scaling.get("MinInstanceCount", 1) if scaled else None,
        routing=routing["RoutingStrategy"] if routing else None,
    )
