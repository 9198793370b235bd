"""The nine candidates of the demonstration: what each is, and the traffic at which its fault
shows.
"""

from collections.abc import Mapping

from demo.worlds.classifier import as_ten_bits, beyond_white
from demo.worlds.digits import DigitsWorld
from demo.worlds.faults import BreaksAtLoad, FailsOnLive, SeesOtherwise, SlowUnderLoad
from emulator.endpoints.serving.models import Model

# Fractions of the endpoint's traffic one instance of the candidate can take.
SLOW_BEYOND, BREAKS_BEYOND, SMALL_BEYOND = 0.53, 0.8, 0.4


def candidates(world: DigitsWorld, requests_per_minute: float, seed: int) -> Mapping[str, Model]:
    """Return a candidate model by scenario name, for an endpoint with this much traffic and one
    instance a variant.

    healthy, incident, hands-off: better than the baseline. wrong: worse on the labelled set.
    failing: validates pixels against the old scanner's range, so it fails on the new scanner's
    rows. slow: fine up to about half of the traffic. late: fails a fifth of the requests when it
    gets them all.
    capacity: better too, on instances of which one carries two fifths of the traffic. misread:
    takes the new scanner's pixels for ten bits, so it sees its images a quarter as bright
    and answers them, often wrongly.
    """
    rate = requests_per_minute / 60
    return {
        "healthy": world.good,
        "wrong": world.worse,
        "failing": FailsOnLive(world.good, beyond_white, "ValueError: pixel out of range 0-16"),
        "slow": SlowUnderLoad(world.good, SLOW_BEYOND * rate),
        "late": BreaksAtLoad(world.good, BREAKS_BEYOND * rate, seed),
        "incident": world.good,
        "hands-off": world.good,
        "misread": SeesOtherwise(world.good, as_ten_bits),
        "capacity": SlowUnderLoad(world.good, SMALL_BEYOND * rate),
    }


def baseline_of(world: DigitsWorld, scenario: str, requests_per_minute: float) -> Model:
    """Return the model that serves before a scenario, on instances like its candidate's."""
    if scenario != "capacity":
        return world.baseline
    return SlowUnderLoad(world.baseline, SMALL_BEYOND * requests_per_minute / 60)
