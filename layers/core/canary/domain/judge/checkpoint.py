"""The fold as plain JSON, so that a look can go on where the frozen windows end."""

from dataclasses import asdict
from typing import Any

from pydantic import JsonValue

from canary.domain.judge.fold import Fold
from canary.domain.judge.guard_fold import GuardFold
from canary.stats.advance import AdvanceState
from canary.stats.roll_back import RollBackState

VERSION = 1


def to_plain(fold: Fold) -> JsonValue:
    """Return the fold as JSON lists, objects and numbers."""
    plain: dict[str, Any] = asdict(fold)
    for guard, state in zip(plain["guards"], fold.guards, strict=True):
        guard["roll_back"], guard["advance"] = state.roll_back.to_plain(), state.advance.to_plain()
    return {"version": VERSION, **_lists(plain)}


def _lists(value: Any) -> Any:
    """Return the value with every tuple as a list, as JSON would read it back."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, list | tuple) else value


def from_plain(plain: JsonValue) -> Fold:
    """Return the fold `to_plain` wrote; raises ValueError for another version."""
    if not isinstance(plain, dict) or plain.get("version") != VERSION:
        raise ValueError(f"not a checkpoint of version {VERSION}")
    fields: dict[str, Any] = {key: value for key, value in plain.items() if key != "version"}
    guards = tuple(_guard(guard) for guard in fields.pop("guards"))
    return Fold(guards, **{**fields, "split": tuple(fields["split"])})


def _guard(plain: dict[str, Any]) -> GuardFold:
    return GuardFold(
        RollBackState.from_plain(plain["roll_back"]),
        AdvanceState.from_plain(plain["advance"]),
        tuple(plain["watch"]),
        tuple((minute, rate) for minute, rate in plain["recent"]),
        tuple((bad, requests) for bad, requests in plain["reference"]),
        tuple(plain["canary"]),
        tuple(plain["baseline"]),
        plain["minutes"],
        plain["last_minute"],
    )
