"""One endpoint and the life of its status. No clock and no randomness: every transition is told
when it happens.

Creating -> InService | Failed InService -> Updating -> InService | Failed | RollingBack ->
InService (old weights) | UpdateRollbackFailed InService -> SystemUpdating -> InService anything
that is not transitional -> Deleting
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from emulator.endpoints.configuration.shown import shown
from emulator.endpoints.errors import EndpointRefusal
from emulator.endpoints.variant import Variant

MOST_VARIANTS = 10
TRANSITIONAL = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
SERVING = frozenset(
    {"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"}
)
ROLLED_BACK = (
    "The update could not be carried out; the endpoint went back to its previous "
    "weights and capacity."
)


@dataclass(frozen=True)
class Setup:
    """What an endpoint runs: a configuration by name and as it was when it was deployed, and the
    variants made of it.
    """

    config_name: str
    variants: tuple[Variant, ...]
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Endpoint:
    """The state one DescribeEndpoint shows; `before` and `target` are what an update leaves and
    wants, `deployment` how the last one was to be made, `trouble` why the one under way must fail.
    """

    name: str
    arn: str
    config_name: str
    variants: tuple[Variant, ...]
    created: datetime
    modified: datetime
    status: str = "Creating"
    failure_reason: str | None = None
    before: Setup | None = None
    target: Setup | None = None
    deployment: Mapping[str, Any] | None = None
    trouble: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def serving(self) -> bool:
        """Return whether requests are answered: updates and rollbacks do not interrupt service."""
        return self.status in SERVING

    @property
    def building(self) -> tuple[Variant, ...]:
        """Return the fleets that a deployment under way builds beside those that serve."""
        if self.status not in {"Updating", "RollingBack"} or self.target is None:
            return ()
        return () if self.target.config_name == self.config_name else self.target.variants

    def variant(self, name: str) -> Variant | None:
        """Return the variant of that name, None when there is none."""
        return next((variant for variant in self.variants if variant.name == name), None)

    def describe(self) -> dict[str, Any]:
        """Return DescribeEndpoint's answer."""
        answer = {
            "EndpointName": self.name,
            "EndpointArn": self.arn,
            "EndpointConfigName": self.config_name,
            "ProductionVariants": [variant.summary() for variant in self.variants] or None,
            "EndpointStatus": self.status,
            "FailureReason": self.failure_reason,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "LastDeploymentConfig": self.deployment,
            "PendingDeploymentSummary": self._pending(),
            **shown(self.config),
        }
        return {key: value for key, value in answer.items() if value is not None}

    def refuse_unless_idle(self) -> None:
        """Raise EndpointRefusal in SageMaker's own words while a change is under way or the
        endpoint has failed.
        """
        if self.status in TRANSITIONAL:
            raise EndpointRefusal(f'Cannot update in-progress endpoint "{self.arn}".')
        if self.status != "InService":
            raise EndpointRefusal(
                f'Cannot update endpoint "{self.arn}" with status "{self.status}".'
            )

    def begin_weights(self, changes: Sequence[Mapping[str, Any]], when: datetime) -> None:
        """Ask for weights and counts, what is not named kept. Raises EndpointRefusal; then nothing
        changed.
        """
        self._refuse_unknown(changes)
        self.refuse_unless_idle()
        named = {change["VariantName"]: change for change in changes}
        asked = tuple(v.asked(named[v.name]) if v.name in named else v for v in self.variants)
        self._begin(Setup(self.config_name, asked, self.config), when)
        self.variants = asked

    def refuse_config(self, name: str) -> None:
        """Raise EndpointRefusal where the endpoint cannot move to a configuration of this name."""
        self.refuse_unless_idle()
        if name == self.config_name:
            raise EndpointRefusal(
                "Cannot update endpoint with the currently in use endpoint configuration."
            )

    def begin_config(self, wanted: Setup, when: datetime) -> None:
        """Move to another endpoint configuration; its variants are shown and serve once the update
        settles.
        """
        self._begin(wanted, when)

    def settle(self, when: datetime) -> None:
        """End a creation or an update well: what was asked serves, a fleet built for it cold."""
        new = self.building if self.status != "Creating" else self.variants
        target = self.target or self._setup()
        started = tuple(
            replace(variant.settled(), started=when) if new else variant.settled()
            for variant in target.variants
        )
        self._take(replace(target, variants=started))
        self._become("InService", when)

    def roll_back(self, when: datetime) -> None:
        """Start going back to what served before the update."""
        self._become("RollingBack", when)

    def finish_roll_back(self, when: datetime) -> None:
        """End a rollback: InService as before the update, with a reason standing on it."""
        self._take(self.before or self._setup())
        self._become("InService", when, self.trouble or ROLLED_BACK)

    def fail(self, status: str, reason: str, when: datetime) -> None:
        """End in a failed status (Failed, UpdateRollbackFailed) or any other that `reason`
        explains.
        """
        self._become(status, when, reason)

    def become(self, status: str, when: datetime) -> None:
        """Take a status that changes nothing else: SystemUpdating, Deleting."""
        self._become(status, when)

    def _pending(self) -> dict[str, Any] | None:
        """Return the deployment under way; moving weights is none."""
        if self.status != "Updating" or self.target is None or not self.building:
            return None
        return {
            "EndpointConfigName": self.target.config_name,
            "ProductionVariants": [one.pending(self.modified) for one in self.building],
            "StartTime": self.modified,
        }

    def _setup(self) -> Setup:
        return Setup(self.config_name, self.variants, self.config)

    def _take(self, setup: Setup) -> None:
        self.config_name, self.variants, self.config = (
            setup.config_name,
            setup.variants,
            setup.config,
        )

    def _begin(self, target: Setup, when: datetime) -> None:
        self.before, self.target = self._setup(), target
        self._become("Updating", when)

    def _become(self, status: str, when: datetime, reason: str | None = None) -> None:
        self.status, self.modified, self.failure_reason = status, when, reason

    def _refuse_unknown(self, changes: Sequence[Mapping[str, Any]]) -> None:
        seen: set[str] = set()
        for change in changes:
            name = change["VariantName"]
            if name in seen:
                raise EndpointRefusal(
                    f'The variant name "{name}" was non-unique within the request.'
                )
            if self.variant(name) is None:
                raise EndpointRefusal(
                    f'The variant name(s) "{name}" is/are not present within endpoint '
                    "configuration "
                    f'"{self.config_name}".'
                )
            seen.add(name)
