"""A stack as CloudFormation tells it: status, parameters, outputs, and what it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


@dataclass(frozen=True)
class Resource:
    """One resource of a stack: its type, and the name AWS knows it by."""

    kind: str
    physical: str


@dataclass(frozen=True)
class StackView:
    """One read of a stack; parameters and outputs by their keys, resources by their logical ids."""

    arn: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    resources: Mapping[str, Resource]
    protected: bool = False
    """Whether termination protection refuses its deletion."""

    def of_kind(self, kind: str) -> Mapping[str, str]:
        """Return the physical names of the resources of a type by their logical ids."""
        return {name: r.physical for name, r in self.resources.items() if r.kind == kind}

    def arn_of(self, service: str, resource: str) -> str:
        """Return the ARN of something in the stack's own region and account."""
        _, partition, _, region, account, _ = self.arn.split(":", 5)
        return f"arn:{partition}:{service}:{region}:{account}:{resource}"


@dataclass(frozen=True)
class Told:
    """What a stack was given and what it gives, by their keys."""

    parameters: Mapping[str, str]
    outputs: Mapping[str, str]


class CloudFormationReader:
    """Looks at stacks and what they are made of."""

    def __init__(self, client: "CloudFormationClient") -> None:
        """Take a boto3 CloudFormation client."""
        self._client = client

    def stack(self, name: str) -> StackView | None:
        """Return a stack with its resources, None when there is none of this name."""
        found = self._described(name)
        if found is None:
            return None
        return StackView(
            found.get("StackId", ""),
            found["StackStatus"],
            _parameters(found),
            _outputs(found),
            self._resources(name),
            found.get("EnableTerminationProtection", False),
        )

    def told(self, name: str) -> Told | None:
        """Return a stack's parameters and outputs, None when there is no stack of this name."""
        found = self._described(name)
        return None if found is None else Told(_parameters(found), _outputs(found))

    def _described(self, name: str) -> "StackTypeDef | None":
        try:
            with translated("cloudformation:DescribeStacks"):
                return self._client.describe_stacks(StackName=name)["Stacks"][0]
        except CanaryError as error:
            if code_of_cause(error) == "ValidationError":
                return None
            raise

    def _resources(self, name: str) -> Mapping[str, Resource]:
        with translated("cloudformation:ListStackResources"):
            pages = self._client.get_paginator("list_stack_resources").paginate(StackName=name)
            return {
                one["LogicalResourceId"]: Resource(
                    one["ResourceType"], one.get("PhysicalResourceId", "")
                )
                for page in pages
                for one in page["StackResourceSummaries"]
            }


def _parameters(stack: "StackTypeDef") -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}


def _outputs(stack: "StackTypeDef") -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
