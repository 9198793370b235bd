"""Every event a function may be sent is read into a model, or refused naming field and remedy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.spec import read_spec
from canary.flow.commands.order import Command
from canary.flow.recover import recover_document
from canary.wiring import collector_events, events, starter_events
from tests.rollouts import a_record

SAMPLES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in Path("events").glob("*.json")
}
READERS: dict[str, Callable[[object], object]] = {
    "planner": events.planner_event,
    "shifter": events.shifter_event,
    "stager": events.stager_event,
    "collector": collector_events.collector_event,
    "evaluator": events.evaluator_event,
    "decider": events.decider_event,
    "starter": starter_events.starter_event,
}
SENT = {name: sample for name, sample in SAMPLES.items() if name.split("-")[0] in READERS}
TASKS = {name: sample for name, sample in SENT.items() if "source" not in sample}
AWS = {name: sample for name, sample in SENT.items() if "source" in sample}
OPTIONAL = {"cause", "shard", "shards"}


def read(name: str, event: object) -> Any:
    """Return what the function of a sample reads of an event."""
    return READERS[name.split("-", maxsplit=1)[0]](event)


def objects(document: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within a document, itself included."""
    if isinstance(document, dict):
        yield document
        for value in document.values():
            yield from objects(value)


@pytest.mark.parametrize("name", SENT)
def test_a_sample_is_read(name: str) -> None:
    """One real-shaped event for every function and path."""
    assert read(name, SENT[name])


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - SENT.keys()))
def test_the_input_of_an_execution_is_read(name: str) -> None:
    """A spec, a command, or what a recovery is started with."""
    document = SAMPLES[name]
    if "command" in document:
        assert Command.model_validate(document).command == name.removeprefix("execution-")
    elif "recover" in document:
        started: Any = recover_document(a_record())
        assert document["recover"].keys() == started["recover"].keys() - {"story"}
    else:
        assert read_spec(document).canary == "v2"


@pytest.mark.parametrize(
    ("name", "key"),
    [(n, key) for n, task in TASKS.items() for key in sorted(task.keys() - OPTIONAL)],
)
def test_a_task_without_one_of_its_keys_is_refused(name: str, key: str) -> None:
    """The key is named, and where to see how it should be."""
    event = {k: v for k, v in TASKS[name].items() if k != key}
    with pytest.raises(Refused) as refused:
        read(name, event)
    assert key in str(refused.value)
    assert refused.value.remedy == f"Send what events/{name.split('-', maxsplit=1)[0]}-*.json show"


@pytest.mark.parametrize("name", TASKS)
def test_a_task_with_an_unknown_key_is_refused(name: str) -> None:
    """Our own payloads are closed: what nobody reads was meant for something."""
    with pytest.raises(Refused, match="surprise: Extra inputs are not permitted"):
        read(name, {**TASKS[name], "surprise": 1})


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if "generation" in task])
@pytest.mark.parametrize("generation", ["1", 1.5, None, True])
def test_nothing_in_a_task_is_converted(name: str, generation: object) -> None:
    """A generation that only looks like one is refused."""
    with pytest.raises(Refused, match="generation: Input should be a valid integer"):
        read(name, {**TASKS[name], "generation": generation})


@pytest.mark.parametrize("name", AWS)
def test_an_event_of_aws_may_carry_more(name: str) -> None:
    """AWS adds fields when it likes to, at every level."""
    event = json.loads(json.dumps(AWS[name]))
    for level in list(objects(event)):
        if level.get("version") != 1:  # the detail of our own events is ours
            level["new-at-aws"] = {"more": 1}
    assert read(name, event) == read(name, AWS[name])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("collector-schedule", ("source",)),
        ("collector-rollouts-due", ("detail", "rollouts")),
        ("decider-alarm-state-change", ("detail-type",)),
        ("decider-alarm-state-change", ("detail", "alarmName")),
        ("decider-alarm-state-change", ("detail", "state", "value")),
        ("decider-execution-status-change", ("detail", "executionArn")),
        ("decider-evidence-collected", ("detail", "rollout")),
        ("decider-quality-evaluated", ("detail", "version")),
    ],
)
def test_an_event_without_what_is_read_is_refused(name: str, path: tuple[str, ...]) -> None:
    """The field is named by its path."""
    event: Any = json.loads(json.dumps(AWS[name]))
    level = event
    for key in path[:-1]:
        level = level[key]
    del level[path[-1]]
    with pytest.raises(Refused, match="Send what events/") as refused:
        read(name, event)
    assert path[0] == "detail-type" or refused.value.field.endswith(".".join(path))


def test_the_detail_of_our_own_events_is_closed() -> None:
    """It is ours, whatever envelope AWS puts around it."""
    event = SAMPLES["decider-evidence-collected"]
    with pytest.raises(Refused, match=r"detail\.surprise"):
        read("decider", {**event, "detail": {**event["detail"], "surprise": 1}})


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("event", [None, [], "text", {}, {"action": "jump"}, {"action": ["move"]}])
def test_what_is_no_event_is_refused(name: str, event: object) -> None:
    """Never an error of Python's."""
    with pytest.raises(Refused):
        read(name, event)


@pytest.mark.parametrize("name", ["shifter-restore", "decider-close"])
@pytest.mark.parametrize("key", ["cause", "story"])
def test_the_cause_goes_by_its_older_name_too(name: str, key: str) -> None:
    """An execution of 5d17009's definition that still runs sends `story`."""
    event = {k: v for k, v in TASKS[name].items() if k != "cause"}
    assert read(name, {**event, key: {"reason": "worse"}}).carried == {"reason": "worse"}


@pytest.mark.parametrize("carried", [None, "text", 3, [], {"Error": 7}, {"anything": "else"}])
def test_no_cause_keeps_a_rollout_from_being_restored(carried: object) -> None:
    """Whatever the machine carried, there is a sentence, and the way back is open."""
    task = read("shifter", {**SAMPLES["shifter-restore"], "cause": carried})
    assert task.cause
