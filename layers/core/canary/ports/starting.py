"""What a hands-off start reads and keeps.

Every method may raise AwsUnavailable (try again) or AwsDenied (permanent).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from canary.domain.hands_off import Start


class SpecTags(Protocol):
    """Reads which spec an endpoint or a group of packages is tagged with."""

    def spec_of(self, arn: str) -> str | None:
        """Return the address in the tag; None without one."""


class Tagged(Protocol):
    """Lists what is tagged with a spec."""

    def tagged(self) -> Sequence[str]:
        """Return the ARNs of the endpoints and groups that carry the tag, in their order."""


class Packages(Protocol):
    """Reads what is approved in a group."""

    def newest_approved(self, group: str) -> str | None:
        """Return the ARN of a group's latest version that is approved; None without one."""

    def changed_at(self, package: str) -> datetime:
        """Return when a package was last changed, as an approval changes it."""


class Specs(Protocol):
    """Reads specs."""

    def read(self, uri: str) -> bytes:
        """Return an object's bytes. Raises Refused where there is none that may be read."""


class Starts(Protocol):
    """Keeps what was started by itself, and what waits to be."""

    def keep(self, start: Start) -> Start:
        """Store a start unless its key is known; return the stored one, whoever's it is."""

    def begun(self, start: Start) -> None:
        """Note that Step Functions has taken it."""

    def has_begun(self, key: str) -> bool:
        """Return whether a start of this key was taken before."""

    def newest(self, group: str, version: int) -> bool:
        """Return whether no later version of the group was heard of before; it is noted."""

    def watched_since(self, group: str, now: datetime) -> datetime:
        """Return when a group was first looked at; that is now where it never was, and noted."""

    def wait(self, endpoint: str, package: str) -> None:
        """Let a package wait for the end of the endpoint's rollout, in place of an earlier one."""

    def waiting(self, endpoint: str) -> str | None:
        """Return the package that waits for the endpoint."""

    def waited(self, endpoint: str) -> None:
        """Let no package wait any more."""

    def was_told(self, notice: str) -> bool:
        """Return whether a notice went out before."""

    def told(self, notice: str, minute: int) -> None:
        """Note that a notice went out."""
