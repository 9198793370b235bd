"""When each step of a plan served."""

from canary.domain.model import Frozen


class BakeInterval(Frozen):
    """Minutes in which a step served: from REACHED until the next move was claimed (None: still
    serving).
    """

    step: int
    reached_minute: int
    left_minute: int | None = None
