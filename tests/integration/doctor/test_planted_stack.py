"""Faults of a stack and of who hears it, planted: each is named by the doctor's own line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from demo.account import ON_CALL, STACK
from tests.integration.doctor.patient import Patient, is_broken


def test_a_stack_that_is_not_there(patient: Patient) -> None:
    """Named, exit code 1, and nothing that rests on it is called fine."""
    answer = patient.asked("--json", stack="nobody", endpoint="")
    assert answer.exit_code == 1
    states = {one["check"]: one["state"] for one in json.loads(answer.stdout)["checks"]}
    assert states.pop("stack") == "broken"
    assert {state for name, state in states.items() if name != "quota: metrics"} == {"unknown"}


@pytest.mark.parametrize(
    ("status", "state"), [("UPDATE_ROLLBACK_FAILED", "broken"), ("UPDATE_IN_PROGRESS", "unknown")]
)
def test_a_stack_whose_last_change_did_not_end_well(
    patient: Patient, status: str, state: str
) -> None:
    """Failed is broken; on its way cannot be known yet."""
    stacks = patient.emulator.stacks
    whole = stacks[STACK]
    stacks[STACK] = replace(whole, status=status)
    patient.put_back(lambda: stacks.update({STACK: whole}))
    found = patient.diagnosis("stack")
    assert (found.state, status in found.said) == (state, True)


def test_a_stack_of_another_application(patient: Patient) -> None:
    """What it lacks is named."""
    stacks = patient.emulator.stacks
    whole = stacks[STACK]
    kept = {name: one for name, one in whole.resources.items() if name != "DeciderFunction"}
    stacks[STACK] = replace(whole, resources=kept)
    patient.put_back(lambda: stacks.update({STACK: whole}))
    is_broken(patient, "stack", "DeciderFunction")


def test_a_function_on_another_runtime(patient: Patient) -> None:
    """Named with what the stack was deployed for."""
    change = patient.client("lambda").update_function_configuration
    name = patient.physical("ShifterFunction")
    change(FunctionName=name, Runtime="python3.9")
    patient.put_back(lambda: change(FunctionName=name, Runtime="python3.13"))
    is_broken(patient, "functions", "ShifterFunction", "python3.9", "python3.13 arm64")


def test_a_rule_that_is_off(patient: Patient) -> None:
    """With the command that switches it on."""
    events, name = patient.client("events"), patient.physical("DeciderFunctionAlarms")
    events.disable_rule(Name=name)
    patient.put_back(lambda: events.enable_rule(Name=name))
    is_broken(patient, "rules", f"aws events enable-rule --name {name}")


def test_a_rule_without_a_target(patient: Patient) -> None:
    """Everything it matches is dropped in silence."""
    events, name = patient.client("events"), patient.physical("DeciderFunctionExecutions")
    targets = events.list_targets_by_rule(Rule=name)["Targets"]
    events.remove_targets(Rule=name, Ids=[one["Id"] for one in targets])
    patient.put_back(lambda: events.put_targets(Rule=name, Targets=targets))
    is_broken(patient, "rules", name, "dropped")


def test_ticks_that_stopped(patient: Patient) -> None:
    """Since when, and whose log to read."""
    events, name = patient.client("events"), patient.physical("CollectorFunctionEveryMinute")
    events.disable_rule(Name=name)

    def again() -> None:
        events.enable_rule(Name=name)
        patient.emulator.run_minutes(5)

    patient.put_back(again)
    patient.emulator.run_minutes(8)
    is_broken(patient, "ticks", "no tick", patient.physical("CollectorFunction"))


def test_an_event_nobody_took(patient: Patient) -> None:
    """How many wait, and how to read them."""
    sqs, url = patient.client("sqs"), patient.stage.outputs["UndeliveredUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    patient.put_back(lambda: sqs.purge_queue(QueueUrl=url))
    is_broken(patient, "undelivered", "1 event ", "aws sqs receive-message")


def test_an_event_that_somebody_looks_at_counts_too(patient: Patient) -> None:
    """While it is received it does not wait, and lies there still; so does one held back."""
    sqs, url = patient.client("sqs"), patient.stage.outputs["UndeliveredUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    sqs.send_message(QueueUrl=url, MessageBody="{}", DelaySeconds=900)
    patient.put_back(lambda: sqs.purge_queue(QueueUrl=url))
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=900)
    is_broken(patient, "undelivered", "2 events ")


def test_a_queue_that_is_gone(patient: Patient) -> None:
    """Events have nowhere to go."""
    url = patient.stage.outputs["UndeliveredUrl"]

    def gone(call: Any, proceed: Callable[[], Any]) -> Any:
        if call.operation == "GetQueueAttributes":
            raise call.error("AWS.SimpleQueueService.NonExistentQueue", f"no {url}")
        return proceed()

    patient.answer(gone)
    is_broken(patient, "undelivered", "gone")


def test_nobody_subscribed(patient: Patient) -> None:
    """With the command that subscribes somebody to this very topic."""
    _unsubscribe(patient)
    is_broken(patient, "subscribers", "no subscription", f"--topic-arn {patient.topic}")


def test_an_address_that_never_confirmed(patient: Patient) -> None:
    """Whose it is, and what to do with the mail."""
    _unsubscribe(patient)
    patient.client("sns").subscribe(TopicArn=patient.topic, Protocol="email", Endpoint=ON_CALL)
    is_broken(patient, "subscribers", f"{ON_CALL} never confirmed", "Follow the link")


def test_nobody_need_be_subscribed_where_events_alone_are_read(patient: Patient) -> None:
    """The parameter says so, and the doctor says that."""
    stacks = patient.emulator.stacks
    whole = stacks[STACK]
    stacks[STACK] = replace(whole, parameters={**whole.parameters, "SubscribersExpected": "no"})
    patient.put_back(lambda: stacks.update({STACK: whole}))
    _unsubscribe(patient)
    found = patient.diagnosis("subscribers")
    assert (found.state, "SubscribersExpected is no" in found.said) == ("fine", True)


def _unsubscribe(patient: Patient) -> None:
    sns = patient.client("sns")
    for one in sns.list_subscriptions_by_topic(TopicArn=patient.topic)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])

    def again() -> None:
        sns.subscribe(TopicArn=patient.topic, Protocol="email", Endpoint=ON_CALL)
        patient.emulator.confirm_subscription(ON_CALL)

    patient.put_back(again)


def test_a_topic_that_is_gone(patient: Patient) -> None:
    """No message and no alarm reaches anybody."""
    patient.without_topic()
    is_broken(patient, "subscribers", "is gone")


def test_a_message_nobody_gets(patient: Patient) -> None:
    """The topic takes it, and that is all."""
    _unsubscribe(patient)
    is_broken(patient, "test message", "nobody to deliver it to", send=True)
    patient.emulator.run_minutes(2)
