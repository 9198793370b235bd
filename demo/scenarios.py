"""The nine scenarios as data: the spec a user would write, what goes wrong in the world, and how
it has to end.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canary.domain.rollout.phase import Phase

SPECS = Path(__file__).parent / "specs"
BASELINE, CANARY = "current", "candidate"


@dataclass(frozen=True)
class SharedOutage:
    """Both variants fail alike: begins `after_minutes` once the canary has this share, lasts
    `minutes`.
    """

    at_share: float
    after_minutes: int
    minutes: int
    error_rate: float


@dataclass(frozen=True)
class Ending:
    """How a scenario has to end: the phase, the last share the canary was brought to before it,
    and the instances it has then.
    """

    phase: Phase
    at_share: float
    canary_instances: int = 1


@dataclass(frozen=True)
class Scenario:
    """One rollout. `shows` says what is wrong with the canary, `lesson` what its end shows, both
    for a newcomer.
    """

    name: str
    shows: str
    lesson: str
    ending: Ending
    outage: SharedOutage | None = None
    baseline_instances: int = 1
    hands_off: bool = False
    """Nobody starts it: a package is approved. Its candidate is no variant before."""
    also: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the spec besides those of its file."""

    @property
    def spec(self) -> dict[str, Any]:
        """Return the spec as a user would write it."""
        document: dict[str, Any] = json.loads(
            (SPECS / f"{self.name}.json").read_text(encoding="utf-8")
        )
        return {**document, **self.also}

    @property
    def endpoint(self) -> str:
        """Return the endpoint it runs on."""
        return f"digits-{self.name}"


SCENARIOS = (
    Scenario(
        "healthy",
        "A better model.",
        "It earned every step: 5, 25, 50 and 100% of traffic, each on evidence.",
        Ending(Phase.PROMOTED, 1.0),
    ),
    Scenario(
        "wrong",
        "A model that reads digits worse than the one in service.",
        (
            "The labelled set gave it away: it was stopped while its share was still 0, before it "
            "met a user."
        ),
        Ending(Phase.ROLLED_BACK, 0.0),
    ),
    Scenario(
        "failing",
        (
            "As good on the labelled set, but it refuses images of the new scanner, which only "
            "live traffic has."
        ),
        "The first live step, 5% of traffic, showed the errors and it was taken back.",
        Ending(Phase.ROLLED_BACK, 0.05),
    ),
    Scenario(
        "slow",
        "As good, and as fast until it gets half of the traffic.",
        "Only load could show it, so every step is judged afresh: taken back at 50%.",
        Ending(Phase.ROLLED_BACK, 0.5),
    ),
    Scenario(
        "late",
        "Fine up to 50%, but it cannot carry all traffic alone. No alarm in its spec.",
        (
            "With no baseline left to compare with, the watch after 100% still saw it and took it "
            "back."
        ),
        Ending(Phase.ROLLED_BACK, 1.0),
    ),
    Scenario(
        "incident",
        "A better model, and an outage of some minutes that hits both variants alike.",
        "Both variants suffered alike, so the canary was not blamed: it was promoted all the same.",
        Ending(Phase.PROMOTED, 1.0),
        SharedOutage(at_share=0.25, after_minutes=3, minutes=5, error_rate=0.4),
    ),
    Scenario(
        "misread",
        (
            "As good on the labelled set, no error more and as fast, but it misreads images of the "
            "new scanner, and clerks have to correct it."
        ),
        (
            "The count of corrections that the application itself publishes took it back, from 5% "
            "of traffic; no metric of the endpoint could have."
        ),
        Ending(Phase.ROLLED_BACK, 0.05),
    ),
    Scenario(
        "capacity",
        "A better model on one instance, behind a baseline that needs four.",
        (
            "It was given instances before each share, two for 25%, three for 50% and four for "
            "all of it: on one it would have been slow at 50%, and been taken back for it."
        ),
        Ending(Phase.PROMOTED, 1.0, canary_instances=4),
        baseline_instances=4,
    ),
    Scenario(
        "hands-off",
        "A better model in the registry. Its package is approved, and nobody types anything.",
        (
            "Its variant was built, rolled out on evidence, and the loser retired: the winner "
            "serves alone."
        ),
        Ending(Phase.PROMOTED, 1.0),
        hands_off=True,
    ),
)


def chosen(name: str | None) -> tuple[Scenario, ...]:
    """Return the scenario of this name, or all of them."""
    return tuple(scenario for scenario in SCENARIOS if name in {None, scenario.name})
