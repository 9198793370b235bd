"""What Service Quotas tells of the account: AWS's defaults, until somebody says otherwise.

Source of the defaults: AWS Lambda and CloudWatch, "Quotas" of their user guides.
"""

from __future__ import annotations

from typing import Any

from moto.servicequotas.models import ServiceQuotasBackend

from emulator.patching import Patches

DEFAULTS: dict[tuple[str, str], float] = {
    ("lambda", "L-B99A9384"): 1000,  # concurrent executions
    ("monitoring", "L-5E141212"): 50,  # GetMetricData calls a second
}


class Quotas:
    """The account's quotas by service and quota code; change `values` to grant another."""

    def __init__(self) -> None:
        self.values = dict(DEFAULTS)


def patch_quotas(patches: Patches, quotas: Quotas) -> None:
    """Let Service Quotas answer from `quotas`, and as moto does for what it does not hold."""

    def get_service_quota(
        self: ServiceQuotasBackend, service_code: str, quota_code: str
    ) -> dict[str, Any]:
        value = quotas.values.get((service_code, quota_code))
        if value is None:
            return dict(original(self, service_code, quota_code))
        return {"ServiceCode": service_code, "QuotaCode": quota_code, "Value": float(value)}

    original = patches.replace(
        ServiceQuotasBackend,
        "get_service_quota",
        get_service_quota,
        parameters=("service_code", "quota_code"),
    )
