"""The fold as plain JSON, so that a look can go on where the frozen windows end."""

from dataclasses import fields
from typing import Any

from pydantic import JsonValue, TypeAdapter

from canary.domain.judge.fold import Fold
from canary.stats.advance import AdvanceState
from canary.stats.roll_back import RollBackState

VERSION = 3
_FOLD = TypeAdapter(Fold)


def to_plain(fold: Fold) -> JsonValue:
    """Return the fold as JSON lists, objects and numbers."""
    return {"version": VERSION, **_FOLD.dump_python(fold, mode="json")}


def from_plain(plain: JsonValue) -> Fold:
    """Return the fold that `to_plain` wrote, today or in an older version.

    Raises ValueError for another version or anything else that is no checkpoint.
    """
    version = plain.get("version") if isinstance(plain, dict) else None
    if not isinstance(plain, dict) or version not in range(1, VERSION + 1):
        raise ValueError(f"not a checkpoint of version 1 to {VERSION}")
    state: dict[str, Any] = {key: value for key, value in plain.items() if key != "version"}
    return _FOLD.validate_python(_with_arrivals(_named(state) if version == 1 else state))


def _with_arrivals(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state that counted the split alone, in minutes in which every baseline spoke."""
    if "split" not in state:
        return state
    canary, baseline = state.pop("split")
    account = {"silent": (), "canary": canary, "baseline": baseline}
    return {**state, "arrivals": {"accounts": (account,)}, "arrivals_bake": state["bake"]}


def _named(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state of version 1, whose processes were lists of values in the order of their
    fields, with the fields named.
    """
    processes = {"roll_back": RollBackState, "advance": AdvanceState}
    named = [
        {**guard, **{name: _fields(of, guard[name]) for name, of in processes.items()}}
        for guard in state["guards"]
    ]
    return {**state, "guards": named}


def _fields(process: type[Any], values: list[Any]) -> dict[str, Any]:
    # What was added since stands behind what there was, with a value for where it is missing.
    return dict(zip((field.name for field in fields(process)), values, strict=False))
