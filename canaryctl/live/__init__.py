"""Rollouts while they run: one line each, the same for the demonstration and for a deployed
stack.
"""

from canaryctl.live.row import LiveRow, row_of
from canaryctl.live.screen import Screen

__all__ = ["LiveRow", "Screen", "row_of"]
