"""CreateModel, CreateEndpointConfig and what describes, lists, tags and deletes their work."""

from typing import Any

import pytest

from emulator.tests.endpoints.test_updates import refusal
from emulator.tests.small_endpoints import Sums

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
ARN = "arn:aws:sagemaker:us-east-1:123456789012"
MODEL: dict[str, Any] = {
    "ModelName": "Churn-2",
    "ExecutionRoleArn": ROLE,
    "PrimaryContainer": {
        "Image": "images/churn:2",
        "ModelDataUrl": "s3://models/churn/2.tar.gz",
        "Environment": {"WORKERS": "4"},
    },
    "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]},
    "EnableNetworkIsolation": True,
}
VARIANT: dict[str, Any] = {
    "VariantName": "current",
    "ModelName": "Churn-2",
    "InstanceType": "ml.g5.xlarge",
    "InitialInstanceCount": 3,
    "InitialVariantWeight": 0.0,
    "VolumeSizeInGB": 64,
    "ModelDataDownloadTimeoutInSeconds": 600,
    "ContainerStartupHealthCheckTimeoutInSeconds": 300,
    "EnableSSMAccess": False,
    "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4},
    "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
}
CONFIG: dict[str, Any] = {
    "EndpointConfigName": "Churn",
    "ProductionVariants": [VARIANT, {**VARIANT, "VariantName": "next"}],
    "KmsKeyId": "11111111-2222-3333-4444-555555555555",
    "DataCaptureConfig": {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://captured/churn",
        "CaptureOptions": [{"CaptureMode": "Input"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    },
    "AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://answers"}},
    "ExplainerConfig": {
        "ClarifyExplainerConfig": {
            "EnableExplanations": "`true`",
            "ShapConfig": {"ShapBaselineConfig": {"ShapBaseline": "1,2"}},
        }
    },
    "MetricsConfig": {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 30},
}


def told(answer: dict[str, Any], *arns: str) -> dict[str, Any]:
    """Return a description without what SageMaker itself adds."""
    added = {"ResponseMetadata", "CreationTime", *arns}
    return {key: value for key, value in answer.items() if key not in added}


def test_a_model_is_described_as_it_was_made(world: Any) -> None:
    """Every member that was given, and none besides the ARN, in lower case, and the time."""
    made = world.sagemaker.create_model(**MODEL, Tags=[{"Key": "team", "Value": "ml"}])
    assert made["ModelArn"] == f"{ARN}:model/churn-2"
    answer = world.sagemaker.describe_model(ModelName="Churn-2")
    assert told(answer, "ModelArn") == MODEL
    assert answer["CreationTime"].replace(microsecond=0) == world.clock.now()


def test_a_configuration_is_described_as_it_was_made(world: Any) -> None:
    """Every member that was given, to the last, and none besides; a weight of 0 stays 0."""
    world.sagemaker.create_model(**MODEL)
    made = world.sagemaker.create_endpoint_config(**CONFIG)
    assert made["EndpointConfigArn"] == f"{ARN}:endpoint-config/churn"
    answer = world.sagemaker.describe_endpoint_config(EndpointConfigName="Churn")
    assert told(answer, "EndpointConfigArn") == CONFIG


def test_what_is_described_makes_another_one(world: Any) -> None:
    """A copy under another name is the same to the byte, shadow variants too."""
    world.sagemaker.create_model(**MODEL)
    shadowed = {
        **CONFIG,
        "ProductionVariants": [VARIANT],
        "ShadowProductionVariants": [{**VARIANT, "VariantName": "shadow"}],
    }
    world.sagemaker.create_endpoint_config(**shadowed)
    described = world.sagemaker.describe_endpoint_config(EndpointConfigName="Churn")
    copy = {**told(described, "EndpointConfigArn"), "EndpointConfigName": "copy"}
    world.sagemaker.create_endpoint_config(**copy)
    again = world.sagemaker.describe_endpoint_config(EndpointConfigName="copy")
    assert told(again, "EndpointConfigArn") == {**shadowed, "EndpointConfigName": "copy"}


