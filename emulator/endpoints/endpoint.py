"""One endpoint and the life of its status. No clock and no randomness: every transition is told
when it happens.

Creating -> InService | Failed InService -> Updating -> InService | Failed | RollingBack ->
InService (old weights) | UpdateRollbackFailed InService -> SystemUpdating -> InService anything
that is not transitional -> Deleting
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.endpoints.errors import EndpointRefusal
from emulator.endpoints.variant import Variant

MOST_VARIANTS = 10
TRANSITIONAL = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
SERVING = frozenset(
    {"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"}
)
Setup = tuple[str, tuple[Variant, ...]]  # endpoint configuration name, variants
ROLLED_BACK = (
    "The update could not be carried out; the endpoint went back to its previous "
    "weights and capacity."
)


@dataclass
class Endpoint:
    """The state one DescribeEndpoint shows; `before` and `target` are what an update leaves and
    wants, `deployment` how the last one was to be made, `shortage` why it gets no instances.
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
    shortage: str | None = None

    @property
    def serving(self) -> bool:
        """Return whether requests are answered: updates and rollbacks do not interrupt service."""
        return self.status in SERVING

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
        self._begin((self.config_name, asked), when)
        self.variants = asked

    def begin_config(self, config_name: str, variants: tuple[Variant, ...], when: datetime) -> None:
        """Move to another endpoint configuration; its variants are shown and serve once the update
        settles.
        """
        self.refuse_unless_idle()
        self._begin((config_name, variants), when)

    def settle(self, when: datetime) -> None:
        """End a creation or an update well: what was asked serves."""
        config_name, variants = self.target or (self.config_name, self.variants)
        self.config_name, self.variants = (
            config_name,
            tuple(variant.settled() for variant in variants),
        )
        self._become("InService", when)

    def roll_back(self, when: datetime) -> None:
        """Start going back to what served before the update."""
        self._become("RollingBack", when)

    def finish_roll_back(self, when: datetime) -> None:
        """End a rollback: InService at the old weights, with a reason standing on it."""
        self.config_name, self.variants = self.before or (self.config_name, self.variants)
        self._become("InService", when, self.shortage or ROLLED_BACK)

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
        if self.status != "Updating" or self.target is None or self.target[0] == self.config_name:
            return None
        summary = [variant.summary() for variant in self.target[1]]
        return {
            "EndpointConfigName": self.target[0],
            "ProductionVariants": summary or None,
            "StartTime": self.modified,
        }

    def _begin(self, target: Setup, when: datetime) -> None:
        self.before, self.target = (self.config_name, self.variants), target
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
