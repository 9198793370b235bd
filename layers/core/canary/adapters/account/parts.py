"""What a stack is made of and nothing else here looks at: whether each part is there still."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError

GONE = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NotFoundException",
        "ResourceNotFoundException",
        "StateMachineDoesNotExist",
    }
)
"""How each service says that there is no such thing; S3's HEAD has no words."""


@dataclass(frozen=True)
class _Look:
    service: str
    action: str
    call: str
    by: str
    status: Callable[[Mapping[str, Any]], str]


LOOKS: Mapping[str, _Look] = {
    "AWS::StepFunctions::StateMachine": _Look(
        "stepfunctions",
        "states:DescribeStateMachine",
        "describe_state_machine",
        "stateMachineArn",
        lambda found: str(found["status"]),
    ),
    "AWS::DynamoDB::Table": _Look(
        "dynamodb",
        "dynamodb:DescribeTable",
        "describe_table",
        "TableName",
        lambda found: str(found["Table"]["TableStatus"]),
    ),
    "AWS::KMS::Key": _Look(
        "kms",
        "kms:DescribeKey",
        "describe_key",
        "KeyId",
        lambda found: str(found["KeyMetadata"]["KeyState"]),
    ),
    "AWS::S3::Bucket": _Look("s3", "s3:ListBucket", "head_bucket", "Bucket", lambda _: "there"),
}
"""The types that can be looked at, and where each keeps its status."""
STANDING = frozenset({"ACTIVE", "UPDATING", "Enabled", "there"})
"""Statuses in which a part does its work; a table serves while it is changed."""


class PartReader:
    """Looks at parts of a stack."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        """Take what gives a boto3 client of a service."""
        self._client = client

    def status(self, kind: str, physical: str) -> str | None:
        """Return the status of a part of a type in `LOOKS` in AWS's word, None where it is gone."""
        look = LOOKS[kind]
        call = getattr(self._client(look.service), look.call)
        try:
            with translated(look.action):
                return look.status(call(**{look.by: physical}))
        except CanaryError as error:
            if code_of_cause(error) in GONE:
                return None
            raise
