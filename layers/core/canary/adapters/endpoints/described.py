"""What DescribeEndpoint answers, as an endpoint's view.

An SDK drops what its model does not know: which of the fields we read that would be is asked of
the model itself, so that an absent field is told from an unknown one.
"""

from typing import TYPE_CHECKING, Any

import boto3

from canary.domain.plan.endpoint import A_MINUTE, TELLS_OF, Capture, EndpointView, Variant

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import (
        DescribeEndpointOutputTypeDef,
        ProductionVariantSummaryTypeDef,
    )


def fields_unknown_to(client: "SageMakerClient") -> tuple[str, ...]:
    """Return the fields of `TELLS_OF` that this client would drop from an answer."""
    shape: Any = client.meta.service_model.operation_model("DescribeEndpoint").output_shape
    known = shape.members.keys() | shape.members["ProductionVariants"].member.members.keys()
    return tuple(field for field in TELLS_OF if field not in known)


def view_of(answer: "DescribeEndpointOutputTypeDef", unknown: tuple[str, ...]) -> EndpointView:
    """Return one read of an endpoint; `unknown` are the fields that would have been dropped."""
    pending: Any = answer.get("PendingDeploymentSummary", {})
    return EndpointView(
        name=answer.get("EndpointName", ""),
        status=answer["EndpointStatus"],
        config_name=answer.get("EndpointConfigName", ""),
        failure_reason=answer.get("FailureReason"),
        published_every_seconds=_published_every(answer),
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
