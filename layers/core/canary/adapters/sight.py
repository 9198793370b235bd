"""The newest look at a rollout, by itself: who restores needs it and no other evidence."""

from typing import TYPE_CHECKING

from canary.adapters.table import read_body
from canary.domain.rollout.tick import Tick

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def newest_tick(client: "DynamoDBClient", table: str, rollout: str) -> Tick | None:
    """Return the newest tick, or None before the first."""
    body = read_body(client, table, rollout, "TICK")
    return Tick.model_validate_json(body) if body else None