def test_names_are_taken_once(world: Any) -> None:
    """Whatever their case, in SageMaker's words; once deleted they are free."""
    world.sagemaker.create_model(**MODEL)
    again = {**MODEL, "ModelName": "churn-2"}
    assert refusal(lambda: world.sagemaker.create_model(**again)) == (
        f'Cannot create already existing model "{ARN}:model/churn-2".'
    )
    world.sagemaker.create_endpoint_config(**CONFIG)
    assert refusal(lambda: world.sagemaker.create_endpoint_config(**CONFIG)) == (
        f'Cannot create already existing endpoint configuration "{ARN}:endpoint-config/churn".'
    )
    world.sagemaker.delete_endpoint_config(EndpointConfigName="Churn")
    world.sagemaker.create_endpoint_config(**CONFIG)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"EndpointConfigName": "under_score"}, "at 'endpointConfigName' failed to satisfy"),
        ({"KmsKeyId": "k" * 2049}, "length less than or equal to 2048"),
        (
            {"ProductionVariants": [{**VARIANT, "InstanceType": "ml.x9.huge"}]},
            "'productionVariants.1.member.instanceType' failed to satisfy constraint: ",
        ),
        (
            {"ProductionVariants": [{**VARIANT, "VariantName": "a b"}]},
            "'productionVariants.1.member.variantName'",
        ),
        ({"ProductionVariants": [VARIANT, VARIANT]}, "must be unique"),
        ({"ProductionVariants": [{**VARIANT, "ModelName": "none"}]}, f'"{ARN}:model/none"'),
        (
            {"ProductionVariants": [{k: v for k, v in VARIANT.items() if k != "InstanceType"}]},
            "needs either an InstanceType",
        ),
        (
            {
                "ProductionVariants": [
                    {k: v for k, v in VARIANT.items() if k != "InitialInstanceCount"}
                ]
            },
            "needs an InitialInstanceCount",
        ),
    ],
)
def test_what_no_configuration_can_hold(world: Any, change: dict[str, Any], said: str) -> None:
    """Names, lengths, lists of values, unknown models and half a machine are refused."""
    world.sagemaker.create_model(**MODEL)
    asked = {**CONFIG, **change}
    assert said in refusal(lambda: world.sagemaker.create_endpoint_config(**asked))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Containers": [{"Image": "image"}]}, "either a PrimaryContainer or Containers"),
        ({"PrimaryContainer": {"ModelDataUrl": "s3://models/1"}}, "an Image or a ModelPackageName"),
        ({"ModelName": "-churn"}, "at 'modelName' failed to satisfy constraint"),
        ({"ExecutionRoleArn": "arn:aws:iam::1:user/somebody"}, "regular expression pattern"),
    ],
)
def test_what_no_model_can_be_made_of(world: Any, change: dict[str, Any], said: str) -> None:
    """Two kinds of containers, one without an image, names and roles that are none."""
    assert said in refusal(lambda: world.sagemaker.create_model(**{**MODEL, **change}))


def test_deletion_asks_nobody_who_uses_it(world: Any) -> None:
    """A model and a configuration in use are deleted, and the endpoint serves on."""
    world.endpoint({"a": 1})
    world.sagemaker.delete_model(ModelName="a")
    world.sagemaker.delete_endpoint_config(EndpointConfigName="shop-config")
    assert world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")["Body"].read()
    assert "Could not find model" in refusal(lambda: world.sagemaker.describe_model(ModelName="a"))
    assert "Could not find endpoint configuration" in refusal(
        lambda: world.sagemaker.delete_endpoint_config(EndpointConfigName="shop-config")
    )


def test_lists_come_newest_first_in_pages_of_ten(world: Any) -> None:
    """Filtered by a part of the name, sorted by it where asked."""
    for number in range(12):
        world.sagemaker.create_model(**{**MODEL, "ModelName": f"churn-{number:02}"})
        world.clock.run_for(60)
    listed = world.sagemaker.list_models()
    assert [model["ModelName"] for model in listed["Models"]][:2] == ["churn-11", "churn-10"]
    rest = world.sagemaker.list_models(NextToken=listed["NextToken"])["Models"]
    assert [model["ModelName"] for model in rest] == ["churn-01", "churn-00"]
    asked = {"NameContains": "CHURN-1", "SortBy": "Name", "SortOrder": "Ascending"}
    found = world.sagemaker.list_models(**asked)["Models"]
    assert [set(model) for model in found] == [{"ModelName", "ModelArn", "CreationTime"}] * 2
    assert [model["ModelName"] for model in found] == ["churn-10", "churn-11"]


def test_tags_belong_to_what_the_arn_names(world: Any) -> None:
    """A tag of a known key takes the new value; a configuration that is not there has none."""
    world.sagemaker.create_model(**MODEL, Tags=[{"Key": "team", "Value": "ml"}])
    made = world.sagemaker.create_endpoint_config(**CONFIG)["EndpointConfigArn"]
    for arn, value in ((f"{ARN}:model/churn-2", "data"), (made, "data")):
        world.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": value}])
        tags = world.sagemaker.list_tags(ResourceArn=arn)["Tags"]
        assert tags == [{"Key": "team", "Value": "data"}]
    assert "Could not find" in refusal(
        lambda: world.sagemaker.list_tags(ResourceArn=f"{ARN}:endpoint-config/none")
    )


@pytest.mark.parametrize("name", ["images/churn:2", "s3://models/churn/2.tar.gz", "Churn-2"])
def test_a_model_made_later_finds_its_behaviour(world: Any, name: str) -> None:
    """By the image, the data, or the name of the model, known before the model is made."""
    world.endpoints.register_model(name, Sums())
    world.sagemaker.create_model(**MODEL)
    variant = {key: VARIANT[key] for key in ("VariantName", "ModelName", "InstanceType")}
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="Churn", ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
    )
    world.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName="Churn")
    world.clock.run_for(200)
    answer = world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")
    assert answer["Body"].read().strip() == b"3.0"
