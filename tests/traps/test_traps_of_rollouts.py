"""Traps other tools fell into when they moved traffic and told people: each has a test named after
it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from emulator.calls import Call, Proceed
from emulator.events.bus import Passage
from tests.integration import test_labelled_set as labels
from tests.integration.stage import ENDPOINT, Stage, SumModel
from tests.security import test_policies as policies
from tests.unit.domain import test_arrival as arrival
from tests.unit.flow import test_deciding as deciding
from tests.unit.flow import test_shifting as shifting

QUICK: Mapping[str, Any] = {
    "steps": [
        {"share": 0.25, "bake_minutes": {"min": 1}},
        {"share": 0.5, "bake_minutes": {"min": 1}},
        {"share": 1},
    ],
    "guards": {"slow_requests": None},
    "watch_minutes": 3,
}
GUARDED: Mapping[str, Any] = {
    **QUICK,
    "steps": [{"share": 0.5, "bake_minutes": {"min": 1, "max": 10}}, {"share": 1}],
    "guards": {**QUICK["guards"], **labels.spec()["guards"]},
    "hold_at_most_minutes": 5,
}
LABELLED_ABOVE = 0.3
SECOND_ENDPOINT = "fraud-scoring"


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A good canary at weight 0 under steady traffic."""
    with Stage() as ready:
        yield ready


def moves_of(stage: Stage) -> list[Mapping[str, Any]]:
    """Return the list that every weight call's parameters will be added to."""
    seen: list[Mapping[str, Any]] = []

    def watch(call: Call, proceed: Proceed) -> Any:
        if call.name == "sagemaker:UpdateEndpointWeightsAndCapacities":
            seen.append(call.parameters)
        return proceed()

    stage.emulator.calls.hooks.append(watch)
    return seen


def counts(stage: Stage) -> dict[str, int]:
    """Return the instances of every variant."""
    answer = stage.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    return {v["VariantName"]: v["CurrentInstanceCount"] for v in answer["ProductionVariants"]}


def test_in_service_with_the_old_weights_taken_as_done() -> None:
    """terraform-provider-aws#39099: InService proves nothing; the weights of every variant do."""
    arrival.test_the_old_weights_in_service_are_not_success()
    shifting.test_old_weights_in_service_lead_to_restore()


def test_an_approval_that_never_expires(stage: Stage) -> None:
    """flagger#1450: a pause ends by itself, and says so."""
    execution = stage.start(QUICK)
    stage.reach("BAKING", 1)
    stage.command("pause", minutes=5)
    assert stage.finish(execution, at_most_minutes=30)["status"] == "SUCCEEDED"
    assert "pause over" in stage.subjects


def test_the_alert_sent_before_the_action_took_effect(stage: Stage) -> None:
    """Flagger: a step is told once it serves, the end once it is true."""
    deciding.test_closing_tells_after_the_record_says_so()
    told: list[tuple[str, float]] = []

    def watch(call: Call, proceed: Proceed) -> Any:
        if call.name == "sns:Publish":
            told.append((call.parameters["Subject"].split(": ")[1], stage.weights["v2"]))
        return proceed()

    stage.emulator.calls.hooks.append(watch)
    assert stage.finish(stage.start(QUICK))["status"] == "SUCCEEDED"
    assert told == [
        ("rollout started", 0.0),
        ("v2 serves 25%", pytest.approx(1 / 3)),
        ("v2 serves 50%", 1.0),
        ("v2 serves 100%", 1.0),
        ("PROMOTED", 1.0),
    ]


def test_duplicate_or_missing_events(stage: Stage) -> None:
    """EventBridge promises neither once nor order: twice, late, or lost, a rollout ends the same
    and is told once.
    """
    drawn = stage.emulator.endpoints.service.random(ENDPOINT)

    def plan(passage: Passage) -> list[float]:
        if passage.event["detail-type"] == "Scheduled Event":
            return [0.0]
        return [[0.0, 0.0], [0.0, 75.0], [75.0], []][int(drawn.integers(4))]

    stage.emulator.bus.plan = plan
    assert stage.finish(stage.start(QUICK))["status"] == "SUCCEEDED"
    assert len(stage.subjects) == len(set(stage.subjects))


def test_a_retry_that_reuses_the_failed_analysis() -> None:
    """argo-rollouts#2897: a new attempt is a new rollout, judged on answers and traffic of its own.

    Three models in turn behind the same names: wrong on the labelled set, failing on live traffic
    alone, and good.
    """
    with Stage(labels.WrongSum(0.6)) as stage:
        labels.put_set(
            stage,
            [row for row in labels.labelled(900) if float(row.split(",")[1]) >= LABELLED_ABOVE],
        )
        asked = asked_variants(stage)
        assert stage.finish(stage.start(GUARDED))["error"] == "RolledBack"
        assert (stage.record.step, labels.evidence(stage).label) == (0, "FAIL")
        replace_model(stage, SumModel(failing=0.15), "config-2")
        asked.clear()
        assert stage.finish(stage.start(GUARDED, name="second"))["error"] == "RolledBack"
        assert asked.count("v2") == labels.evidence(stage).counts.used > 50
        assert (stage.record.step, labels.evidence(stage).label) == (1, "PASS")
        replace_model(stage, SumModel(), "config-3")
        assert stage.finish(stage.start(GUARDED, name="third"))["status"] == "SUCCEEDED"
        assert {verdict.rollout for verdict in stage.verdicts} == {stage.record.rollout}
        assert not any("ROLL_BACK" in verdict.verdict for verdict in stage.verdicts)


