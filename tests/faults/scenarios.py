"""The rollouts that are broken: each ends in one known way when nothing is broken."""

from __future__ import annotations

from canary.domain.rollout.phase import Phase
from tests.faults.base import LABELLED_ABOVE, MeanModel, set_alarm
from tests.faults.scenario import BAD, Scenario, order
from tests.faults.scenarios_in_line import IN_LINE
from tests.faults.scenarios_of_people import PEOPLE
from tests.faults.scenarios_of_starts import BY_THEMSELVES
from tests.faults.world import ROLLOUT_NAME, World
from tests.integration.stage import ENDPOINT


def _ring(world: World) -> None:
    world.once(
        lambda: world.observer.phase == "BAKING 1", lambda: set_alarm(world.stage, threshold=-1), 30
    )


def _stop(world: World) -> None:
    world.once(lambda: world.observer.phase == "BAKING 1", lambda: stop(world, ROLLOUT_NAME), 30)


def stop(world: World, name: str) -> None:
    """Stop an execution as a person would."""
    world.observer.note(f"a person stops {name}")
    world.emulator.states.stop(world.executions()[name], "Stopped", "stopped by hand")


def _steer(world: World) -> None:
    def at_first_step() -> None:
        order(world, "pause", minutes=10)
        world.later(70, lambda: order(world, "resume"))
        world.later(140, lambda: order(world, "promote"))

    world.once(lambda: world.observer.phase == "BAKING 1", at_first_step, 20)
    world.once(
        lambda: world.observer.phase == "WATCHING",
        lambda: order(world, "rollback"),
        20,
    )


def _release(world: World) -> None:
    world.once(
        lambda: world.observer.phase == "BAKING 1",
        lambda: order(world, "release"),
        20,
    )


def _regret(world: World) -> None:
    world.once(
        lambda: world.observer.phase == "PROMOTED",
        lambda: order(world, "rollback"),
        20,
    )


def _few(world: World) -> None:
    """Let the canary have one instance, and autoscaling the baseline."""
    world.emulator.endpoints.mishaps.scale(ENDPOINT, "v2", 1)
    world.stage.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId=f"endpoint/{ENDPOINT}/variant/v1",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=1,
        MaxCapacity=4,
    )


def _raised_and_back(world: World) -> None:
    _few(world)
    world.once(
        lambda: world.observer.phase == "WATCHING",
        lambda: order(world, "rollback"),
        20,
    )


def _short(world: World) -> None:
    """Let there be no quota for more instances until a person raises it and promotes."""
    _few(world)
    limits = world.emulator.endpoints.limits
    limits.quota["ml.m5.large"] = 3

    def repair() -> None:
        limits.quota.clear()
        order(world, "promote")

    world.once(lambda: _is_short(world), repair, 40)


def _is_short(world: World) -> bool:
    record = world.observer.record
    return record is not None and record.capacity is not None and bool(record.capacity.missing)


BUILT = {"model": "model-v2", "variant": "v3"}
CONTROLLED = {
    "canary": {**BUILT, "count": 1},
    "control": "v4",
    "steps": [
        {"share": 0.5, "bake_minutes": {"min": 1, "max": 20}},
        {"share": 1.0, "bake_minutes": {"min": 1, "max": 20}},
    ],
}
"""Half of the traffic needs one more instance of each than they are built with."""
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("promoted", Phase.PROMOTED),
        Scenario("failing", Phase.ROLLED_BACK, canary=MeanModel(LABELLED_ABOVE), never=BAD),
        Scenario("wrong", Phase.ROLLED_BACK, canary=MeanModel(wrong=True), never=BAD),
        Scenario("alarm", Phase.ROLLED_BACK, play=_ring, never=BAD),
        Scenario("stopped", Phase.ROLLED_BACK, play=_stop),
        Scenario("steered", Phase.ROLLED_BACK, play=_steer),
        Scenario("regretted", Phase.ROLLED_BACK, play=_regret),
        Scenario("raised", Phase.PROMOTED, play=_few),
        Scenario("raised-and-back", Phase.ROLLED_BACK, play=_raised_and_back),
        Scenario("short", Phase.PROMOTED, play=_short),
        Scenario("built", Phase.PROMOTED, spec={"canary": BUILT}),
        Scenario("retired", Phase.PROMOTED, spec={"canary": BUILT, "after": "retire"}),
        Scenario(
            "taken-off",
            Phase.ROLLED_BACK,
            canary=MeanModel(LABELLED_ABOVE),
            spec={"canary": BUILT},
            never=BAD,
        ),
        Scenario("controlled", Phase.PROMOTED, spec=CONTROLLED),
        Scenario("controlled-and-regretted", Phase.ROLLED_BACK, spec=CONTROLLED, play=_regret),
        Scenario(
            "controlled-and-back",
            Phase.ROLLED_BACK,
            canary=MeanModel(LABELLED_ABOVE),
            spec=CONTROLLED,
            never=BAD,
        ),
        Scenario(
            "released",
            Phase.HANDED_OVER,
            play=_release,
            expects=frozenset({Phase.HANDED_OVER, Phase.ROLLED_BACK, Phase.PROMOTED}),
        ),
        *PEOPLE,
        *BY_THEMSELVES,
        *IN_LINE,
    )
}
