"""The labelled set on the deployed stack: the shadow gate, what it keeps, and labels that arrive
during a bake.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from canary.adapters.labelled.quality_store import DynamoQualityStore
from canary.domain.errors import AwsDenied, Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled import shard, sharding
from tests.integration.stage import Stage, SumModel

BUCKET = "labels"


class WrongSum(SumModel):
    """A model that is wrong on every row whose first feature is below a bound."""

    def __init__(self, wrong_below: float) -> None:
        super().__init__()
        self._wrong_below = wrong_below

    def predict_batch(self, rows: Any) -> Any:
        """Return the sums, one too many where the model is wrong."""
        numbers = np.asarray(rows, dtype=float)
        return numbers.sum(axis=1) + (numbers[:, 0] < self._wrong_below)


def labelled(count: int, seed: int = 3) -> list[str]:
    """Return so many CSV rows of a sum and its four features."""
    rows = np.random.default_rng(seed).random((count, 4)).round(4)
    return [",".join(map(str, [round(float(row.sum()), 4), *row.tolist()])) for row in rows]


def put_set(stage: Stage, rows: Sequence[str]) -> None:
    """Upload the labelled set."""
    s3 = stage.client("s3")
    if BUCKET not in {found["Name"] for found in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="sums.csv", Body="\n".join(rows).encode())


def spec(**quality: Any) -> dict[str, Any]:
    """Return a spec with the labelled set as a guard."""
    guard = {
        "labelled_set": f"s3://{BUCKET}/sums.csv",
        "label_column": 0,
        "task": "regression",
        "right_within": 0.01,
        "concurrency": 1,
        "max_requests_per_second": 100,
        "metrics": {"accuracy": {"max_worse": 0.05}},
    }
    return {"guards": {"quality": {**guard, **quality}}}


def evidence(stage: Stage) -> QualityEvidence:
    """Return the stored evidence of the newest rollout."""
    found = DynamoQualityStore(stage.client("dynamodb"), stage.outputs["TableName"]).load(
        stage.record.rollout
    )
    assert found is not None
    return found


@pytest.mark.slow
def test_a_worse_model_never_serves_a_live_request() -> None:
    """The gate stops it at share 0, says why, and leaves the weights as they were found."""
    with Stage(canary=WrongSum(0.3)) as stage:
        put_set(stage, labelled(600))
        assert stage.finish(stage.start(spec()))["status"] == "FAILED"
        assert (stage.record.phase, evidence(stage).label) == ("ROLLED_BACK", "FAIL")
        assert stage.record.decision is not None
        assert (stage.record.decision.by, "labelled set" in stage.record.decision.reason) == (
            "judge",
            True,
        )
        assert stage.weights == {"v1": 1.0, "v2": 0.0}
        assert stage.record.step == 0


@pytest.mark.slow
def test_an_equal_model_passes_the_gate_and_keeps_its_predictions() -> None:
    """The set decides before it is used up, the report is there, and predictions lie in the stack's
    own bucket.
    """
    with Stage() as stage:
        put_set(stage, labelled(600))
        stage.start(spec())
        stage.reach("BAKING", 1)
        found = evidence(stage)
        assert (found.label, found.concluded, found.exhausted) == ("PASS", True, False)
        assert isinstance(found.report, dict)
        assert found.report["records"] == found.counts.used
        bucket = next(
            b["Name"] for b in stage.client("s3").list_buckets()["Buckets"] if b["Name"] != BUCKET
        )
        kept = stage.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
        assert all(entry["Key"].startswith("predictions/") for entry in kept)
        # One of each variant, and the contract that both are read by.
    assert len({entry["Key"].split("/")[1] for entry in kept}) == 3


@pytest.mark.slow
def test_labels_that_arrive_let_a_held_rollout_go_on() -> None:
    """Held at share 0 until enough new labels are there; every role is allowed what it needs and no
    more.
    """
    rows = labelled(600)
    with Stage(enforce_iam=True) as stage:
        put_set(stage, rows[:40])
        stage.start(spec())
        stage.reach("BAKING", 0)
        stage.emulator.run_minutes(15)
        assert (stage.record.step, evidence(stage).label) == (0, "INCONCLUSIVE")
        put_set(stage, rows)
        stage.reach("BAKING", 1, at_most_minutes=60)
        assert (evidence(stage).label, evidence(stage).first_record) == ("PASS", 40)
        assert evidence(stage).notes == ()


@pytest.mark.slow
def test_labels_that_arrive_can_still_take_a_canary_back() -> None:
    """A canary that passed the gate and fails the new records is rolled back from its live step."""
    rows = [row for row in labelled(3_000) if float(row.split(",")[1]) >= 0.3]
    worse = [row for row in labelled(3_000, seed=4) if float(row.split(",")[1]) < 0.3]
    with Stage(canary=WrongSum(0.3)) as stage:
        put_set(stage, rows[:400])
        execution = stage.start(
            {
                **spec(),
                "steps": [{"share": 0.5, "bake_minutes": {"min": 100, "max": 120}}, {"share": 1.0}],
            }
        )
        stage.reach("BAKING", 1)
        put_set(stage, rows[:400] + worse)
        assert stage.finish(execution)["status"] == "FAILED"
        assert "labelled set" in (stage.record.decision.reason if stage.record.decision else "")
        assert stage.weights == {"v1": 1.0, "v2": 0.0}


@pytest.mark.slow
def test_a_set_too_large_for_calls_in_a_row_is_evaluated_in_shards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Waves of shards under the roles' own permissions, each record asked once, and the rollout
    goes on with a PASS.
    """
    monkeypatch.setattr(sharding, "MEASURED_SECONDS", 0.0)
    monkeypatch.setattr(sharding, "FAR_BEYOND_CALLS", 0)
    monkeypatch.setattr(sharding, "BUSY_CEILING", float("inf"))
    monkeypatch.setattr(sharding, "PACE_SECONDS", 0.0)
    with Stage(enforce_iam=True) as stage:
        put_set(stage, labelled(1_200))
        execution = stage.start(spec(concurrency=2, metrics={"accuracy": {"max_worse": 0.01}}))
        stage.reach("BAKING", 1)
        found = evidence(stage)
        assert (found.label, found.concluded, found.shard_records, found.notes) == (
            "PASS",
            True,
            50,
            (),
        )
        assert found.counts.used == found.position > 100
        entered = [
            event["stateEnteredEventDetails"]["name"]
            for event in stage.client("stepfunctions").get_execution_history(
                executionArn=execution
            )["events"]
            if "stateEnteredEventDetails" in event
        ]
        assert entered.count("Evaluate shards") >= 2
        assert entered.count("Evaluate labelled set") == entered.count("Evaluate shards") + 1


