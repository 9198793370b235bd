"""The newest verdict of a rollout, without reading the ones before it: what a live view asks for
every minute.
"""

from typing import TYPE_CHECKING

from canary.domain.judge.verdict_record import VerdictRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def newest_verdict(client: "DynamoDBClient", table: str, rollout: str) -> VerdictRecord | None:
    """Return the last verdict recorded for a rollout, or None before the first."""
    found = client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues={
            ":pk": {"S": f"ROLLOUT#{rollout}"},
            ":prefix": {"S": "VERDICT#"},
        },
        ScanIndexForward=False,
        Limit=1,
        ConsistentRead=True,
    )["Items"]
    return VerdictRecord.model_validate_json(found[0]["body"]["S"]) if found else None
