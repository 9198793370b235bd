"""Worlds to roll out in: real data, models trained when asked for, and faults that only live
traffic shows.
"""

from demo.worlds.candidates import baseline_of, candidates
from demo.worlds.digits import DigitsWorld, digits_world
from demo.worlds.faults import BreaksAtLoad, FailsOnLive, SeesOtherwise, SlowUnderLoad

__all__ = [
    "BreaksAtLoad",
    "DigitsWorld",
    "FailsOnLive",
    "SeesOtherwise",
    "SlowUnderLoad",
    "baseline_of",
    "candidates",
    "digits_world",
]
