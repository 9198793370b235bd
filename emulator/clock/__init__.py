"""Emulated time: one clock for the account, and the signals it raises inside those who wait."""

from emulator.clock.clock import Clock
from emulator.clock.worker import ClockClosed, DeadlinePassed, Scheduled, Stuck

__all__ = ["Clock", "ClockClosed", "DeadlinePassed", "Scheduled", "Stuck"]
