"""Endpoint configurations, models and packages of SageMaker.

A configuration is copied as AWS answered it. An SDK drops what its model does not know, so the raw
answer is held against what was read of it: a field that would be lost keeps a copy from being made.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from pydantic import JsonValue

from canary.adapters.sagemaker import BUSY
from canary.adapters.translation import code_of_cause, says, translated
from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.plan.release.asked import StagedCanary
from canary.domain.plan.release.staging import Candidate, Configuration, Staging

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

DESCRIBE = "DescribeEndpointConfig"
ANSWERED_ONLY = frozenset({"EndpointConfigArn", "CreationTime", "ResponseMetadata"})
"""What DescribeEndpointConfig answers and CreateEndpointConfig does not take."""
MADE_BY = "sagemaker-canary:rollout"
"""The tag on everything this application makes; its value is the rollout."""
OF_AWS = "aws:"
"""How tags begin that AWS sets and nobody may copy."""
LONGEST_DESCRIPTION = 1024
"""API model of SageMaker, ApprovalDescription."""
NOT_FOUND = ("Could not find", "does not exist")
EXISTS = "already exist"


class SageMakerConfigurationReader:
    """Reads configurations, models and packages."""

    def __init__(self, client: "SageMakerClient") -> None:
        """Take a boto3 SageMaker client."""
        self._client = client
        self._unknown: tuple[str, ...] = ()
        client.meta.events.register(f"after-call.sagemaker.{DESCRIBE}", self._compare)

    def candidate(self, canary: StagedCanary | None, config_name: str) -> Candidate:
        """Return what is known of the canary to be built, where the configuration can be copied."""
        self.describe(config_name)
        if canary is None:
            return Candidate()
        try:
            if canary.model is not None:
                with translated("DescribeModel"):
                    self._client.describe_model(ModelName=canary.model)
                return Candidate()
            with translated("DescribeModelPackage"):
                package = self._client.describe_model_package(
                    ModelPackageName=canary.model_package or ""
                )
        except AwsDenied as error:
            if not _not_found(error):
                raise
            return Candidate(model_found=False)
        return Candidate(
            approval=package.get("ModelApprovalStatus"),
            package_status=package["ModelPackageStatus"],
        )

    def describe(self, name: str) -> Configuration:
        """Return a configuration as CreateEndpointConfig takes it."""
        with translated(DESCRIBE):
            answer = self._client.describe_endpoint_config(EndpointConfigName=name)
        if self._unknown:
            raise AwsDenied(
                f"{DESCRIBE}: {name} has {', '.join(self._unknown)}, which boto3 "
                f"{boto3.__version__} does not know: a copy would lose it. Deploy a newer version "
                "of this application, or take it out of the configuration"
            )
        copied = {key: value for key, value in answer.items() if key not in ANSWERED_ONLY}
        plain: dict[str, JsonValue] = json.loads(json.dumps(copied))
        return plain

    def _compare(self, http_response: Any = None, parsed: Any = None, **_rest: Any) -> None:
        """Note which fields of the raw answer are not in what the SDK made of it."""
        try:
            raw = json.loads(http_response.content)
        except (AttributeError, TypeError, ValueError):
            raw = {}
        self._unknown = tuple(_lost(raw, parsed or {}))


class SageMakerConfigurations(SageMakerConfigurationReader):
    """Makes and removes configurations and models too."""

    def create(self, configuration: Configuration, copied_from: str, rollout: str) -> None:
        """Make a configuration with the tags of another one."""
        name = str(configuration["EndpointConfigName"])
        arn = self._arn_of(copied_from)
        tags = [*self._tags(arn), {"Key": MADE_BY, "Value": rollout}]
        request: Any = {**configuration, "Tags": tags}
        with self._unless_ours(f"{arn.rsplit('/', 1)[0]}/{name}", rollout, "CreateEndpointConfig"):
            self._client.create_endpoint_config(**request)

    def create_model(self, staging: Staging, like: str, rollout: str) -> None:
        """Make a model of a package, with role, network and isolation of the model `like`."""
        with translated("DescribeModel"):
            found = self._client.describe_model(ModelName=like)
        container: dict[str, Any] = {"ModelPackageName": staging.model_package}
        if staging.environment:
            container["Environment"] = staging.environment
        request: Any = {
            "ModelName": staging.model,
            "ExecutionRoleArn": found["ExecutionRoleArn"],
            "Containers": [container],
            "EnableNetworkIsolation": found.get("EnableNetworkIsolation", False),
            "Tags": [{"Key": MADE_BY, "Value": rollout}],
        }
        if "VpcConfig" in found:
            request["VpcConfig"] = found["VpcConfig"]
        arn = f"{found['ModelArn'].rsplit('/', 1)[0]}/{staging.model}"
        with self._unless_ours(arn, rollout, "CreateModel"):
            self._client.create_model(**request)

    def reject_package(self, package: str, why: str) -> None:
        """Set a package's approval to Rejected, with as much of the reason as AWS takes."""
        with translated("UpdateModelPackage"):
            self._client.update_model_package(
                ModelPackageArn=package,
                ModelApprovalStatus="Rejected",
                ApprovalDescription=why[:LONGEST_DESCRIPTION],
            )

    def put_in_use(self, endpoint: str, name: str) -> None:
        """Ask for a configuration, weights and instances kept."""
        try:
            with translated("UpdateEndpoint"):
                self._client.update_endpoint(
                    EndpointName=endpoint,
                    EndpointConfigName=name,
                    RetainAllVariantProperties=True,
                )
        except AwsDenied as error:
            if says(error, BUSY):
                raise AwsUnavailable(f"{endpoint} is busy: {error}", refused=True) from error
            raise

    def remove(self, name: str) -> None:
        """Delete a configuration; one that is gone is success."""
        with _gone_is_success("DeleteEndpointConfig"):
            self._client.delete_endpoint_config(EndpointConfigName=name)

    def remove_model(self, name: str) -> None:
        """Delete a model; one that is gone is success."""
        with _gone_is_success("DeleteModel"):
            self._client.delete_model(ModelName=name)

    def _arn_of(self, config_name: str) -> str:
        with translated(DESCRIBE):
            answer = self._client.describe_endpoint_config(EndpointConfigName=config_name)
        return answer["EndpointConfigArn"]

    def _tags(self, arn: str) -> list[dict[str, str]]:
        with translated("ListTags"):
            pages = self._client.get_paginator("list_tags").paginate(ResourceArn=arn)
            found = [tag for page in pages for tag in page["Tags"]]
        own = {MADE_BY}
        return [
            {"Key": tag["Key"], "Value": tag["Value"]}
            for tag in found
            if not tag["Key"].startswith(OF_AWS) and tag["Key"] not in own
        ]

    @contextmanager
    def _unless_ours(self, arn: str, rollout: str, action: str) -> Iterator[None]:
        """Pass over "already exists" where this rollout made it: the answer to an earlier call was
        lost.
        """
        try:
            with translated(action):
                yield
        except AwsDenied as error:
            if EXISTS not in str(error):
                raise
            if not self._is_of(arn, rollout):
                raise AwsDenied(f"{arn} exists already and is not of {rollout}") from error

    def _is_of(self, arn: str, rollout: str) -> bool:
        with translated("ListTags"):
            tags = self._client.list_tags(ResourceArn=arn)["Tags"]
        return {"Key": MADE_BY, "Value": rollout} in tags


def _not_found(error: AwsDenied) -> bool:
    return code_of_cause(error) in {"ValidationException", "ResourceNotFound"} and any(
        words in str(error) for words in NOT_FOUND
    )


@contextmanager
def _gone_is_success(action: str) -> Iterator[None]:
    """Pass over what is deleted already: the answer to an earlier call was lost."""
    try:
        with translated(action):
            yield
    except AwsDenied as error:
        if not _not_found(error):
            raise


def _lost(raw: Any, parsed: Any, at: str = "") -> Iterator[str]:
    """Yield the dotted names of what is in one document and not in the other."""
    if isinstance(raw, Mapping) and isinstance(parsed, Mapping):
        for name, value in raw.items():
            if name not in parsed:
                if value is not None:
                    yield f"{at}{name}"
            else:
                yield from _lost(value, parsed[name], f"{at}{name}.")
    elif isinstance(raw, Sequence) and isinstance(parsed, Sequence) and not isinstance(raw, str):
        for left, right in zip(raw, parsed, strict=False):
            yield from _lost(left, right, at)
