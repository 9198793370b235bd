"""No payload, label or prediction is ever logged or told; a rollout of real-looking rows shows it."""

from collections.abc import Iterator

import pytest

from tests.faults.base import BUCKET, KEY, SPEC, MeanModel, deployed
from tests.integration.stage import Stage


@pytest.fixture(scope="module")
def rolled_back() -> Iterator[Stage]:
    """A rollout whose canary disagrees with the labels and fails on some rows, run to its end."""
    with deployed() as stage:
        stage.emulator.endpoints.register_model("model-v2", MeanModel(0.4, wrong=True))
        assert stage.finish(stage.execute(SPEC, "first"))["error"] == "RolledBack"
        yield stage


@pytest.fixture(scope="module")
def secrets(rolled_back: Stage) -> set[str]:
    """Every feature of every labelled row, as the labelled set writes it."""
    body = rolled_back.client("s3").get_object(Bucket=BUCKET, Key=KEY)["Body"].read().decode()
    return {value for line in body.splitlines() for value in line.split(",")[1:]}


def test_no_feature_of_a_labelled_row_is_logged(rolled_back: Stage, secrets: set[str]) -> None:
    """Everything the functions print, failed invocations and their errors included."""
    logs = "\n".join(invocation.logs + invocation.outcome.payload for invocation in rolled_back.emulator.invocations)
    assert len(secrets) > 600
    assert len(logs) > 10_000
    assert not [value for value in secrets if value in logs]


def test_no_feature_of_a_labelled_row_is_told(rolled_back: Stage, secrets: set[str]) -> None:
    """Subjects, bodies and attributes of every message."""
    told = "\n".join(f"{m.subject}\n{m.message}\n{m.attributes}" for m in rolled_back.emulator.messages)
    assert "ROLLED BACK" in told
    assert not [value for value in secrets if value in told]


def test_no_feature_of_a_labelled_row_is_stored(rolled_back: Stage, secrets: set[str]) -> None:
    """The table keeps counts, decisions and row numbers; the executions carry ids and stories."""
    stored = str(rolled_back.client("dynamodb").scan(TableName=rolled_back.outputs["TableName"])["Items"])
    states = rolled_back.client("stepfunctions")
    for execution in states.list_executions(stateMachineArn=rolled_back.outputs["StateMachineArn"])["executions"]:
        stored += str(states.get_execution_history(executionArn=execution["executionArn"])["events"])
    assert "QUALITY" in stored
    assert not [value for value in secrets if value in stored]
