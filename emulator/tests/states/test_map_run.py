"""Map in distributed mode: items from S3, batches as child executions, results written.

Sources: the Step Functions developer guide, "Using Map state in Distributed mode", "ItemReader",
"ItemBatcher", "ResultWriter", "Tolerated failure threshold for Distributed Map state" and "IAM
policies for using Distributed Map states". Histories as LocalStack's tests recorded them on AWS.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator import Emulator
from emulator.tests.small_account import START, SmallAccount
from emulator.tests.states.written import SLEEPING, task

BUCKET = "lists"
PAUSE = {"StartAt": "Pause", "States": {"Pause": {"Type": "Wait", "Seconds": 10, "End": True}}}
TOO_MANY = "States.ExceedToleratedFailureThreshold"


def refused(error: str = "Refused") -> dict[str, Any]:
    """Return a processor that fails on the batch that begins with 0."""
    rule = {"Variable": "$.Items[0]", "NumericEquals": 0, "Next": "Bad"}
    return {
        "StartAt": "Which",
        "States": {
            "Which": {"Type": "Choice", "Choices": [rule], "Default": "Pause"},
            "Bad": {"Type": "Fail", "Error": error, "Cause": "on purpose"},
            "Pause": {"Type": "Wait", "Seconds": 10, "End": True},
        },
    }


def put(account: SmallAccount, items: object) -> None:
    """Upload a list of items."""
    s3 = account.emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="items.json", Body=json.dumps(items).encode())


def written(account: SmallAccount, key: str) -> Any:
    """Return a document that was written to the bucket."""
    body = account.emulator.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"]
    return json.loads(body.read())


def each(processor: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a distributed Map over the uploaded list, two items a child."""
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return {
        "Type": "Map",
        "Label": "Each",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": BUCKET, "Key.$": "$.key"},
        },
        "ItemBatcher": {
            "MaxItemsPerBatchPath": "$.size",
            "BatchInput": {"of.$": "$.of", "parent.$": "$$.Execution.Name"},
        },
        "ItemProcessor": {"ProcessorConfig": config, **processor},
        "End": True,
        **more,
    }


GIVEN = {"key": "items.json", "size": 2, "of": "me"}


def test_each_batch_is_an_execution_of_its_own(account: SmallAccount) -> None:
    """Its input holds the batch and what all share; its ARN names the machine and the label; the
    parent's history holds the run and nothing of the children.
    """
    put(account, [0, 1, 2, 3, 4])
    machine = account.machine({"Each": each(PAUSE)})
    execution = account.start(machine, GIVEN, name="one")
    output = json.loads(account.finish(execution)["output"])
    shared = {"of": "me", "parent": "one"}
    batches = [{"BatchInput": shared, "Items": items} for items in ([0, 1], [2, 3], [4])]
    assert (output, account.seconds) == (batches, 10)
    (run,) = account.emulator.states.map_runs
    assert {child.state_machine_arn for child in run.children} == {f"{machine}/Each"}
    assert all(":execution:machine/Each:" in child.execution_arn for child in run.children)
    kinds = [event["type"] for event in run.children[0].history]
    assert (kinds[0], kinds[-1]) == ("ExecutionStarted", "ExecutionSucceeded")
    events = account.states.get_execution_history(executionArn=execution)["events"]
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "MapStateEntered",
        "MapStateStarted",
        "MapRunStarted",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]


def test_no_more_children_run_at_once_than_it_says(account: SmallAccount) -> None:
    """MaxConcurrencyPath bounds the children, not the items."""
    put(account, list(range(6)))
    account.output({"Each": each(PAUSE, MaxConcurrencyPath="$.most")}, GIVEN | {"most": 1})
    assert account.seconds == 30


def test_one_failure_fails_the_run_where_none_is_tolerated(account: SmallAccount) -> None:
    """The child's own error is not the state's: what the parent may catch is the threshold."""
    put(account, list(range(4)))
    answer = account.run({"Each": each(refused())}, GIVEN)
    assert (answer["error"], account.seconds) == (TOO_MANY, 0)
    (run,) = account.emulator.states.map_runs
    account.emulator.clock.run_for(1)
    assert [(one.status, one.error) for one in run.children] == [
        ("FAILED", "Refused"),
        ("ABORTED", None),
    ]


