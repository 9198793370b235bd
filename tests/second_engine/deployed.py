"""The definition as template.yaml deploys it, and which of its states a payload is from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from demo.account import deploy, open_account
from tests.second_engine.script import Path

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@cache
def definition() -> str:
    """Return the definition of the deployed state machine, every substitution made."""
    with open_account(START) as account:
        machine = deploy(account)["StateMachineArn"]
        states = account.client("stepfunctions")
        return str(states.describe_state_machine(stateMachineArn=machine)["definition"])


@cache
def machine() -> dict[str, Any]:
    """Return the definition as a document."""
    return dict(json.loads(definition()))


@cache
def every_state() -> dict[str, dict[str, Any]]:
    """Return every state by name, those inside a Map included."""
    return dict(_states(machine()))


@cache
def functions() -> tuple[str, ...]:
    """Return the ARNs of the functions the definition invokes."""
    tasks = [state for state in every_state().values() if state["Type"] == "Task"]
    return tuple(sorted({state["Parameters"]["FunctionName"] for state in tasks}))


def state_of(function: str, payload: dict[str, Any]) -> str:
    """Return the one state that invokes this function with such a payload."""
    found = [
        name
        for name, state in every_state().items()
        if state["Type"] == "Task"
        and function in state["Parameters"]["FunctionName"]
        and _fits(state["Parameters"]["Payload"], payload)
    ]
    assert len(found) == 1, (function, payload, found)
    return found[0]


def put_lists(s3: Any, path: Path, *, batched: bool) -> None:
    """Put a path's lists of shards where its distributed Map reads them; `batched` as its children
    are given them, one each, for an engine that makes no batches.
    """
    if not path.lists:
        return
    bucket = every_state()["Evaluate shards in children"]["ItemReader"]["Parameters"]["Bucket"]
    s3.create_bucket(Bucket=bucket)
    for key, shards in path.lists.items():
        items: list[Any] = [{"shard": number} for number in shards]
        if batched:
            shared = {"rollout": "churn-1", "generation": 1}
            items = [{"BatchInput": shared, "Items": [item]} for item in items]
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(items).encode())


def _fits(template: dict[str, Any], payload: dict[str, Any]) -> bool:
    constants = {key: value for key, value in template.items() if not key.endswith(".$")}
    names = {key.removesuffix(".$") for key in template}
    return names == set(payload) and constants.items() <= payload.items()


def _states(block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in block["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from _states(state["ItemProcessor"])
