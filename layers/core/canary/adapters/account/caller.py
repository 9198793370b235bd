"""Who calls, as AWS names them."""

from typing import Any

from canary.adapters.translation import translated


class StsCaller:
    """Asks STS whose credentials these are; every caller may."""

    def __init__(self, client: Any) -> None:
        """Take a boto3 STS client."""
        self._client = client

    def arn(self) -> str:
        """Return the caller's ARN. Raises AwsUnavailable or AwsDenied."""
        with translated("GetCallerIdentity"):
            return str(self._client.get_caller_identity()["Arn"])