def test_a_run_that_tolerates_all_failures_succeeds(account: SmallAccount) -> None:
    """Others go on; with a ResultWriter every child is told in the files that a manifest names,
    and the state puts out where that is.
    """
    put(account, list(range(4)))
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": BUCKET, "Prefix": "results"},
    }
    state = each(refused(), ToleratedFailurePercentage=100, ResultWriter=writer)
    output = account.output({"Each": state}, GIVEN)
    details = output["ResultWriterDetails"]
    assert output["MapRunArn"].startswith("arn:aws:states:us-east-1:123456789012:mapRun:machine/")
    assert details["Key"] == f"results/{output['MapRunArn'].split(':')[-1]}/manifest.json"
    files = written(account, details["Key"])["ResultFiles"]
    assert {status: len(told) for status, told in files.items()} == {
        "FAILED": 1,
        "PENDING": 0,
        "SUCCEEDED": 1,
    }
    (failed,) = written(account, files["FAILED"][0]["Key"])
    assert (failed["Error"], failed["Cause"]) == ("Refused", "on purpose")
    (succeeded,) = written(account, files["SUCCEEDED"][0]["Key"])
    assert json.loads(succeeded["Input"])["Items"] == [2, 3]
    assert json.loads(succeeded["Output"])["Items"] == [2, 3]


@pytest.mark.parametrize("items", [{"no": "array"}, None])
def test_what_is_no_array_fails_the_reader(account: SmallAccount, items: object) -> None:
    """An object that is no array, or is not there, is States.ItemReaderFailed, which is caught."""
    put(account, items)
    given = GIVEN if items else GIVEN | {"key": "missing.json"}
    catch = [{"ErrorEquals": ["States.ItemReaderFailed"], "Next": "Caught"}]
    states = {"Each": each(PAUSE, Catch=catch), "Caught": {"Type": "Pass", "End": True}}
    assert account.output(states, given)["Error"] == "States.ItemReaderFailed"


def test_an_empty_list_starts_nobody(account: SmallAccount) -> None:
    """And succeeds at once."""
    put(account, [])
    assert account.output({"Each": each(PAUSE)}, GIVEN) == []
    assert account.seconds == 0


def test_stopping_the_parent_stops_its_children(account: SmallAccount) -> None:
    """Whatever they wait for; what their functions still do is nobody's any more."""
    account.function("slow", SLEEPING.format(50))
    put(account, [0, 1])
    processor = {"StartAt": "Call", "States": {"Call": task("slow")}}
    execution = account.start(account.machine({"Each": each(processor)}), GIVEN)
    account.emulator.clock.run_for(1)
    account.states.stop_execution(executionArn=execution)
    account.emulator.clock.run_for(1)
    (run,) = account.emulator.states.map_runs
    assert [child.status for child in run.children] == ["ABORTED"]


def test_children_are_no_executions_of_the_machine(account: SmallAccount) -> None:
    """Neither listed under it, nor told to a rule that names its ARN: their own ends with the
    label.
    """
    put(account, [0, 1])
    told: list[str] = []
    before = account.emulator.states.on_status

    def on_status(execution: Any) -> None:
        told.append(execution.state_machine_arn)
        before(execution)

    account.emulator.states.on_status = on_status
    machine = account.machine({"Each": each(PAUSE)})
    account.finish(account.start(machine, GIVEN))
    assert len(account.states.list_executions(stateMachineArn=machine)["executions"]) == 1
    assert set(told) == {machine, f"{machine}/Each"}


def test_a_run_needs_leave_to_start_its_own_machine() -> None:
    """Without states:StartExecution on the machine the state fails; reading needs s3:GetObject."""
    with Emulator(START, enforce_iam=True) as emulator:
        from_here = emulator.client("iam")
        from_here.create_role(RoleName="machine", AssumeRolePolicyDocument="{}")
        answer = emulator.client("stepfunctions")
        role = "arn:aws:iam::123456789012:role/machine"
        s3 = emulator.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="items.json", Body=b"[0]")
        definition = json.dumps({"StartAt": "Each", "States": {"Each": each(PAUSE)}})
        machine = answer.create_state_machine(name="m", definition=definition, roleArn=role)
        start = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": "*"}
        read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
        errors = []
        for statements in ([], [start], [start, read]):
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            if statements:
                from_here.put_role_policy(RoleName="machine", PolicyName="p", PolicyDocument=policy)
            execution = answer.start_execution(
                stateMachineArn=machine["stateMachineArn"], input=json.dumps(GIVEN)
            )["executionArn"]
            emulator.clock.run_for(60)
            errors.append(answer.describe_execution(executionArn=execution).get("error"))
    assert errors == ["StepFunctions.AccessDeniedException", "States.ItemReaderFailed", None]


@pytest.mark.parametrize(
    "more",
    [
        {"ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **PAUSE}},
        {"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **PAUSE}},
        {"Label": "L" * 41},
        {"ItemBatcher": {"MaxInputBytesPerBatch": 1_000}},
        {"ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {}}},
    ],
)
def test_what_is_not_interpreted_is_refused_at_creation(
    account: SmallAccount, more: dict[str, Any]
) -> None:
    """Fields that an inline Map has not, other kinds of children, longer labels, other readers."""
    with pytest.raises(ClientError, match="InvalidDefinition"):
        account.machine({"Each": {**each(PAUSE), **more}})
