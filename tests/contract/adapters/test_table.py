"""What DynamoDB does with the adapters' calls, on every stand-in: pages, races, transactions."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from canary.adapters.evidence import DynamoEvidence
from canary.adapters.labelled.quality_store import DynamoQualityStore
from canary.adapters.table import DynamoRollouts, lost_race, rollout_key
from canary.adapters.translation import translated
from canary.domain.errors import AwsDenied, CanaryError, Refused
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Window
from canary.domain.rollout.phase import Phase
from tests.rollouts import a_record, side_counts
from tests.tables import LOCAL, STAND_INS, a_table

HOURS = 60
WRITERS = 8


@pytest.fixture(params=STAND_INS)
def table(request: pytest.FixtureRequest) -> Iterator[tuple[Any, str]]:
    """A client and the name of the template's table, empty."""
    with a_table(request.param) as made:
        yield made


def calls_of(client: Any, operation: str) -> list[str]:
    """Return a list that grows by one with every call of an operation."""
    made: list[str] = []

    def note(**_given: object) -> None:
        made.append(operation)

    client.meta.events.register(f"before-call.dynamodb.{operation}", note)
    return made


def test_windows_of_more_than_a_page_come_back_whole(table: tuple[Any, str]) -> None:
    """A query answers at most 1 MB at a time; days of windows are more."""
    client, name = table
    evidence, counts = DynamoEvidence(client, name), side_counts(100, 1)
    served = {f"baseline-{number}": 100_000 for number in range(10)}
    windows = [
        Window(minute=m, baseline=counts, canary=counts, served=served) for m in range(60 * HOURS)
    ]
    evidence.save_windows("churn-1", windows)
    made = calls_of(client, "Query")
    assert list(evidence.windows("churn-1")) == windows
    assert len(made) > 1


def test_every_record_of_more_than_a_page_is_read(table: tuple[Any, str]) -> None:
    """A scan answers at most 1 MB before its filter: pages without a record are read over."""
    client, name = table
    rollouts = DynamoRollouts(client, name)
    rollouts.create(a_record())
    for number in range(6):
        item = {**rollout_key("other", f"FILL#{number}"), "body": {"S": "x" * 380_000}}
        client.put_item(TableName=name, Item=item)
    rollouts.create(a_record(rollout="spare-1", endpoint="spare"))
    made = calls_of(client, "Scan")
    assert {record.rollout for record in rollouts.every()} == {"churn-1", "spare-1"}
    assert [record.rollout for record in rollouts.every("spare")] == ["spare-1"]
    assert len(made) > 2


def test_a_transaction_that_fails_in_one_item_writes_none(table: tuple[Any, str]) -> None:
    """The lease is another's: the record does not end either, and the reason is told by item."""
    client, name = table
    rollouts = DynamoRollouts(client, name)
    rollouts.create(a_record())
    client.update_item(
        TableName=name,
        Key={"pk": {"S": "ENDPOINT#churn"}, "sk": {"S": "LEASE"}},
        UpdateExpression="SET rollout = :other",
        ExpressionAttributeValues={":other": {"S": "churn-2"}},
    )
    old = rollouts.load("churn-1")
    with pytest.raises(CanaryError) as raised:
        rollouts._replace(old, old.but(phase=Phase.PROMOTED, revision=old.revision + 1))
    cause: Any = raised.value.__cause__
    assert [one["Code"] for one in cause.response["CancellationReasons"]] == [
        "None",
        "ConditionalCheckFailed",
        "None",
        "None",
    ]
    assert lost_race(raised.value)
    assert rollouts.load("churn-1") == old
    assert rollouts.past("churn", "PROMOTED") is None
    assert rollouts.holding("churn") == "churn-2"


def test_a_conditional_write_that_loses_is_a_lost_race(table: tuple[Any, str]) -> None:
    """By its own code, and nothing of it is written."""
    client, name = table
    rollouts = DynamoRollouts(client, name)
    old = rollouts.create(a_record())
    rollouts.change("churn-1", lambda r: r.but(step=1))
    with pytest.raises(AwsDenied) as raised:
        rollouts._replace(old, old.but(step=2, revision=old.revision + 1))
    assert lost_race(raised.value)
    assert rollouts.load("churn-1").step == 1


