"""What happens to the endpoint and around it: bad and slow updates, other people's hands, a
redeploy, a wrong clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from canary import wiring
from canary.domain.rollout.phase import Phase
from demo.account import deploy
from emulator.endpoints.timing import UpdateEnd
from emulator.functions.fleet import Proceed
from tests.faults.base import ALARM, SPEC, set_alarm
from tests.faults.world import World
from tests.integration.stage import ENDPOINT

Act = Callable[[World], object]
MINE = frozenset({Phase.HANDED_OVER})


@dataclass(frozen=True)
class Mishap:
    """Something done to the world a little after a moment; `ends` are the ends it may lead to
    besides.

    `moment`: a phase first reached; `ADVANCE to step 1` between that verdict and its shift; START
    for the very start. `foreign`: somebody else changed the endpoint, and nothing of theirs may be
    overwritten from then on. `lifted`: what a person repairs when the run cannot end by itself.
    """

    name: str
    moment: str
    act: Act
    seconds: float = 5.0
    ends: frozenset[Phase] = frozenset()
    permanent: bool = False
    foreign: bool = False
    lifted: Act | None = field(default=None, compare=False)
    waits_for: None = None

    def __str__(self) -> str:
        """Return the mishap as people read it."""
        return f"{self.name} {self.seconds:g} s into {self.moment}"

    def arm(self, world: World) -> None:
        """Wait for the moment."""

        def happen() -> None:
            if self.foreign and not _idle(world):
                world.later(5, happen)  # SageMaker refuses a change while another is under way
                return
            world.fire(str(self))
            if self.foreign:
                world.foreign_since = world.emulator.clock.now()
            self.act(world)

        if self.moment == "START":
            world.later(self.seconds, happen)
        world.once(lambda: self.moment in world.observer.moments, happen, self.seconds)
        if self.lifted is not None:
            lifted = self.lifted
            world.lift.append(lambda: lifted(world))


def _idle(world: World) -> bool:
    endpoint = world.emulator.endpoints.fleet.endpoints.get(ENDPOINT)
    return endpoint is None or endpoint.status == "InService"


def next_update(outcome: UpdateEnd, seconds: float | None = None) -> Act:
    """Let the next update end so."""
    return lambda world: world.emulator.endpoints.fleet.next_update(ENDPOINT, outcome, seconds)


def release(world: World) -> None:
    """Let an update that sticks end; a failed endpoint serves what it served."""
    fleet = world.emulator.endpoints.fleet
    if fleet.endpoints[ENDPOINT].status == "Updating":
        fleet.release(ENDPOINT)
    elif fleet.endpoints[ENDPOINT].status != "InService":
        fleet.endpoints[ENDPOINT].become("InService", world.emulator.clock.now())


def foreign_weights(world: World) -> None:
    """Let somebody else's weights serve."""
    world.emulator.endpoints.mishaps.foreign_weights(ENDPOINT, {"v1": 3.0, "v2": 1.0})


def foreign_config(world: World) -> None:
    """Let another configuration serve."""
    world.emulator.endpoints.mishaps.foreign_config(ENDPOINT, "config-9")


def lose_variant(world: World) -> None:
    """Take the baseline out."""
    world.emulator.endpoints.mishaps.lose_variant(ENDPOINT, "v1")


def vanish(world: World) -> None:
    """Remove the endpoint."""
    world.emulator.endpoints.fleet.vanish(ENDPOINT)


def scale(world: World) -> None:
    """Let autoscaling add instances."""
    world.emulator.endpoints.mishaps.scale(ENDPOINT, "v1", 7)


def system_update(seconds: float) -> Act:
    """Let SageMaker maintain the endpoint, as soon as it is idle."""

    def act(world: World) -> None:
        if not _idle(world):
            world.later(5, lambda: act(world))
        else:
            world.emulator.endpoints.mishaps.system_update(ENDPOINT, seconds)

    return act


def fail(status: str) -> Act:
    """Let the endpoint fail."""
    return lambda world: world.emulator.endpoints.mishaps.fail(ENDPOINT, status)


def stale_reads(world: World) -> None:
    """Let reads be stale for longer and more often than usual, but shorter than the controller's
    patience.
    """
    fleet = world.emulator.endpoints.fleet
    fleet.timing = type(fleet.timing)(stale_reads=30, stale_seconds=50.0)


def ring(world: World) -> None:
    """Let the guard alarm go into ALARM at once, and stay there."""
    set_alarm(world.stage, threshold=-1)
    world.stage.client("cloudwatch").set_alarm_state(
        AlarmName=ALARM, StateValue="ALARM", StateReason="injected"
    )


def second_start(world: World) -> None:
    """Start another rollout of the same endpoint."""
    world.execute(SPEC, "second")


def command(name: str, **fields: Any) -> Act:
    """Let a person send a command; it may be refused."""
    return lambda world: world.execute(
        {"command": name, "endpoint": ENDPOINT, **fields}, f"{name}-by-hand"
    )


def redeploy(world: World) -> None:
    """Deploy the template again."""
    deploy(world.emulator)


def redeploy_with_new_sandboxes(world: World) -> None:
    """Deploy the template again with another parameter, so that every function gets a new
    sandbox.
    """
    deploy(world.emulator, LogLevel="DEBUG")


def blind(minutes: float) -> Act:
    """Let every metric query come back with nothing for so long."""

    def act(world: World) -> None:
        trouble = world.emulator.endpoints.metric_trouble
        trouble.for_good = "InternalError"
        world.later(minutes * 60, lambda: setattr(trouble, "for_good", None))

    return act


def no_traffic(world: World) -> None:
    """Let nobody ask any more."""
    world.emulator.endpoints.detach_traffic(ENDPOINT)


def wrong_clock(function: str, seconds: float) -> Act:
    """Let one function's clock go wrong from now on."""

    def act(world: World) -> None:
        right = wiring.utc_now

        def around(name: str, _event: Any, proceed: Proceed) -> Any:
            if world.observer.work.function != function:
                return proceed()
            with patch.object(wiring, "utc_now", lambda: right() + timedelta(seconds=seconds)):
                return proceed()

        world.arounds.append(around)

    return act


def poison(world: World) -> None:
    """Add a second record to the table that nothing can read."""
    table = world.stage.outputs["TableName"]
    item = {
        "pk": {"S": "ROLLOUT#poisoned"},
        "sk": {"S": "RECORD"},
        "revision": {"N": "1"},
        "active": {"S": "yes"},
    }
    world.stage.client("dynamodb").put_item(
        TableName=table, Item={**item, "body": {"S": '{"version": 99}'}}
    )
