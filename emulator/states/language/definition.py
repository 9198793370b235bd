"""Reading a definition: what this interpreter runs is checked whole at creation, and the rest
refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emulator.states.language import choice
from emulator.states.language.errors import InvalidDefinition

_EVERY = {"Type", "Comment", "QueryLanguage"}
_FLOW = {"Next", "End", "InputPath", "OutputPath"}
_CAUGHT = {"Retry", "Catch", "ResultPath", "ResultSelector", "Parameters"}
_FIELDS: dict[str, set[str]] = {
    "Pass": _EVERY | _FLOW | {"Result", "ResultPath", "Parameters"},
    "Task": _EVERY
    | _FLOW
    | _CAUGHT
    | {
        "Resource",
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "HeartbeatSeconds",
        "HeartbeatSecondsPath",
    },
    "Choice": _EVERY | {"Choices", "Default", "InputPath", "OutputPath"},
    "Wait": _EVERY | _FLOW | {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Succeed": _EVERY | {"InputPath", "OutputPath"},
    "Fail": _EVERY | {"Error", "ErrorPath", "Cause", "CausePath"},
    "Parallel": _EVERY | _FLOW | _CAUGHT | {"Branches"},
    "Map": _EVERY
    | _FLOW
    | _CAUGHT
    | {
        "ItemsPath",
        "ItemProcessor",
        "Iterator",
        "ItemSelector",
        "MaxConcurrency",
        "MaxConcurrencyPath",
        "Label",
        "ItemReader",
        "ItemBatcher",
        "ResultWriter",
        "ToleratedFailurePercentage",
    },
}
_DISTRIBUTED = {"Label", "ItemReader", "ItemBatcher", "ResultWriter", "ToleratedFailurePercentage"}
"""Fields of a Map that starts child executions; an inline one has none of them."""
_OBJECTS = {"ItemReader": "s3:getObject", "ResultWriter": "s3:putObject"}
LONGEST_LABEL = 40
_MACHINE_FIELDS = {"Comment", "StartAt", "States", "TimeoutSeconds", "Version", "QueryLanguage"}


def parse(text: str) -> dict[str, Any]:
    """Return the definition as a document. Raises InvalidDefinition naming the state and what is
    wrong with it.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InvalidDefinition(f"INVALID_JSON_DESCRIPTION: {error}") from error
    unknown = set(document) - _MACHINE_FIELDS
    if unknown:
        raise InvalidDefinition(f"unknown fields {sorted(unknown)} at /")
    check_states(document)
    return dict(document)


def check_states(block: Mapping[str, Any]) -> None:
    """Check one block of states: the machine, a branch or an item processor."""
    states = block.get("States") or {}
    if block.get("StartAt") not in states:
        raise InvalidDefinition(f"MISSING_TRANSITION_TARGET: StartAt {block.get('StartAt')!r}")
    for name, state in states.items():
        if len(name) > 80:
            raise InvalidDefinition(f"a state's name has at most 80 characters: {name}")
        _check_state(name, state, states)


def _check_state(name: str, state: Mapping[str, Any], states: Mapping[str, Any]) -> None:
    kind = state.get("Type")
    if kind not in _FIELDS:
        raise InvalidDefinition(f"/States/{name}: unknown Type {kind!r}")
    unknown = set(state) - _FIELDS[kind]
    if unknown:
        raise InvalidDefinition(f"/States/{name}: unknown fields {sorted(unknown)}")
    if state.get("QueryLanguage", "JSONPath") != "JSONPath":
        raise InvalidDefinition(f"/States/{name}: only JSONPath is interpreted")
    if kind not in {"Choice", "Succeed", "Fail"} and ("Next" in state) == bool(state.get("End")):
        raise InvalidDefinition(f"/States/{name}: exactly one of Next and End is needed")
    for target in _targets(state):
        if target not in states:
            raise InvalidDefinition(f"MISSING_TRANSITION_TARGET: /States/{name} goes to {target!r}")
    _check_inside(name, kind, state)


def _targets(state: Mapping[str, Any]) -> list[str]:
    found = [state[key] for key in ("Next", "Default") if key in state]
    found += [rule.get("Next") for rule in state.get("Choices", [])]
    return found + [catcher.get("Next") for catcher in state.get("Catch", [])]


def _check_inside(name: str, kind: str, state: Mapping[str, Any]) -> None:
    if kind == "Task" and not isinstance(state.get("Resource"), str):
        raise InvalidDefinition(f"/States/{name}: a Task needs a Resource")
    for rule in state.get("Choices", []):
        _check_rule({key: value for key, value in rule.items() if key != "Next"})
    for branch in state.get("Branches", []):
        check_states(branch)
    if kind == "Map":
        processor = item_processor(state)
        _check_map(name, state, processor.get("ProcessorConfig", {}))
        check_states(processor)


def _check_map(name: str, state: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    if config.get("Mode", "INLINE") == "INLINE":
        if _DISTRIBUTED & set(state):
            raise InvalidDefinition(f"/States/{name}: only a distributed Map has such fields")
        return
    if (config["Mode"], config.get("ExecutionType")) != ("DISTRIBUTED", "STANDARD"):
        raise InvalidDefinition(f"/States/{name}: only STANDARD child executions are interpreted")
    if len(state.get("Label", "")) > LONGEST_LABEL:
        raise InvalidDefinition(f"/States/{name}: a Label has at most {LONGEST_LABEL} characters")
    for field, action in _OBJECTS.items():
        if field in state and not state[field]["Resource"].endswith(f":states:::{action}"):
            raise InvalidDefinition(f"/States/{name}: {field} is interpreted by {action} alone")
    reader = state.get("ItemReader", {}).get("ReaderConfig", {"InputType": "JSON"})
    if reader != {"InputType": "JSON"}:
        raise InvalidDefinition(f"/States/{name}: only a JSON array is read")
    if "MaxInputBytesPerBatch" in state.get("ItemBatcher", {}):
        raise InvalidDefinition(f"/States/{name}: only batches by number are interpreted")


def _check_rule(rule: Mapping[str, Any]) -> None:
    for key in ("And", "Or"):
        for part in rule.get(key, []):
            _check_rule(part)
    if "Not" in rule:
        _check_rule(rule["Not"])
    if not {"And", "Or", "Not"} & set(rule):
        choice.operator_of(dict(rule))


def item_processor(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the states a Map runs for each item."""
    processor: Mapping[str, Any] = state.get("ItemProcessor") or state.get("Iterator") or {}
    return processor
