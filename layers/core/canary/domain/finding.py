"""What one guard's evidence says: missing data and uncertainty are findings, never errors."""

from typing import Literal

from canary.domain.model import Frozen

FindingLabel = Literal["PASS", "FAIL", "INCONCLUSIVE", "NO_DATA"]


class Finding(Frozen):
    """What one guard's evidence says, with a reason a person can read."""

    guard: str
    label: FindingLabel
    reason: str
