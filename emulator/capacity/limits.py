"""What keeps an endpoint from getting instances: the account's quota, refused at once, and AWS
having none left, which shows only once the update is under way. No moto here.

Sources: UpdateEndpointWeightsAndCapacities (its one documented error, ResourceLimitExceeded;
"weight of one or more variants, or capacity of one variant"); SageMaker's own failure reasons.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.errors import EndpointRefusal, LimitExceeded
from emulator.endpoints.variant import Variant

INSUFFICIENT = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. "
    "Please retry using a different ML instance type or after some time."
)


class Limits:
    """The quotas and stocks by instance type; what is not named has no limit.

    `quota` counts the instances of all endpoints together, `stock` the ones AWS can still start.
    """

    def __init__(self) -> None:
        self.quota: dict[str, int] = {}
        self.stock: dict[str, int] = {}

    def check(
        self,
        endpoint: Endpoint,
        changes: Sequence[Mapping[str, Any]],
        endpoints: Collection[Endpoint],
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
            variant = endpoint.variant(change["VariantName"])
            if variant is not None and variant.instance_type is not None:
                more = int(change["DesiredInstanceCount"]) - (variant.desired_count or 0)
                self._check_quota(variant.instance_type, more, endpoints)

    def check_fleet(self, variants: Sequence[Variant], endpoints: Collection[Endpoint]) -> None:
        """Raise LimitExceeded where new fleets for all these variants, beside everything that
        runs, are more than the quota.
        """
        for kind, more in _instances(variants).items():
            self._check_quota(kind, more, endpoints)

    def runs_out(self, endpoint: Endpoint) -> str | None:
        """Return why the endpoint's update must fail for want of instances, None where it need not;
        what it starts is taken from the stock.
        """
        wanted = _wanted(endpoint)
        if any(more > max(0, self.stock.get(kind, more)) for kind, more in wanted.items()):
            return INSUFFICIENT
        for kind in wanted.keys() & self.stock.keys():
            self.stock[kind] -= wanted[kind]
        return None

    def give_back(self, variants: Sequence[Variant], trouble: str | None) -> None:
        """Put the instances of fleets that are gone into the stock; short ones never had any."""
        if trouble == INSUFFICIENT:
            return
        for kind, count in _instances(variants).items():
            if kind in self.stock:
                self.stock[kind] += count

    def _check_quota(self, kind: str, more: int, endpoints: Collection[Endpoint]) -> None:
        limit = self.quota.get(kind)
        if limit is None:
            return
        used = sum(_instances((*one.variants, *one.building))[kind] for one in endpoints)
        if more > 0 and used + more > limit:
            raise LimitExceeded(
                f"The account-level service limit '{kind} for endpoint usage' is {limit} "
                f"Instances, with current utilization of {used} Instances and a request delta of "
                f"{more} Instances. Please use AWS Service Quotas to request an increase for this "
                "quota. If AWS Service Quotas is not available, contact AWS support to request an "
                "increase for this quota."
            )


def _instances(variants: Sequence[Variant]) -> Counter[str]:
    """Return how many instances of each type these variants ask for."""
    counts: Counter[str] = Counter()
    for variant in variants:
        if variant.instance_type is not None:
            counts[variant.instance_type] += variant.desired_count or 0
    return counts


def _wanted(endpoint: Endpoint) -> Counter[str]:
    """Return how many instances more of each type the change under way starts; fewer are less
    than 0.
    """
    if fleets := endpoint.variants if endpoint.status == "Creating" else endpoint.building:
        return _instances(fleets)
    counts: Counter[str] = Counter()
    for variant in endpoint.variants:
        if variant.instance_type is not None:
            more = (variant.desired_count or 0) - (variant.current_count or 0)
            counts[variant.instance_type] += more
    return counts


def _changes_capacity(endpoint: Endpoint, change: Mapping[str, Any]) -> bool:
    variant = endpoint.variant(change["VariantName"])
    return variant is not None and variant.desired_count != change["DesiredInstanceCount"]
