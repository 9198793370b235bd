"""The newest look at a rollout, by itself: who restores needs it and no other evidence."""

from typing import TYPE_CHECKING

from canary.adapters.table import rollout_key
from canary.adapters.translation import translated
from canary.domain.rollout.tick import Tick

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def newest_tick(client: "DynamoDBClient", table: str, rollout: str) -> Tick | None:
    """Return the newest tick, or None before the first."""
    body = read_body(client, table, rollout, "TICK")
    return Tick.model_validate_json(body) if body else None


def read_body(client: "DynamoDBClient", table: str, rollout: str, sort: str) -> str | None:
    """Return the body of one item of a rollout (consistent read), None where there is none."""
    with translated("GetItem"):
        item = client.get_item(
            TableName=table, Key=rollout_key(rollout, sort), ConsistentRead=True
        ).get("Item")
    return item["body"]["S"] if item else None
