"""The baseline's last day and its sketches, in the same table as the record; kept as long as what
was seen.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from canary.adapters.table import Item, body_of, items_between, read_body
from canary.adapters.translation import translated
from canary.domain.judge.bets.day import Day
from canary.domain.judge.bets.sketches import KeptSketch

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDays:
    """Days and sketches in DynamoDB."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Take a boto3 DynamoDB client and the table's name."""
        self._client = client
        self._table = table

    def save(self, rollout: str, day: Day, minute: int) -> None:
        """Keep the baseline's last day beside the record."""
        self._put(body_of(rollout, "DAY", day.model_dump_json(), minute))

    def load(self, rollout: str) -> Day | None:
        """Return the day that was kept, or None."""
        body = read_body(self._client, self._table, rollout, "DAY")
        return Day.model_validate_json(body) if body else None

    def save_sketches(self, rollout: str, sketches: Sequence[KeptSketch], minute: int) -> None:
        """Keep every sketch in an item of its own; one that is made again is equal."""
        for kept in sketches:
            guard, margin, level = kept.key.guard, kept.key.margin, kept.key.level
            sort = f"{_of_step(kept.key.step)}{guard}#{margin}#{level}"
            self._put(body_of(rollout, sort, kept.model_dump_json(), minute))

    def sketches(self, rollout: str, step: int) -> tuple[KeptSketch, ...]:
        """Return the sketches kept of a step."""
        first = _of_step(step)
        items = items_between(self._client, self._table, rollout, first, f"{first}~")
        return tuple(KeptSketch.model_validate_json(item["body"]["S"]) for item in items)

    def _put(self, item: Item) -> None:
        with translated("PutItem"):
            self._client.put_item(TableName=self._table, Item=item)


def _of_step(step: int) -> str:
    # No guard, margin or level has anything that sorts behind '~'.
    return f"SKETCH#{step:04d}#"