def asked_variants(stage: Stage) -> list[str]:
    """Return the list that the variant of every call to the models will be added to."""
    seen: list[str] = []

    def watch(call: Call, proceed: Proceed) -> Any:
        if call.name == "sagemaker-runtime:InvokeEndpoint":
            seen.append(call.parameters["TargetVariant"])
        return proceed()

    stage.emulator.calls.hooks.append(watch)
    return seen


def replace_model(stage: Stage, model: SumModel, config: str) -> None:
    """Put another model behind v2, its names and container as before: what a pushed image and a new
    config do.
    """
    sagemaker = stage.client("sagemaker")
    variants = sagemaker.describe_endpoint_config(EndpointConfigName="config-1")[
        "ProductionVariants"
    ]
    sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=variants)
    stage.emulator.endpoints.register_model("model-v2", model)
    sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName=config)
    stage.emulator.run_minutes(8)


def test_traffic_back_to_a_baseline_that_had_been_scaled_down() -> None:
    """argo-rollouts#3020, #3372: nobody scales the baseline down before the end; no call ever names
    capacity.
    """
    with Stage(SumModel(failing=0.15)) as stage:
        moves, before = moves_of(stage), counts(stage)
        assert stage.finish(stage.start(QUICK))["error"] == "RolledBack"
        named = {
            field
            for move in moves
            for variant in move["DesiredWeightsAndCapacities"]
            for field in variant
        }
        assert named == {"VariantName", "DesiredWeight"}
        assert counts(stage) == before


def test_a_new_revision_inheriting_the_running_analysis(stage: Stage) -> None:
    """flagger#30: another endpoint configuration ends the rollout; its evidence says nothing of the
    new models.
    """
    execution = stage.start(QUICK)
    stage.reach("BAKING", 1)
    stage.emulator.endpoints.mishaps.foreign_config(ENDPOINT, "config-2")
    assert stage.finish(execution).get("error") == "HandedOver"
    assert "another configuration" in stage.emulator.messages[-1].message


def test_two_notices_for_one_abort_or_none() -> None:
    """argo-rollouts#4764, #2228: one roll-back is one message, whoever records, wakes, closes and
    ticks meanwhile.
    """
    with Stage(SumModel(failing=0.15)) as stage:
        stage.emulator.bus.plan = lambda _passage: [0.0, 0.0]
        stage.finish(stage.start(QUICK))
        stage.emulator.run_minutes(5)
        assert [s for s in stage.subjects if "ROLLED BACK" in s] == ["ROLLED BACK, v2 at 0%"]


def test_a_step_inferred_from_the_live_weight(stage: Stage) -> None:
    """Flagger's nextStepWeight: the record holds the step; a weight like the next step's is
    somebody else's.
    """
    execution = stage.start(QUICK)
    stage.reach("BAKING", 1)
    weights = stage.record.plan.steps[2].target.weights
    stage.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=[
            {"VariantName": n, "DesiredWeight": w} for n, w in weights.items()
        ],
    )
    assert stage.finish(execution).get("error") == "HandedOver"
    assert stage.record.step == 1


def test_three_approvals_at_once(stage: Stage) -> None:
    """Post-mortem of a three-variant gateway: three starts collide, one goes on, two are refused
    and change nothing.
    """
    moves = moves_of(stage)
    executions = [stage.start(QUICK, name=f"start-{number}") for number in range(3)]
    ends = [stage.finish(execution) for execution in executions]
    assert sorted(end["status"] for end in ends) == ["FAILED", "FAILED", "SUCCEEDED"]
    assert [end["error"] for end in ends if end["status"] == "FAILED"] == ["Refused", "Refused"]
    assert all("holds churn-prod" in end["cause"] for end in ends if end["status"] == "FAILED")
    assert len(moves) == 3


def test_an_event_rule_without_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same post-mortem: every rule of the template has a target, and a queue for what cannot be
    delivered.
    """
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    policies.test_every_rule_has_a_target_and_a_dead_letter_queue(policies._resources())


def test_an_endpoints_arn_frozen_in_a_policy_stale_after_redeploy() -> None:
    """The same post-mortem: what is deployed once serves an endpoint of another name after the
    first is gone.

    The roles are enforced, and the functions are still warm from the first endpoint's rollout.
    """
    with Stage(enforce_iam=True) as stage:
        labels.put_set(stage, labels.labelled(600))
        first = stage.start(GUARDED)
        stage.reach("BAKING", 1)
        stage.command("rollback")
        assert stage.finish(first)["error"] == "RolledBack"
        second_endpoint(stage)
        ended = stage.finish(stage.start({**GUARDED, "endpoint": SECOND_ENDPOINT}, name="second"))
        assert (ended["status"], stage.record.endpoint) == ("SUCCEEDED", SECOND_ENDPOINT)
        assert labels.evidence(stage).notes == ()
        assert stage.emulator.permissions.refused == []


def second_endpoint(stage: Stage) -> None:
    """Delete the endpoint and make another one of another name, under the same traffic."""
    sagemaker = stage.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName=ENDPOINT)
    stage.emulator.endpoints.detach_traffic(ENDPOINT)
    sagemaker.create_endpoint(EndpointName=SECOND_ENDPOINT, EndpointConfigName="config-1")
    stage.emulator.run_minutes(5)
    stage.emulator.endpoints.attach_traffic(
        SECOND_ENDPOINT, np.random.default_rng(7).random((500, 4)), 6000
    )
    stage.emulator.run_minutes(15)
