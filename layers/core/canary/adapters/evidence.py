"""What was seen of a rollout, in the same table as its record: windows packed by four minutes,
ticks, verdict records.

Rules: a write is paid for by the size of its whole item, so what is written every minute is small.
Windows stored by the hour, and verdicts stored in one piece, are read as ever.
"""

import zlib
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from canary.adapters.sight import newest_tick
from canary.adapters.table import (
    between,
    body_of,
    expiry,
    items_between,
    lost_race,
    read_body,
    rollout_key,
)
from canary.adapters.translation import translated
from canary.domain.errors import CanaryError
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Window
from canary.domain.rollout.tick import Checkpoint, Tick

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MINUTES_AN_HOUR = 60
MINUTES_AN_ITEM = 4
"""Of two variants just below a kilobyte, which is one unit of writing."""
MINUTE = "minute_"
"""What the name of an item's attribute for a minute begins with."""
RESTS_ON = {"unfrozen", "quality", "judgement"}
"""What a verdict rests on: nine tenths of it, kept compressed beside what was decided and why."""


class DynamoEvidence:
    """Windows, ticks and verdict records in DynamoDB; kept 90 days."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Take a boto3 DynamoDB client and the table's name."""
        self._client = client
        self._table = table

    def save_windows(self, rollout: str, windows: Sequence[Window]) -> None:
        """Store windows, each over what was there for its minute."""
        ordered = sorted(windows, key=lambda window: window.minute)
        for sort, minutes in groupby(ordered, key=_item_name):
            group = list(minutes)
            names = {f"#m{index}": _minute_name(window) for index, window in enumerate(group)}
            values = {
                f":m{index}": {"S": window.model_dump_json(exclude_defaults=True)}
                for index, window in enumerate(group)
            }
            sets = ", ".join(f"#m{index} = :m{index}" for index in range(len(group)))
            with translated("UpdateItem"):
                self._client.update_item(
                    TableName=self._table,
                    Key=rollout_key(rollout, sort),
                    UpdateExpression=f"SET {sets}, #ttl = :ttl",
                    ExpressionAttributeNames={**names, "#ttl": "expires_at"},
                    ExpressionAttributeValues={**values, ":ttl": expiry(group[0].minute)},
                )

    def windows(self, rollout: str, first_minute: int = 0) -> tuple[Window, ...]:
        """Return the windows of a rollout from a minute on, in order of time."""
        items = items_between(
            self._client,
            self._table,
            rollout,
            _hour_name(first_minute // MINUTES_AN_HOUR),
            "WINDOWS#:",
        )
        # An hour's item, of an earlier version, comes before its four minutes', which know more.
        found = {
            int(name.removeprefix(MINUTE)): value["S"]
            for item in items
            for name, value in item.items()
            if name.startswith(MINUTE)
        }
        return tuple(
            Window.model_validate_json(found[minute])
            for minute in sorted(found)
            if minute >= first_minute
        )

    def save_tick(self, tick: Tick) -> None:
        """Keep the newest tick; an older one, delivered late, does not replace it."""
        item = body_of(tick.rollout, "TICK", tick.model_dump_json(), tick.minute)
        try:
            with translated("PutItem"):
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk) OR #minute <= :minute",
                    ExpressionAttributeNames={"#minute": "minute"},
                    ExpressionAttributeValues={":minute": item["minute"]},
                )
        except CanaryError as error:
            if not lost_race(error):
                raise

    def tick(self, rollout: str) -> Tick | None:
        """Return the newest tick, or None before the first."""
        return newest_tick(self._client, self._table, rollout)

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep the newest checkpoint; an older one, written late, costs the next look a few minutes
        of replay.
        """
        body = checkpoint.model_dump_json()
        item = body_of(checkpoint.rollout, "CHECKPOINT", body, checkpoint.through_minute)
        with translated("PutItem"):
            self._client.put_item(TableName=self._table, Item=item)

    def checkpoint(self, rollout: str) -> Checkpoint | None:
        """Return the newest checkpoint, or None before the first."""
        body = read_body(self._client, self._table, rollout, "CHECKPOINT")
        return Checkpoint.model_validate_json(body) if body else None

    def save_verdict(self, verdict: VerdictRecord) -> None:
        """Keep a verdict record; judging the same revision in the same minute again replaces it by
        its equal.
        """
        sort = f"VERDICT#{verdict.minute:010d}#{verdict.revision:08d}"
        told = verdict.model_dump_json(exclude=RESTS_ON)
        rests_on = zlib.compress(verdict.model_dump_json(include=RESTS_ON).encode())
        item = body_of(verdict.rollout, sort, told, verdict.minute)
        with translated("PutItem"):
            self._client.put_item(TableName=self._table, Item={**item, "rests_on": {"B": rests_on}})

    def verdicts(self, rollout: str) -> tuple[VerdictRecord, ...]:
        """Return all verdict records in order of time."""
        return tuple(
            _verdict(item)
            for item in items_between(self._client, self._table, rollout, "VERDICT#", "VERDICT#:")
        )

    def newest_verdict(self, rollout: str) -> VerdictRecord | None:
        """Return the last verdict, without reading the ones before it; None before the first."""
        with translated("Query"):
            found = self._client.query(
                **between(self._table, rollout, "VERDICT#", "VERDICT#:"),
                ScanIndexForward=False,
                Limit=1,
            )["Items"]
        return _verdict(found[0]) if found else None


def _verdict(item: Mapping[str, Any]) -> VerdictRecord:
    told = item["body"]["S"]
    if "rests_on" in item:
        rests_on = zlib.decompress(item["rests_on"]["B"]).decode()
        told = f"{told[:-1]},{rests_on[1:]}"
    return VerdictRecord.model_validate_json(told)


def _hour_name(hour: int) -> str:
    # Digits sort before ':', which therefore closes the range of all hours.
    return f"WINDOWS#{hour:09d}"


def _item_name(window: Window) -> str:
    hour, minute = divmod(window.minute, MINUTES_AN_HOUR)
    return f"{_hour_name(hour)}#{minute // MINUTES_AN_ITEM:02d}"


def _minute_name(window: Window) -> str:
    return f"{MINUTE}{window.minute}"
