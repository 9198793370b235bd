"""Parts of a stack that somebody deleted: CloudFormation counts them as there, the doctor looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from demo.account import STACK
from tests.integration.doctor.patient import Patient, is_broken


def test_all_is_there(patient: Patient) -> None:
    """Every part that can be looked at is."""
    found = patient.diagnosis("resources")
    assert (found.state, "12 there" in found.said) == ("fine", True), found


@pytest.mark.parametrize(
    ("operation", "code", "logical"),
    [
        ("DescribeStateMachine", "StateMachineDoesNotExist", "Rollout"),
        ("DescribeKey", "NotFoundException", "MessagesKey"),
        ("HeadBucket", "404", "Predictions"),
        ("GetFunctionConfiguration", "ResourceNotFoundException", "PlannerFunction"),
    ],
)
def test_a_part_that_was_deleted(patient: Patient, operation: str, code: str, logical: str) -> None:
    """By its name, with a change set that puts it back: a deploy would not."""
    refuses(patient, operation, code)
    is_broken(patient, "resources", logical, "REVERT_DRIFT", f"--stack-name {STACK}")
    assert (
        "ParameterKey=Architecture,UsePreviousValue=true" in patient.diagnosis("resources").command
    )


def test_a_table_that_was_deleted(patient: Patient) -> None:
    """Its last backup comes first: an empty one knows of no lease."""
    refuses(patient, "DescribeTable", "ResourceNotFoundException")
    is_broken(patient, "resources", "Table", "every record", "aws dynamodb list-backups")


def test_a_topic_that_was_deleted(patient: Patient) -> None:
    """Told here too."""
    patient.without_topic()
    is_broken(patient, "resources", "Topic", "REVERT_DRIFT")


def test_a_key_that_is_to_be_deleted(patient: Patient) -> None:
    """With the command that keeps it."""
    kms, key = patient.client("kms"), patient.physical("MessagesKey")
    kms.schedule_key_deletion(KeyId=key)

    def kept() -> None:
        kms.cancel_key_deletion(KeyId=key)
        kms.enable_key(KeyId=key)

    patient.put_back(kept)
    is_broken(patient, "resources", "PendingDeletion", f"cancel-key-deletion --key-id {key}")


def test_a_key_that_is_disabled(patient: Patient) -> None:
    """The command enables it, and it is fine again."""
    key, kms = patient.physical("MessagesKey"), patient.client("kms")
    kms.disable_key(KeyId=key)
    patient.put_back(lambda: kms.enable_key(KeyId=key))
    is_broken(patient, "resources", "Disabled", f"aws kms enable-key --key-id {key}")


def refuses(patient: Patient, operation: str, code: str) -> None:
    """Let one call say that there is no such thing."""

    def gone(call: Any, proceed: Callable[[], Any]) -> Any:
        if call.operation == operation:
            raise call.error(code, "there is no such thing")
        return proceed()

    patient.answer(gone)
