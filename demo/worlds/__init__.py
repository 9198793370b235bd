"""Worlds to roll out in: real data, models trained when asked for, and faults that only live
traffic shows.
"""

from demo.worlds.candidates import candidates
from demo.worlds.digits import DigitsWorld, digits_world
from demo.worlds.faults import BreaksAtLoad, FailsOnLive, SeesOtherwise, SlowUnderLoad

__all__ = [
    "BreaksAtLoad",
    "DigitsWorld",
    "FailsOnLive",
    "SeesOtherwise",
    "SlowUnderLoad",
    "candidates",
    "digits_world",
]
