"""One planted defect: what makes the product fall into a trap, and where the trap's test must
notice it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Defect:
    """A defect of the product, there for as long as what `plant` returns is entered.

    trap: the trap's test without `test_`. noticed_at: words of the line that fails with the defect
    planted, so that a test that breaks elsewhere proves nothing.
    """

    trap: str
    what: str
    plant: Callable[[], AbstractContextManager[Any]]
    noticed_at: str
