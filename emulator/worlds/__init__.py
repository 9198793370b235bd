"""Worlds to roll out in: real data, models trained when asked for, and faults that only live
traffic shows.
"""

from emulator.worlds.candidates import candidates
from emulator.worlds.digits import DigitsWorld, digits_world
from emulator.worlds.faults import BreaksAtLoad, FailsOnLive, SlowUnderLoad

__all__ = [
    "BreaksAtLoad",
    "DigitsWorld",
    "FailsOnLive",
    "SlowUnderLoad",
    "candidates",
    "digits_world",
]
