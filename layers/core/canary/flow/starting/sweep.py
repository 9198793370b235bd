"""Starts what no event started: every quarter of an hour whatever is tagged with a spec is looked
at as if AWS had told of it.

A start has the key that its event would have given it, so what was started is not started again. A
tag does not say since when it is there; a package counts when it was changed at most an hour before
its group was first looked at, so that one that was approved, and perhaps deployed, long before
anybody tagged its group is left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from canary.domain.errors import CanaryError
from canary.flow.starting.starter import Starter

if TYPE_CHECKING:  # a cold start needs no protocols
    from canary.ports.starting import Packages, Starts, Tagged

COUNTS_BEFORE = timedelta(hours=1)
"""The first looks may have failed."""
OF_GROUP = ":model-package-group/"


@dataclass(frozen=True)
class Looked:
    """What was done of each ARN, for the log, and what kept one from being looked at."""

    done: Mapping[str, str]
    failed: CanaryError | None


class Sweep:
    """Looks at everything that is tagged, by way of the starter."""

    def __init__(
        self, starter: Starter, tagged: "Tagged", packages: "Packages", starts: "Starts"
    ) -> None:
        """Take who starts, where tags and packages are read, and what is kept of groups."""
        self.starter = starter
        self._tagged = tagged
        self._packages = packages
        self._starts = starts

    def go_round(self, now: datetime) -> Looked:
        """Look at each; one that fails keeps none of the others from it."""
        done: dict[str, str] = {}
        failed: CanaryError | None = None
        for arn in self._tagged.tagged():
            try:
                done[arn] = self._look_at(arn, now)
            except CanaryError as error:
                done[arn], failed = f"not looked at: {error}", failed or error
        return Looked(done, failed)

    def _look_at(self, arn: str, now: datetime) -> str:
        name = arn.rsplit("/", 1)[-1]
        if OF_GROUP not in arn:
            return self.starter.variant(name, now)
        return self._of_group(name, now)

    def _of_group(self, name: str, now: datetime) -> str:
        since = self._starts.watched_since(name, now)
        package = self._packages.newest_approved(name)
        if package is None:
            return "no approved package"
        if self._starts.has_begun(package):
            return f"{package} was started before"
        if self._packages.changed_at(package) < since - COUNTS_BEFORE:
            return f"{package} was approved before its group was looked at"
        return self.starter.package(package, now)
