"""Parallel and inline Map: branches are workers of their own; the first that fails ends the
others.

Threads. A branch holds the account's lock while it steps, as its execution does.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from emulator.states.interpreter import State, Walk
from emulator.states.language import intrinsics, paths
from emulator.states.language.definition import item_processor
from emulator.states.language.errors import Halted, StateError

MOST_INLINE_CONCURRENCY = 40


class _Branch:
    """A sequence of states of its own; `noted` is told Started, Succeeded or Failed as it goes."""

    noted: Callable[[str], None] = staticmethod(lambda _end: None)

    def __init__(self, group: _Group, block: Any, data: Any, context: paths.Context) -> None:
        self.block = block
        self.data = data
        self.context = context
        self.walk = Walk(group.walk.clock, group.walk.execution, group.walk.tasks, group.is_halted)
        self.output: Any = None
        self.error: StateError | None = None
        self.is_over = False

    def run(self) -> None:
        with self.walk.clock.lock:
            try:
                self._go()
            except StateError as error:
                self.error = error
            except Halted:
                pass
            finally:
                self.is_over = True

    def _go(self) -> None:
        self.noted("Started")
        try:
            self.output = self.walk.run(
                self.block["States"], self.block["StartAt"], self.data, self.context
            )
        except StateError:
            self.noted("Failed")
            raise
        self.noted("Succeeded")


class _Group:
    """Branches that end together."""

    def __init__(self, walk: Walk, most_at_once: int) -> None:
        self.walk = walk
        self.most_at_once = most_at_once
        self.is_cancelled = False

    def is_halted(self) -> bool:
        return self.is_cancelled or self.walk.is_halted()

    def run(self, branches: Sequence[_Branch]) -> list[Any]:
        left = list(branches)
        started: list[_Branch] = []
        try:
            while left or not all(branch.is_over for branch in started):
                while left and sum(not branch.is_over for branch in started) < self.most_at_once:
                    branch = left.pop(0)
                    started.append(branch)
                    self.walk.clock.spawn(branch.run, name=f"branch {branch.block['StartAt']}")
                over = sum(branch.is_over for branch in started)
                self.walk.wait(
                    lambda over=over: sum(branch.is_over for branch in started) > over,  # type: ignore[misc]
                    None,
                )
                failed = next(
                    (branch.error for branch in started if branch.error is not None), None
                )
                if failed is not None:
                    raise failed
        except StateError:
            self._note_aborted(started)
            raise
        finally:
            self.is_cancelled = True
        return [branch.output for branch in branches]

    def _note_aborted(self, started: Sequence[_Branch]) -> None:
        for branch in started:
            if not branch.is_over:
                name = branch.context["State"]["Name"]
                self.walk.note(f"{branch.block['States'][name]['Type']}StateAborted")
                branch.noted("Aborted")


def parallel(walk: Walk, state: State, data: Any, context: paths.Context) -> list[Any]:
    """Return the outputs of a Parallel state's branches, in order. Raises the first StateError."""
    group = _Group(walk, len(state["Branches"]))
    made = [
        _Branch(group, block, copy.deepcopy(data), copy.deepcopy(context))
        for block in state["Branches"]
    ]
    walk.note("ParallelStateStarted")
    outputs = group.run(made)
    walk.note("ParallelStateSucceeded")
    return outputs


def each_item(walk: Walk, state: State, given: Any, context: paths.Context) -> list[Any]:
    """Return the outputs of a Map state's items, in order. Raises the first StateError."""
    items = paths.read(state.get("ItemsPath", "$"), given, context)
    if not isinstance(items, list):
        raise StateError("States.Runtime", "The ItemsPath of a Map must select an array")
    group = _Group(walk, _most_at_once(state, given, context) or MOST_INLINE_CONCURRENCY)
    selector = state.get("ItemSelector", state.get("Parameters"))
    made = []
    for index, item in enumerate(items):
        own = {**copy.deepcopy(context), "Map": {"Item": {"Index": index, "Value": item}}}
        data = item if selector is None else intrinsics.template(selector, given, own)
        branch = _Branch(group, item_processor(state), copy.deepcopy(data), own)
        branch.noted = partial(_note_item, branch.walk, context["State"]["Name"], index)
        made.append(branch)
    walk.note("MapStateStarted", length=len(items))
    outputs = group.run(made)
    walk.note("MapStateSucceeded")
    return outputs


def _note_item(walk: Walk, name: str, index: int, end: str) -> None:
    walk.note(f"MapIteration{end}", name=name, index=index)


def _most_at_once(state: State, given: Any, context: paths.Context) -> int:
    """Return how many items run at once, 0 for as many as there may be; read from the input where a
    path says so.
    """
    if "MaxConcurrencyPath" not in state:
        return int(state.get("MaxConcurrency", 0))
    found = paths.read(state["MaxConcurrencyPath"], given, context)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise StateError(
            "States.Runtime", "The MaxConcurrencyPath of a Map must select a non-negative integer"
        )
    return found
