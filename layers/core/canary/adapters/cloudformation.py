"""What a deployed stack says of itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


class CloudFormationStacks:
    """Looks at stacks."""

    def __init__(self, client: "CloudFormationClient") -> None:
        """Take a boto3 CloudFormation client."""
        self._client = client

    def outputs(self, stack: str) -> Mapping[str, str] | None:
        """Return a stack's outputs by their keys, None when there is no stack of this name."""
        try:
            with translated("DescribeStacks"):
                found = self._client.describe_stacks(StackName=stack)["Stacks"][0]
        except CanaryError as error:
            if code_of_cause(error) == "ValidationError":
                return None
            raise
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
