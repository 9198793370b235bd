"""A stack that is upgraded from an earlier version while rollouts are under way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from canary.adapters.table import DynamoRollouts
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from demo.account import deploy, open_account
from demo.clerks import Clerks
from demo.scenarios import SCENARIOS
from demo.stage import STARTING_MINUTES, set_up
from demo.worlds import digits_world
from emulator import Emulator
from emulator.states.execution import Execution
from tests.compatibility.then import Then, resume, stack_of

SEED = 1  # of the demonstration whose table was kept
ASKED = datetime(2026, 3, 2, 20, 34, 15, tzinfo=UTC)
"""When the demonstrations whose tables were kept brought their canaries to the first live step."""
PAST_MINUTES = 2
LATER = timedelta(seconds=15)


class Upgraded:
    """The account as a version left it, with three rollouts under way, upgraded to today's."""

    def __init__(self, emulator: Emulator, then: Then) -> None:
        self.emulator, self.kept = emulator, then
        records = [Record.model_validate_json(body) for body in _bodies(then)]
        named = {record.endpoint.removeprefix("digits-"): record for record in records}
        self.then = {name: named[name] for name in then.states}
        self._serve()
        outputs = deploy(emulator)
        self._store(outputs["TableName"])
        self.rollouts = DynamoRollouts(emulator.client("dynamodb"), outputs["TableName"])
        self.executions: dict[str, Execution] = {
            name: resume(
                emulator, outputs["StateMachineArn"], self.then[name], state, then.definition
            )
            for name, state in then.states.items()
        }

    def _serve(self) -> None:
        """Let the endpoints live through the minutes that the table tells of."""
        chosen = [scenario for scenario in SCENARIOS if scenario.name in self.then]
        world = digits_world(SEED)
        clerks = Clerks(self.emulator, chosen)
        set_up(self.emulator, world, chosen, PAST_MINUTES, lambda _done: None, clerks)
        for name, record in self.then.items():
            asked = record.asked
            assert asked
            target = asked.before if asked.direction == "restore" else asked.target
            self._ask(name, target.weights)
        self._wait_until(self.kept.moment)
        self._ask("failing", self.then["failing"].plan.safe_target.weights)
        self._wait_until(self.kept.moment + LATER)

    def _wait_until(self, moment: datetime) -> None:
        self.emulator.clock.run_for((moment - self.emulator.clock.now()).total_seconds())

    def _ask(self, name: str, weights: Any) -> None:
        self.emulator.client("sagemaker").update_endpoint_weights_and_capacities(
            EndpointName=f"digits-{name}",
            DesiredWeightsAndCapacities=[
                {"VariantName": variant, "DesiredWeight": weight}
                for variant, weight in weights.items()
            ],
        )

    def _store(self, name: str) -> None:
        dynamodb = self.emulator.client("dynamodb")
        wanted = {record.rollout for record in self.then.values()}
        wanted |= {record.endpoint for record in self.then.values()}
        for item in self.kept.items:
            if item["pk"]["S"].split("#", 1)[1] in wanted:
                dynamodb.put_item(TableName=name, Item=item)

    def record(self, name: str) -> Record:
        """Return a rollout's record as it is now."""
        return self.rollouts.load(self.then[name].rollout)

    def answer_of_then(self, name: str) -> object:
        """Return what the token of then was answered, None where it was not."""
        return self.emulator.states.tokens.tasks[self.then[name].token or ""].answer

    def weights(self, name: str) -> dict[str, float]:
        """Return the weights an endpoint serves with."""
        found = self.emulator.client("sagemaker").describe_endpoint(EndpointName=f"digits-{name}")
        return {v["VariantName"]: v["CurrentWeight"] for v in found["ProductionVariants"]}


def _bodies(then: Then) -> Iterator[str]:
    for item in then.items:
        if item["sk"]["S"] == "RECORD":
            yield item["body"]["S"]


@pytest.fixture(scope="module", params=["5d17009", "9104bca"])
def upgraded(request: pytest.FixtureRequest) -> Iterator[Upgraded]:
    """The upgraded stack, an hour and a half later."""
    began = ASKED - timedelta(minutes=STARTING_MINUTES + PAST_MINUTES)
    with open_account(began, seed=SEED, enforce_iam=True) as emulator:
        stack = Upgraded(emulator, stack_of(request.param))
        emulator.run_until(lambda: not stack.rollouts.listed(), 120)
        yield stack


@pytest.mark.parametrize(
    ("name", "phase", "status"),
    [
        ("healthy", Phase.PROMOTED, "SUCCEEDED"),
        ("slow", Phase.ROLLED_BACK, "FAILED"),
        ("failing", Phase.ROLLED_BACK, "FAILED"),
    ],
)
def test_a_rollout_under_way_comes_to_its_end(
    upgraded: Upgraded, name: str, phase: Phase, status: str
) -> None:
    """By its own execution, which hears today's answer through the token of then and goes on by the
    definition it was started with; nobody has to take over.
    """
    record, execution = upgraded.record(name), upgraded.executions[name]
    assert (record.phase, record.generation, record.outbox) == (phase, 1, ())
    assert execution.status == status
    if upgraded.then[name].token:
        assert upgraded.answer_of_then(name) is not None
    promoted = phase is Phase.PROMOTED
    target = record.plan.steps[-1].target if promoted else record.plan.safe_target
    assert upgraded.weights(name) == pytest.approx(dict(target.weights))


def test_what_was_told_then_is_not_told_again(upgraded: Upgraded) -> None:
    """Messages of then stay as they are; those of today follow them."""
    for name, then in upgraded.then.items():
        told = upgraded.record(name).told
        assert told[: len(then.told)] == then.told
        assert len(told) > len(then.told)
