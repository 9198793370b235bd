"""What other people and SageMaker itself do to an endpoint: maintenance, autoscaling, somebody
else's hands. Each acts under the account's lock.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.variant import float32


class Mishaps:
    """Faults that are not the end of one of our updates; each takes effect at once."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def system_update(self, name: str, seconds: float) -> None:
        """Put the endpoint into SystemUpdating for `seconds`; updates and deletion are refused
        meanwhile.
        """
        with self._fleet.lock:
            endpoint = self._fleet.get(name)
            endpoint.refuse_unless_idle()
            self._become(endpoint, "SystemUpdating")
            self._fleet.later(endpoint, seconds, lambda: self._become(endpoint, "InService"))

    def fail(self, name: str, status: str = "Failed", reason: str = "Endpoint failed.") -> None:
        """Put the endpoint into a failed status: Failed, UpdateRollbackFailed or OutOfService."""
        with self._fleet.lock:
            endpoint = self._fleet.get(name)
            endpoint.fail(status, reason, self._fleet.clock.now())
            self._fleet.tell(endpoint)

    def foreign_weights(self, name: str, weights: Mapping[str, float]) -> None:
        """Let somebody else's weights serve, asked and settled."""
        self._edit(
            name, {variant: ("weight", float32(weight)) for variant, weight in weights.items()}
        )

    def scale(self, name: str, variant: str, count: int) -> None:
        """Let autoscaling set a variant's instance count; weights are untouched."""
        self._edit(name, {variant: ("count", count)})

    def foreign_config(self, name: str, config_name: str) -> None:
        """Let the endpoint run another configuration with the same variants."""
        with self._fleet.lock:
            endpoint = self._fleet.get(name)
            endpoint.config_name = config_name
            endpoint.config = self._fleet.config_of(config_name)
            self._fleet.tell(endpoint)

    def lose_variant(self, name: str, variant: str) -> None:
        """Take one variant out of the endpoint."""
        with self._fleet.lock:
            endpoint = self._fleet.get(name)
            endpoint.variants = tuple(kept for kept in endpoint.variants if kept.name != variant)
            self._fleet.tell(endpoint)

    def _become(self, endpoint: Endpoint, status: str) -> None:
        endpoint.become(status, self._fleet.clock.now())
        self._fleet.tell(endpoint)

    def _edit(self, name: str, changes: Mapping[str, tuple[str, float]]) -> None:
        with self._fleet.lock:
            endpoint = self._fleet.get(name)
            edited = []
            for variant in endpoint.variants:
                what, value = changes.get(variant.name, ("", 0.0))
                if what:
                    both: dict[str, Any] = {f"current_{what}": value, f"desired_{what}": value}
                    edited.append(replace(variant, **both))
                else:
                    edited.append(variant)
            endpoint.variants = tuple(edited)
            endpoint.modified = self._fleet.clock.now()
            self._fleet.tell(endpoint)
