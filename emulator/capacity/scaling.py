"""Application Auto Scaling for endpoint variants: bounds, target tracking, cooldowns. No moto here.

A registration brings a capacity that lies outside its bounds inside them; a policy does so whenever
it acts, and never leaves them. Target tracking adds instances when three minutes in a row were
above the target, and takes some away when fifteen were well below it; a minute without a point is
neither, so that a variant nobody calls stays as it is. An endpoint that is busy is tried again a
minute later.

Sources: Application Auto Scaling user guide, "Concepts" and "Target tracking scaling policies";
RegisterScalableTarget; SageMaker developer guide, "Prerequisites for autoscaling".
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from emulator.endpoints.errors import EndpointRefusal, LimitExceeded
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.variant import Variant

HIGH_MINUTES, LOW_MINUTES, LOW_FRACTION = 3, 15, 0.9
COOLDOWN_SECONDS = 300  # what a SageMaker variant's policy waits unless it says otherwise
Reading = Callable[[str, str, int], float | None]
"""From endpoint, variant and minute to its InvocationsPerInstance, None without a point."""


@dataclass(frozen=True)
class ScalableTarget:
    """One variant's bounds; `out_off` and `in_off` say what is suspended."""

    endpoint: str
    variant: str
    least: int
    most: int
    in_off: bool = False
    out_off: bool = False

    def inside(self, count: int) -> int:
        """Return the count nearest to this one within the bounds."""
        return max(self.least, min(self.most, count))


@dataclass(frozen=True)
class TrackingPolicy:
    """Keep InvocationsPerInstance near `target` a minute; cooldowns in seconds."""

    name: str
    endpoint: str
    variant: str
    target: float
    out_cooldown: float = COOLDOWN_SECONDS
    in_cooldown: float = COOLDOWN_SECONDS
    scale_in: bool = True


@dataclass(frozen=True)
class Activity:
    """One thing it did, as DescribeScalingActivities would tell."""

    at: datetime
    endpoint: str
    variant: str
    count: int
    cause: str


@dataclass
class Scaling:
    """Keeps scalable targets within their bounds and follows their policies."""

    fleet: Fleet
    reading: Reading
    targets: dict[tuple[str, str], ScalableTarget] = field(default_factory=dict)
    policies: dict[tuple[str, str, str], TrackingPolicy] = field(default_factory=dict)
    activities: list[Activity] = field(default_factory=list)
    _due: dict[tuple[str, str], str] = field(default_factory=dict)
    _acted: dict[tuple[str, str, bool], datetime] = field(default_factory=dict)

    def register(self, target: ScalableTarget) -> None:
        """Take a new or changed target; a capacity outside its bounds is brought inside."""
        key = (target.endpoint, target.variant)
        self.targets[key] = target
        self._bring_inside(target, self._why_outside(target))

    def deregister(self, endpoint: str, variant: str) -> None:
        """Forget a target and its policies."""
        self.targets.pop((endpoint, variant), None)
        self._due.pop((endpoint, variant), None)
        for key in [key for key in self.policies if key[:2] == (endpoint, variant)]:
            del self.policies[key]

    def each_minute(self) -> None:
        """Do what is due: bounds that a busy endpoint could not be brought into, then policies."""
        for key, cause in list(self._due.items()):
            self._bring_inside(self.targets[key], cause)
        for policy in list(self.policies.values()):
            target = self.targets.get((policy.endpoint, policy.variant))
            variant = self._variant(policy.endpoint, policy.variant)
            if target is not None and variant is not None and variant.current_count:
                self._follow(policy, target, variant.current_count)

    def _follow(self, policy: TrackingPolicy, target: ScalableTarget, count: int) -> None:
        last = int(self.fleet.clock.now().timestamp()) // 60
        values = [
            self.reading(policy.endpoint, policy.variant, last - back)
            for back in range(1, LOW_MINUTES + 1)
        ]
        high = [value for value in values[:HIGH_MINUTES] if value is not None]
        low = [value for value in values if value is not None]
        if len(high) == HIGH_MINUTES and min(high) > policy.target and not target.out_off:
            wanted = math.ceil(count * high[0] / policy.target)
            self._go(policy, target, max(count, wanted), policy.out_cooldown, out=True)
        elif (
            policy.scale_in
            and not target.in_off
            and len(low) == LOW_MINUTES
            and max(low) < LOW_FRACTION * policy.target
        ):
            wanted = math.ceil(count * max(low) / policy.target)
            self._go(policy, target, min(count, wanted), policy.in_cooldown, out=False)

    def _go(
        self,
        policy: TrackingPolicy,
        target: ScalableTarget,
        wanted: int,
        cooldown: float,
        *,
        out: bool,
    ) -> None:
        now = self.fleet.clock.now()
        key = (policy.endpoint, policy.variant)
        acted = self._acted.get((*key, out))
        if acted is not None and now - acted < timedelta(seconds=cooldown):
            return
        cause = f"monitor alarm of {policy.name} in state ALARM triggered policy {policy.name}"
        if self._ask(target, target.inside(wanted), cause):
            self._acted[*key, out] = now

    def _why_outside(self, target: ScalableTarget) -> str:
        variant = self._variant(target.endpoint, target.variant)
        count = (variant.desired_count or 0) if variant else 0
        if count < target.least:
            return f"minimum capacity was set to {target.least}"
        return f"maximum capacity was set to {target.most}"

    def _bring_inside(self, target: ScalableTarget, cause: str) -> None:
        key = (target.endpoint, target.variant)
        self._due.pop(key, None)
        variant = self._variant(*key)
        if variant is None or variant.desired_count is None:
            return
        wanted = target.inside(variant.desired_count)
        if wanted != variant.desired_count and not self._ask(target, wanted, cause):
            self._due[key] = cause

    def _ask(self, target: ScalableTarget, count: int, cause: str) -> bool:
        """Return whether the endpoint took the count; one that it has already needs no asking."""
        variant = self._variant(target.endpoint, target.variant)
        if variant is None or variant.desired_count == count:
            return True
        change = {"VariantName": target.variant, "DesiredInstanceCount": count}
        try:
            self.fleet.update_weights(target.endpoint, [change])
        except LimitExceeded:
            return True  # a failed activity: it is not repeated before somebody asks again
        except EndpointRefusal:
            return False
        now = self.fleet.clock.now()
        self.activities.append(Activity(now, target.endpoint, target.variant, count, cause))
        return True

    def _variant(self, endpoint: str, name: str) -> Variant | None:
        found = self.fleet.endpoints.get(endpoint)
        return found.variant(name) if found is not None else None
