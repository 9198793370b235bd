"""Map in distributed mode: a Map Run, whose items are read from S3 and whose batches are child
executions with histories of their own.

Threads. A child holds the account's lock while it steps, as its parent does. A child that fails
ends no other one until more have failed than the state tolerates. Stopping the parent stops them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from emulator.states.execution import (
    ABORTED,
    FAILED,
    SUCCEEDED,
    Execution,
    compact,
)
from emulator.states.interpreter import MOST_DATA_BYTES, State, Walk, context_of, stamp
from emulator.states.language import intrinsics, paths
from emulator.states.language.definition import item_processor
from emulator.states.language.errors import Halted, StateError

MOST_CHILDREN_AT_ONCE = 10_000
"""Source: "Step Functions service quotas", quotas related to Map Runs."""
ITEM_READER_FAILED = "States.ItemReaderFailed"
RESULT_WRITER_FAILED = "States.ResultWriterFailed"
TOO_MANY_FAILED = "States.ExceedToleratedFailureThreshold"


class Objects(Protocol):
    """What a Map Run reaches under its machine's role; each raises StateError where it may not."""

    def read_object(self, role_arn: str, bucket: str, key: str) -> str:
        """Return an object's text. Raises States.ItemReaderFailed."""

    def write_object(self, role_arn: str, bucket: str, key: str, text: str) -> None:
        """Write an object. Raises States.ResultWriterFailed."""

    def refuse_children(self, role_arn: str, machine_arn: str) -> None:
        """Raise StateError where the role may not start executions of its own machine."""


@dataclass(eq=False)
class MapRun:
    """One run of a distributed Map: its ARN, and its child executions as they were started."""

    arn: str
    children: list[Execution] = field(default_factory=list)


class _Child:
    """A child execution at work."""

    def __init__(self, parent: Walk, execution: Execution, is_halted: Callable[[], bool]) -> None:
        self.execution = execution
        self.walk = Walk(
            parent.clock,
            execution,
            parent.tasks,
            lambda: is_halted() or not execution.is_running,
        )

    def run(self, on_status: Callable[[Execution], None]) -> None:
        execution, block = self.execution, self.execution.definition
        with self.walk.clock.lock:
            try:
                data = json.loads(execution.execution_input)
                output = self.walk.run(
                    block["States"], block["StartAt"], data, context_of(execution)
                )
            except StateError as error:
                self._end(FAILED, error=error.error or None, cause=error.cause or None)
            except Halted:
                self._end(ABORTED)
            else:
                execution.output = compact(output)
                self._end(SUCCEEDED)
            on_status(execution)

    def _end(self, status: str, **why: str | None) -> None:
        if self.execution.is_running:
            self.execution.end(self.walk.clock.now(), status, **why)


