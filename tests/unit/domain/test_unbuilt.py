"""What could not be built names the key that would change it, and the remedy."""

import pytest

from canary.domain.plan.release.staging import Staging
from canary.domain.rollout.release.unbuilt import why_not_built

STAGING = Staging(variant="new", like="v1", model="m", count=2, config="canary-1-stage")


@pytest.mark.parametrize(
    ("said", "key", "remedy"),
    [
        (
            "The primary container for production variant new did not pass the ping health check.",
            "canary.model",
            "log group /aws/sagemaker/Endpoints/churn",
        ),
        ("CannotStartContainerError. Please ensure the model container", "canary.model", "/ping"),
        (
            "Unable to provision requested ML compute capacity.",
            "canary.instance_type",
            "another instance_type",
        ),
        (
            "UpdateEndpoint: ResourceLimitExceeded: 'ml.g5.xlarge for endpoint usage' is 0",
            "canary.count",
            "Service Quotas",
        ),
        (
            "ValidationException: Value 'ml.none' at 'instanceType' failed to satisfy constraint",
            "canary.instance_type",
            "such as ml.m5.large",
        ),
        (
            "CreateModel: AccessDeniedException: not authorized to perform: iam:PassRole",
            "canary.model",
            "ModelRolePattern",
        ),
        ("UpdateEndpoint: AccessDeniedException: an explicit deny", "canary", "stager's role"),
        (
            "UpdateEndpoint: AccessDenied: not authorized to perform: kms:CreateGrant on k",
            "canary",
            "key's policy",
        ),
        ("Something that nobody foresaw", "canary", "Remove the cause"),
    ],
)
def test_each_kind_of_failure_is_told_as_a_refusal(said: str, key: str, remedy: str) -> None:
    """Field, problem in AWS's own words, remedy."""
    told = why_not_built(STAGING, "churn", said)
    assert told.startswith(f"{key}: new could not be built: {said.rstrip('.')}. ")
    assert remedy in told
    assert ".." not in told


def test_a_package_is_named_by_its_own_key() -> None:
    """And the type of instances where the spec gave one."""
    package = STAGING.but(model_package="arn", instance_type="ml.g5.xlarge")
    assert why_not_built(package, "e", "ping health check").startswith("canary.model_package: ")
    assert "quota of ml.g5.xlarge" in why_not_built(package, "e", "ResourceLimitExceeded")


def test_the_remedy_follows_however_much_aws_said() -> None:
    """An enumeration of every type of instance is cut."""
    told = why_not_built(STAGING, "e", f"Value 'ml.none' at 'instanceType': {'ml.x, ' * 900}")
    assert "such as ml.m5.large" in told[:1000]