def test_quality_evidence_that_was_never_written_has_no_body(table: tuple[Any, str]) -> None:
    """An absent item is an answer without one."""
    client, name = table
    assert DynamoQualityStore(client, name).load("churn-1") is None


def test_what_is_too_large_is_denied_and_not_tried_for_ever(table: tuple[Any, str]) -> None:
    """An item has 400 KB at most."""
    client, name = table
    item = {**rollout_key("churn-1", "RECORD"), "body": {"S": "x" * 410_000}}
    with pytest.raises(AwsDenied), translated("PutItem"):
        client.put_item(TableName=name, Item=item)


def test_writers_at_once_all_get_their_change_in() -> None:
    """Each repeats from a fresh read; moto decides no two of them one after the other, so this is
    asked of DynamoDB Local alone, and of the emulator in its own tests.
    """
    with a_table(LOCAL) as (client, name):
        rollouts = DynamoRollouts(client, name)
        rollouts.create(a_record())

        def once_more(_number: int) -> None:
            rollouts.change("churn-1", lambda r: r.but(generation=r.generation + 1))

        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(once_more, range(WRITERS)))
        assert rollouts.load("churn-1").generation == a_record().generation + WRITERS


def test_of_starts_at_once_one_has_the_lease() -> None:
    """Two transactions on one lease: one is cancelled, and leaves no record."""
    with a_table(LOCAL) as (client, name):
        rollouts = DynamoRollouts(client, name)

        def start(number: int) -> str:
            try:
                return rollouts.create(
                    a_record(rollout=f"churn-{number}", holder=f"h{number}")
                ).rollout
            except (Refused, CanaryError):
                return ""

        with ThreadPoolExecutor(WRITERS) as pool:
            started = [one for one in pool.map(start, range(WRITERS)) if one]
        assert [rollouts.holding("churn")] == started
        assert [record.rollout for record in rollouts.every()] == started


def test_windows_stored_by_the_hour_are_read_with_those_stored_since(
    table: tuple[Any, str],
) -> None:
    """An upgraded stack finds its rollouts' hours, and what it has read again of them counts."""
    client, name = table
    evidence, counts = DynamoEvidence(client, name), side_counts(100, 1)
    windows = [Window(minute=m, baseline=counts, canary=counts) for m in range(180, 200)]
    body = {f"minute_{w.minute}": {"S": w.model_dump_json()} for w in windows}
    client.put_item(TableName=name, Item={**rollout_key("churn-1", "WINDOWS#000000003"), **body})
    assert list(evidence.windows("churn-1", 185)) == windows[5:]
    later = Window(minute=199, baseline=counts, canary=side_counts(100, 7))
    after = Window(minute=200, baseline=counts, canary=counts)
    evidence.save_windows("churn-1", [later, after])
    assert list(evidence.windows("churn-1", 198)) == [windows[18], later, after]


def test_a_verdict_is_read_whole_and_says_in_clear_what_was_decided(
    table: tuple[Any, str],
) -> None:
    """What it rests on comes back from beside it; one that an earlier version stored does too."""
    client, name = table
    evidence, counts = DynamoEvidence(client, name), side_counts(100, 1)
    verdict = VerdictRecord(
        rollout="churn-1",
        minute=7,
        revision=2,
        step=1,
        verdict="HOLD",
        reason="errors: one more minute",
        unfrozen=tuple(Window(minute=m, baseline=counts, canary=None) for m in range(14)),
        quality={"label": "PASS"},
        judgement={"findings": [1.5, None]},
    )
    before = verdict.but(minute=6)
    key = rollout_key("churn-1", "VERDICT#0000000006#00000002")
    client.put_item(TableName=name, Item={**key, "body": {"S": before.model_dump_json()}})
    evidence.save_verdict(verdict)
    assert evidence.verdicts("churn-1") == (before, verdict)
    assert evidence.newest_verdict("churn-1") == verdict
    stored = client.get_item(
        TableName=name, Key=rollout_key("churn-1", "VERDICT#0000000007#00000002")
    )["Item"]
    assert "errors: one more minute" in stored["body"]["S"]
    assert len(stored["rests_on"]["B"]) < len(verdict.model_dump_json()) / 3