@dataclass(eq=False)
class DistributedMap:
    """One attempt at a Map state in distributed mode."""

    walk: Walk
    state: State
    given: Any
    context: paths.Context
    objects: Objects
    on_status: Callable[[Execution], None]
    is_over: bool = False

    def run(self, map_run: MapRun) -> Any:
        """Return what the state puts out: where its results were written, or the children's
        outputs. Raises StateError.
        """
        walk = self.walk
        walk.note("MapStateStarted", length=0 if "ItemReader" in self.state else self._length())
        walk.note("MapRunStarted", mapRunArn=map_run.arn)
        try:
            self.objects.refuse_children(walk.execution.role_arn, walk.execution.state_machine_arn)
            self._run_all(map_run)
            result = self._result(map_run)
        except StateError as error:
            walk.note("MapRunFailed", error=error.error, cause=error.cause or None)
            raise
        walk.note("MapRunSucceeded")
        walk.note("MapStateSucceeded")
        return result

    def _length(self) -> int:
        return len(paths.read(self.state.get("ItemsPath", "$"), self.given, self.context))

    def _run_all(self, map_run: MapRun) -> None:
        walk, inputs = self.walk, self._inputs()
        most = self._number("MaxConcurrency") or MOST_CHILDREN_AT_ONCE
        tolerated = self.state.get("ToleratedFailurePercentage", 0)
        left, children = list(inputs), map_run.children
        try:
            while left or any(child.is_running for child in children):
                while left and sum(child.is_running for child in children) < most:
                    self._start(map_run, left.pop(0))
                over = sum(not child.is_running for child in children)
                walk.wait(
                    lambda over=over: sum(not one.is_running for one in children) > over,  # type: ignore[misc]
                    None,
                )
                failed = sum(child.status == FAILED for child in children)
                if 100 * failed > tolerated * len(inputs):
                    cause = "The specified tolerated failure threshold was exceeded"
                    raise StateError(TOO_MANY_FAILED, cause)
        finally:
            self.is_over = True

    def _inputs(self) -> list[Any]:
        """Return the children's inputs: the items, each through the selector, in batches."""
        selector, found = self.state.get("ItemSelector"), []
        for index, item in enumerate(self._items()):
            own = {**self.context, "Map": {"Item": {"Index": index, "Value": item}}}
            found.append(
                item if selector is None else intrinsics.template(selector, self.given, own)
            )
        batcher = self.state.get("ItemBatcher")
        if batcher is None:
            return found
        size = self._number("MaxItemsPerBatch", batcher)
        if size < 1:
            raise StateError("States.Runtime", "MaxItemsPerBatch must be a positive integer")
        shared = {}
        if "BatchInput" in batcher:
            told = intrinsics.template(batcher["BatchInput"], self.given, self.context)
            shared = {"BatchInput": told}
        return [{**shared, "Items": found[at : at + size]} for at in range(0, len(found), size)]

    def _items(self) -> Sequence[Any]:
        reader = self.state.get("ItemReader")
        if reader is None:
            items = paths.read(self.state.get("ItemsPath", "$"), self.given, self.context)
        else:
            place = intrinsics.template(reader["Parameters"], self.given, self.context)
            role = self.walk.execution.role_arn
            items = _parsed(self.objects.read_object(role, place["Bucket"], place["Key"]))
        if not isinstance(items, list):
            raise StateError(ITEM_READER_FAILED, "Attempting to map over non-iterable node.")
        return items

    def _number(self, name: str, within: Any = None) -> int:
        """Return a field's number, or what its path selects; 0 where there is neither."""
        fields = self.state if within is None else within
        if f"{name}Path" not in fields:
            return int(fields.get(name, 0))
        found = paths.read(fields[f"{name}Path"], self.given, self.context)
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise StateError("States.Runtime", f"{name}Path must select a non-negative integer")
        return found

    def _start(self, map_run: MapRun, data: Any) -> None:
        parent, text, label = self.walk.execution, compact(data), self._label
        if len(text) > MOST_DATA_BYTES:
            raise StateError("States.DataLimitExceeded", "A child's input exceeds the maximum")
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{map_run.arn}/{len(map_run.children)}")
        machine = parent.execution_arn.replace(":execution:", ":stateMachine:").rpartition(":")[0]
        execution = Execution(
            f"{parent.execution_arn.rpartition(':')[0]}/{label}:{name}",
            str(name),
            f"{machine}/{label}",
            f"{parent.state_machine_name}/{label}",
            parent.role_arn,
            dict(item_processor(self.state)),
            text,
            self.walk.clock.now(),
        )
        execution.record(
            self.walk.clock.now(), "ExecutionStarted", input=text, roleArn=parent.role_arn
        )
        map_run.children.append(execution)
        self.on_status(execution)
        child = _Child(self.walk, execution, lambda: self.is_over or self.walk.is_halted())
        self.walk.clock.spawn(lambda: child.run(self.on_status), name=f"child {name}")

    @property
    def _label(self) -> str:
        return str(self.state.get("Label") or self.context["State"]["Name"].replace(" ", ""))

    def _result(self, map_run: MapRun) -> Any:
        """Return the outputs in the order of the items, or where they were written."""
        writer = self.state.get("ResultWriter")
        if writer is None:
            told = [child.output for child in map_run.children]
            return [json.loads(output) for output in told if output is not None]
        place = intrinsics.template(writer["Parameters"], self.given, self.context)
        folder = "/".join(filter(None, (place["Prefix"].strip("/"), map_run.arn.split(":")[-1])))
        files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
        for status in (FAILED, SUCCEEDED):
            ended = [_written(one) for one in map_run.children if one.status == status]
            if ended:
                key, text = f"{folder}/{status}_0.json", compact(ended)
                self._write(place["Bucket"], key, text)
                files[status].append({"Key": key, "Size": len(text)})
        manifest = {
            "DestinationBucket": place["Bucket"],
            "MapRunArn": map_run.arn,
            "ResultFiles": files,
        }
        key = f"{folder}/manifest.json"
        self._write(place["Bucket"], key, compact(manifest))
        details = {"Bucket": place["Bucket"], "Key": key}
        return {"MapRunArn": map_run.arn, "ResultWriterDetails": details}

    def _write(self, bucket: str, key: str, text: str) -> None:
        self.objects.write_object(self.walk.execution.role_arn, bucket, key, text)


def new_map_run(walk: Walk, state: State, number: int) -> MapRun:
    """Return a Map Run with an ARN of its own, run by run the same."""
    execution = walk.execution
    head, _, machine = execution.execution_arn.rpartition(":")[0].rpartition(":execution:")
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{execution.execution_arn}/{number}")
    return MapRun(f"{head}:mapRun:{machine}/{state.get('Label') or 'Map'}:{name}")


def is_distributed(state: State) -> bool:
    """Return whether a Map starts child executions."""
    config = item_processor(state).get("ProcessorConfig", {})
    return bool(config.get("Mode") == "DISTRIBUTED")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise StateError(ITEM_READER_FAILED, f"The object is no JSON: {error}") from error


def _written(child: Execution) -> dict[str, Any]:
    """Return a child as the result files tell it."""
    told: dict[str, Any] = {
        "ExecutionArn": child.execution_arn,
        "Input": child.execution_input,
        "InputDetails": {"Included": True},
        "Name": child.name,
        "StartDate": stamp(child.start_date),
        "StateMachineArn": child.state_machine_arn,
        "Status": child.status,
    }
    if child.stop_date is not None:
        told["StopDate"] = stamp(child.stop_date)
    if child.status == SUCCEEDED:
        return told | {"Output": child.output, "OutputDetails": {"Included": True}}
    return told | {"Error": child.error, "Cause": child.cause}
