"""What the calls that make, deploy and delete models and configurations must be allowed."""

from typing import Any

import pytest
from botocore.config import Config

from emulator.calls import Call
from emulator.iam.requirements import requirements_of
from emulator.place import Place
from emulator.tests.endpoints.test_models import CONFIG, MODEL, ROLE

ARN = "arn:aws:sagemaker:us-east-1:123456789012"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
DEPLOY = {"EndpointName": "Shop", "EndpointConfigName": "Churn"}
TAGS = {"Tags": [{"Key": "team", "Value": "ml"}]}


def needs(operation: str, **given: Any) -> list[tuple[str, str]]:
    """Return the actions and resources of a call to SageMaker."""
    call = Call(1, "sagemaker", operation, given, "", None, Config())
    return [(one.action, one.resource) for one in requirements_of(call, Place())]


@pytest.mark.parametrize(
    ("operation", "given", "expected"),
    [
        (
            "CreateModel",
            {**MODEL, **TAGS},
            [
                ("sagemaker:CreateModel", f"{ARN}:model/churn-2"),
                ("sagemaker:AddTags", f"{ARN}:model/churn-2"),
                ("iam:PassRole", ROLE),
            ],
        ),
        (
            "CreateEndpointConfig",
            CONFIG,
            [("sagemaker:CreateEndpointConfig", f"{ARN}:endpoint-config/churn")],
        ),
        (
            "CreateEndpoint",
            DEPLOY,
            [
                ("sagemaker:CreateEndpoint", f"{ARN}:endpoint/shop"),
                ("sagemaker:CreateEndpoint", f"{ARN}:endpoint-config/churn"),
                ("kms:CreateGrant", KEY),
            ],
        ),
        (
            "UpdateEndpoint",
            DEPLOY,
            [("sagemaker:UpdateEndpoint", f"{ARN}:endpoint/shop"), ("kms:CreateGrant", KEY)],
        ),
        (
            "DeleteEndpointConfig",
            {"EndpointConfigName": "Churn"},
            [("sagemaker:DeleteEndpointConfig", f"{ARN}:endpoint-config/churn")],
        ),
        ("ListModels", {}, [("sagemaker:ListModels", "*")]),
    ],
)
def test_what_models_and_deployments_need(
    world: Any, operation: str, given: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """A role is passed, tags are an action of their own, volumes under a key need a grant."""
    world.sagemaker.create_model(**MODEL)
    world.sagemaker.create_endpoint_config(**CONFIG)
    assert needs(operation, **given) == expected
