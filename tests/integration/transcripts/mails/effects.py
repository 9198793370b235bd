"""What each command of a mail has to have done, by what it is: its exit code, and the endpoint or
the answer afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from subprocess import CompletedProcess

from canary.domain.rollout.record import Record
from emulator.sns import Message
from tests.integration.stage import ENDPOINT, Stage

SAFE = {"v1": 1.0, "v2": 0.0}
STRANGERS = {"UpdateEndpointWeightsAndCapacities", "UpdateEndpoint", "DeleteEndpoint"}


@dataclass(frozen=True)
class Typed:
    """One line that was typed: the stage, the weights and the canary's step before, how it went,
    and how it is typed again.
    """

    stage: Stage
    weights: Mapping[str, float]
    step: int
    went: CompletedProcess[str]
    again: Callable[[], CompletedProcess[str]]


def paused(one: Typed) -> None:
    """The record says until when: an hour from now."""
    until, now = newest(one.stage).paused_until, one.stage.emulator.clock.now()
    assert until is not None
    assert timedelta(minutes=50) < until - now <= timedelta(minutes=60)


def went_on(one: Typed) -> None:
    """The canary has more than before though it was paused or held, or is promoted where it had
    all.
    """

    def further() -> bool:
        record = newest(one.stage)
        return record.phase == "PROMOTED" or record.step > one.step

    assert one.stage.emulator.run_until(further, 15), newest(one.stage)


def safe(one: Typed) -> None:
    """Everything serves as it was found, and a mail says so."""
    stage = one.stage
    assert stage.emulator.run_until(
        lambda: any("ROLLED BACK" in str(m.subject) for m in mine(stage)), 15
    ), stage.subjects
    assert stage.weights == SAFE
    assert "\nSafe. " in mine(stage)[-1].message


def let_go(one: Typed) -> None:
    """The rollout has ended, the weights are as they were, another one may start."""
    stage = one.stage
    assert stage.emulator.run_until(
        lambda: any("HANDED OVER" in str(m.subject) for m in mine(stage)), 15
    ), stage.subjects
    assert stage.weights == one.weights
    assert stage.rollouts.holding(ENDPOINT) is None


def approved(one: Typed) -> None:
    """It goes to the share as soon as its evidence is enough."""
    assert one.stage.emulator.run_until(lambda: newest(one.stage).step == 2, 120), newest(one.stage)


def shown(one: Typed) -> None:
    """The weights that serve are in the answer."""
    answer = json.loads(one.went.stdout)
    found = {v["VariantName"]: v["CurrentWeight"] for v in answer["ProductionVariants"]}
    assert found == one.stage.weights


def as_found(one: Typed) -> None:
    """The weights are those that the rollout found, after an update's time."""
    one.stage.emulator.run_minutes(5)
    assert one.stage.weights == SAFE


def in_use(one: Typed) -> None:
    """The configuration that was to be in use is, and the weights are as they were."""
    stage = one.stage
    stage.emulator.run_minutes(20)
    found = stage.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    assert found["EndpointConfigName"] == f"canary-{newest(stage).rollout}-end"
    assert stage.weights == one.weights


def looked_up(one: Typed) -> None:
    """Some minutes later it names who did it, and when."""
    one.stage.emulator.run_minutes(6)
    went = one.again()
    answer = json.loads(went.stdout)
    assert "administrator" in {who for _, who in answer}, answer


def newest(stage: Stage) -> Record:
    """Return the record of the endpoint's newest rollout."""
    return stage.rollouts.every(ENDPOINT)[-1]


def mine(stage: Stage) -> list[Message]:
    """Return the messages of the endpoint, oldest first."""
    return [m for m in stage.messages if f" {ENDPOINT}: " in str(m.subject)]


ORDERS: Mapping[str, Callable[[Typed], None]] = {
    "pause": paused,
    "promote": went_on,
    "rollback": safe,
    "reject": safe,
    "retry": safe,
    "release": let_go,
    "approve": approved,
}
EFFECTS: Mapping[str, Callable[[Typed], None]] = {
    **{f"canaryctl {order}": effect for order, effect in ORDERS.items()},
    **{f"aws {order}": effect for order, effect in ORDERS.items()},
    "aws describe-endpoint": shown,
    "aws update-endpoint-weights-and-capacities": as_found,
    "aws update-endpoint": in_use,
    **{f"aws lookup-events {name}": looked_up for name in (*STRANGERS, "StopExecution")},
}
