"""What keeps an endpoint from getting instances: the account's quota, refused at once, and AWS
having none left, which shows only once the update is under way. No moto here.

Sources: UpdateEndpointWeightsAndCapacities (its one documented error, ResourceLimitExceeded;
"weight of one or more variants, or capacity of one variant"); SageMaker's own failure reasons.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.errors import EndpointRefusal, LimitExceeded

InstanceType = Callable[[str, str], str | None]
"""From a configuration's and a variant's name to the instance type it asks for."""
INSUFFICIENT = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. "
    "Please retry using a different ML instance type or after some time."
)


class Limits:
    """The quotas and stocks by instance type; what is not named has no limit.

    `quota` counts the instances of all endpoints together, `stock` the ones AWS can still start.
    """

    def __init__(self, instance_type: InstanceType | None = None) -> None:
        self.quota: dict[str, int] = {}
        self.stock: dict[str, int] = {}
        self.instance_type = instance_type or (lambda _config, _variant: None)

    def check(
        self,
        endpoint: Endpoint,
        changes: Sequence[Mapping[str, Any]],
        endpoints: Iterable[Endpoint],
    ) -> None:
        """Raise EndpointRefusal where one call asks for the capacity of two variants, LimitExceeded
        where it asks for more instances than the quota leaves.
        """
        counted = [change for change in changes if change.get("DesiredInstanceCount") is not None]
        moved = [change["VariantName"] for change in counted if _changes_capacity(endpoint, change)]
        if len(moved) > 1:
            raise EndpointRefusal(
                "An update changes the capacity of one variant at a time, not of "
                f"{' and '.join(moved)}."
            )
        for change in counted:
            self._check_quota(endpoint, change, list(endpoints))

    def runs_out(self, endpoint: Endpoint) -> str | None:
        """Return why the endpoint's update must fail for want of instances, None where it need not;
        what it starts is taken from the stock.
        """
        config = endpoint.config_name
        for variant in endpoint.variants:
            wanted = (variant.desired_count or 0) - (variant.current_count or 0)
            kind = self.instance_type(config, variant.name)
            if kind is None or kind not in self.stock or wanted == 0:
                continue
            if wanted > self.stock[kind]:
                return INSUFFICIENT
            self.stock[kind] -= wanted
        return None

    def _check_quota(
        self, endpoint: Endpoint, change: Mapping[str, Any], endpoints: Sequence[Endpoint]
    ) -> None:
        name, asked = change["VariantName"], int(change["DesiredInstanceCount"])
        kind = self.instance_type(endpoint.config_name, name)
        if kind is None or kind not in self.quota:
            return
        used = sum(
            variant.desired_count or 0
            for other in endpoints
            for variant in other.variants
            if self.instance_type(other.config_name, variant.name) == kind
        )
        had = next((v.desired_count or 0 for v in endpoint.variants if v.name == name), 0)
        limit, more = self.quota[kind], asked - had
        if more > 0 and used + more > limit:
            raise LimitExceeded(
                f"The account-level service limit '{kind} for endpoint usage' is {limit} "
                f"Instances, with current utilization of {used} Instances and a request delta of "
                f"{more} Instances. Please use AWS Service Quotas to request an increase for this "
                "quota. If AWS Service Quotas is not available, contact AWS support to request an "
                "increase for this quota."
            )


def _changes_capacity(endpoint: Endpoint, change: Mapping[str, Any]) -> bool:
    variant = endpoint.variant(change["VariantName"])
    return variant is not None and variant.desired_count != change["DesiredInstanceCount"]
