"""Where rollouts are kept. Every write is conditional; a lost race is repeated from a fresh
read.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from canary.domain.rollout.record import Record

Past = Literal["LAST", "PROMOTED"]


class Rollouts(Protocol):
    """Records and leases."""

    def create(self, record: Record) -> Record:
        """Store a new record with its lease; return the stored one when this holder created it
        before.

        Raises Refused when another rollout holds the endpoint.
        """

    def load(self, rollout: str) -> Record:
        """Return the newest record (consistent read). Raises Refused when there is none."""

    def change(self, rollout: str, transition: Callable[[Record], Record]) -> Record:
        """Apply a pure transition and return the stored result; the lease goes with a record that
        lets go of it, and comes back with one that takes it up again.

        Raises Conflict where another rollout holds the endpoint by then.
        """

    def holding(self, endpoint: str) -> str | None:
        """Return the rollout that holds an endpoint's lease."""

    def past(self, endpoint: str, which: Past) -> str | None:
        """Return the rollout that let go of an endpoint last, or was promoted on it last; None
        where none is known.
        """

    def listed(self) -> Sequence[str]:
        """Return the rollouts a tick must visit: not ended, with something left to tell, or
        UNPROVEN.
        """
