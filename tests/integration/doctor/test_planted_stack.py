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


def test_several_rules_that_are_broken_are_all_named(patient: Patient) -> None:
    """Off and without a target, in one line."""
    events = patient.client("events")
    off = patient.physical("DeciderFunctionAlarms")
    bare = patient.physical("DeciderFunctionExecutions")
    events.disable_rule(Name=off)
    patient.put_back(lambda: events.enable_rule(Name=off))
    targets = events.list_targets_by_rule(Rule=bare)["Targets"]
    events.remove_targets(Rule=bare, Ids=[one["Id"] for one in targets])
    patient.put_back(lambda: events.put_targets(Rule=bare, Targets=targets))
    is_broken(patient, "rules", f"dropped: {bare}; disabled: {off}", "REVERT_DRIFT")


def test_a_function_that_does_not_let_eventbridge_in(patient: Patient) -> None:
    """The rule is on and has its target, and every event is dropped."""
    client, function = patient.client("lambda"), patient.physical("CollectorFunction")
    rule = patient.physical("CollectorFunctionEveryMinute")
    statements = json.loads(client.get_policy(FunctionName=function)["Policy"])["Statement"]
    [mine] = [one for one in statements if rule in json.dumps(one)]
    client.remove_permission(FunctionName=function, StatementId=mine["Sid"])
    source = mine["Condition"]["ArnLike"]["AWS:SourceArn"]
    patient.put_back(
        lambda: client.add_permission(
            FunctionName=function,
            StatementId=mine["Sid"],
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=source,
        )
    )
    is_broken(patient, "rules", f"{function} from {rule}", "add-permission", source)


def test_a_key_whose_policy_keeps_alarms_out(patient: Patient) -> None:
    """Alarms would ring, and their action fail without a word."""
    key, client = patient.physical("MessagesKey"), patient.client("kms")
    written = client.get_key_policy(KeyId=key, PolicyName="default")["Policy"]

    def put(policy: str) -> None:
        client.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)

    patient.put_back(lambda: put(written))
    policy = json.loads(written)
    kept = [one for one in policy["Statement"] if one["Sid"] != "Alarms"]
    put(json.dumps({**policy, "Statement": kept}))
    is_broken(patient, "key policy", "cloudwatch.amazonaws.com", "reach nobody", "REVERT_DRIFT")


def test_a_topic_whose_policy_keeps_alarms_out(patient: Patient) -> None:
    """Alarms ring and nobody hears; named before any has rung."""
    sns = patient.client("sns")
    before = sns.get_topic_attributes(TopicArn=patient.topic)["Attributes"]["Policy"]

    def written(policy: str) -> None:
        sns.set_topic_attributes(
            TopicArn=patient.topic, AttributeName="Policy", AttributeValue=policy
        )

    statements = json.loads(before)["Statement"]
    kept = [one for one in statements if "cloudwatch" not in json.dumps(one["Principal"])]
    patient.put_back(lambda: written(before))
    written(json.dumps({"Version": "2012-10-17", "Statement": kept}))
    is_broken(patient, "topic policy", "these alarms ring", f"{STACK}-untold", "REVERT_DRIFT")


def test_a_queue_whose_policy_keeps_one_rule_out(patient: Patient) -> None:
    """What reached no function is lost; the rule is named, the others are not."""
    sqs, url = patient.client("sqs"), patient.stage.outputs["UndeliveredUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    rule = patient.physical("DeciderFunctionAlarms")
    policy = json.loads(before["Policy"])
    sources = policy["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"]
    sources[:] = [one for one in sources if not one.endswith(rule)]
    patient.put_back(lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes=before))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    is_broken(patient, "queue policy", rule, "REVERT_DRIFT")
    assert "DeciderFunctionOwnEvents" not in patient.diagnosis("queue policy").said


def test_a_function_that_was_stopped(patient: Patient) -> None:
    """Reserved concurrency 0 lets no call of it run."""
    client, name = patient.client("lambda"), patient.physical("DeciderFunction")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    patient.put_back(lambda: client.delete_function_concurrency(FunctionName=name))
    is_broken(patient, "functions", name, f"delete-function-concurrency --function-name {name}")


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


@pytest.mark.parametrize("how", ["NotVisible", "Delayed"])
def test_an_event_that_somebody_looks_at_counts_too(patient: Patient, how: str) -> None:
    """While it is received it does not wait, and lies there still; so does one held back."""

    def counting(call: Any, proceed: Callable[[], Any]) -> Any:
        answer = proceed()
        if call.operation == "GetQueueAttributes":
            count = f"ApproximateNumberOfMessages{how}"
            answer["Attributes"] |= (
                {count: "2"} if count in call.parameters["AttributeNames"] else {}
            )
        return answer

    patient.answer(counting)
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


def _filtered(patient: Patient, policy: object) -> str:
    """Give the one subscriber a filter policy until the test is over; return its ARN."""
    sns = patient.client("sns")
    [one] = sns.list_subscriptions_by_topic(TopicArn=patient.topic)["Subscriptions"]
    change = {"SubscriptionArn": one["SubscriptionArn"], "AttributeName": "FilterPolicy"}
    sns.set_subscription_attributes(**change, AttributeValue=json.dumps(policy))
    patient.put_back(lambda: sns.set_subscription_attributes(**change, AttributeValue="{}"))
    return str(one["SubscriptionArn"])


@pytest.mark.parametrize("policy", [{"kind": ["alarm"]}, {"team": ["ours"]}])
def test_a_filter_that_keeps_everything_back(patient: Patient, policy: object) -> None:
    """Confirmed, and told nothing: with the command that lets our kinds through."""
    arn = _filtered(patient, policy)
    is_broken(patient, "subscribers", "nobody is told", ON_CALL, f"--subscription-arn {arn}")


def test_a_filter_that_lets_some_through(patient: Patient) -> None:
    """Fine, and which is said; a test message is of another kind, and nobody sees it."""
    _filtered(patient, {"kind": ["transition"]})
    found = patient.diagnosis("subscribers")
    assert (found.state, f"{ON_CALL}, transition alone" in found.said) == ("fine", True), found
    found = patient.diagnosis("test message", send=True)
    assert (found.state, "through to 0" in found.said) == ("unknown", True), found


def test_a_filter_that_may_not_be_read(patient: Patient) -> None:
    """Then nobody knows whether anybody is told."""
    patient.deny("sns:GetSubscriptionAttributes")
    found = patient.diagnosis("subscribers")
    assert found.state == "unknown"
    assert "sns:GetSubscriptionAttributes" in found.remedy


def test_a_topic_that_is_gone(patient: Patient) -> None:
    """No message and no alarm reaches anybody."""
    patient.without_topic()
    is_broken(patient, "subscribers", "is gone")


def test_a_message_nobody_gets(patient: Patient) -> None:
    """The topic takes it, and that is all."""
    _unsubscribe(patient)
    is_broken(patient, "test message", "nobody to deliver it to", send=True)
    patient.emulator.run_minutes(2)