@pytest.mark.slow
@pytest.mark.parametrize("lost", [0, 3])
def test_a_set_that_outgrows_one_machine_is_asked_by_child_executions(
    monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    """Under the roles' own permissions, each record asked once, no more calls a second than the
    spec allows, and the same end where every third child is lost.
    """
    for name, small in {
        "MEASURED_SECONDS": 0.0,
        "FAR_BEYOND_CALLS": 0,
        "BUSY_CEILING": float("inf"),
        "DISTRIBUTED_FROM": 1_000,
        "CHILD_SHARD_RECORDS": 50,
        "CHILD_SECONDS": 1.0,
    }.items():
        monkeypatch.setattr(sharding, name, small)
    asked, number = shard.evaluate_shards, iter(range(10_000))

    def some(*given: Any) -> int:
        if lost and next(number) % lost == 0:
            raise Refused("endpoint", "is lost on purpose", "Try again")
        return asked(*given)

    monkeypatch.setattr(shard, "evaluate_shards", some)
    with Stage(enforce_iam=True) as stage:
        put_set(stage, labelled(1_200))
        execution = stage.start(spec(concurrency=4, metrics={"accuracy": {"max_worse": 0.01}}))
        stage.reach("BAKING", 1)
        found = evidence(stage)
        assert (found.label, found.concluded, found.notes) == ("PASS", True, ())
        assert found.child_shards > 0
        assert found.counts.used == found.position > 100
        kinds = [event["type"] for event in history_of(stage, execution)]
        runs = stage.emulator.states.map_runs
        assert kinds.count("MapRunSucceeded") == len(runs) >= 1
        statuses = {child.status for run in runs for child in run.children}
        assert statuses == ({"SUCCEEDED", "FAILED"} if lost else {"SUCCEEDED"})
        assert all("Items" in child.execution_input for run in runs for child in run.children)
        assert stage.weights["v2"] == 0.0 or stage.record.phase == "BAKING"


def history_of(stage: Stage, execution: str) -> list[Any]:
    """Return an execution's history."""
    states = stage.client("stepfunctions")
    return list(states.get_execution_history(executionArn=execution)["events"])


@pytest.mark.slow
def test_shards_that_fail_lead_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wave that cannot be evaluated ends in Restore, its error is the cause, and the weights are
    as they were.
    """
    monkeypatch.setattr(sharding, "MEASURED_SECONDS", 0.0)
    monkeypatch.setattr(sharding, "FAR_BEYOND_CALLS", 0)
    monkeypatch.setattr(sharding, "BUSY_CEILING", float("inf"))

    def broken(*_given: object) -> int:
        raise AwsDenied("InvokeEndpoint: AccessDeniedException")

    monkeypatch.setattr(shard, "evaluate_shards", broken)
    with Stage() as stage:
        put_set(stage, labelled(600))
        execution = stage.start(spec(concurrency=2, metrics={"accuracy": {"max_worse": 0.01}}))
        assert stage.finish(execution)["status"] == "FAILED"
        assert stage.record.phase == "ROLLED_BACK"
        assert "AccessDenied" in json.dumps(stage.record.model_dump(mode="json"))
        assert stage.weights == {"v1": 1.0, "v2": 0.0}
