"""A scenario: one rollout, what happens meanwhile, and the end it has when nothing is broken.

`never` are the ends that no fault may bring about: a bad canary is never promoted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from canary.domain.rollout.phase import Phase
from tests.faults.base import SPEC, MeanModel
from tests.faults.world import ROLLOUT_NAME, World
from tests.integration.stage import ENDPOINT

Play = Callable[[World], object]
Start = Callable[[World, Mapping[str, Any]], object]
BAD = frozenset({Phase.PROMOTED})
"""What a canary that was shown worse, or that a person did not want, may never be."""


def by_hand(world: World, spec: Mapping[str, Any]) -> None:
    """Start the rollout as a person would."""
    world.execute(spec, ROLLOUT_NAME)


def order(world: World, command: str, name: str = "", **fields: Any) -> None:
    """Send a command as a person would."""
    document = {"command": command, "endpoint": ENDPOINT, **fields}
    world.execute(document, name or command)


@dataclass(frozen=True)
class Scenario:
    """One rollout: the canary, the spec, what a person does meanwhile, what starts it, and the end
    it has when all goes well; `besides` are the ends that another endpoint's rollout has then.
    """

    name: str
    ends: Phase
    canary: MeanModel = field(default_factory=MeanModel)
    spec: Mapping[str, Any] = field(default_factory=dict)
    play: Play = lambda _world: None
    never: frozenset[Phase] = frozenset()
    expects: frozenset[Phase] = frozenset({Phase.PROMOTED, Phase.ROLLED_BACK})
    besides: frozenset[Phase] = frozenset()
    start: Start = by_hand

    def begin(self, world: World) -> None:
        """Put the canary in place and start the rollout."""
        world.emulator.endpoints.register_model("model-v2", self.canary)
        self.play(world)
        self.start(world, {**SPEC, **self.spec})
