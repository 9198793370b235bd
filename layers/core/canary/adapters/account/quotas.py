"""What Service Quotas grants the account."""

from typing import Any

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError


class QuotaReader:
    """Looks at quotas."""

    def __init__(self, client: Any) -> None:
        """Take a boto3 Service Quotas client."""
        self._client = client

    def quota(self, service: str, code: str) -> float | None:
        """Return the account's own value, None where Service Quotas keeps none."""
        try:
            with translated("servicequotas:GetServiceQuota"):
                found = self._client.get_service_quota(ServiceCode=service, QuotaCode=code)
        except CanaryError as error:
            if code_of_cause(error) == "NoSuchResourceException":
                return None
            raise
        return float(found["Quota"]["Value"])
