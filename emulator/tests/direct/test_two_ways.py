"""The short way of a call answers what the long way through HTTP answers, and knows of the request
what the long way knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.parsers import JSONParser
from moto.core.responses import ActionResult, BaseResponse

from emulator.direct import calls
from emulator.direct.response import Answer, DirectResponse
from emulator.tests.small_account import ROLE, START, SmallAccount

KEY, TABLE = {"pk": {"S": "a"}, "sk": {"N": "1"}}, {"TableName": "t"}
ITEM = {
    **KEY,
    "blob": {"B": b"\x00\xff"},
    "map": {"M": {"list": {"L": [{"NULL": True}, {"BOOL": False}, {"S": ""}]}}},
    "set": {"SS": ["x", "y"]},
    "bytes": {"BS": [b"1", b"2"]},
}
DIMENSIONS = [{"Name": "Endpoint", "Value": "e"}]
TIMES = {"StartTime": START - timedelta(hours=1), "EndTime": START + timedelta(hours=1)}
MACHINE = json.dumps({"StartAt": "done", "States": {"done": {"Type": "Succeed"}}})
DIFFERS = {"headers", "response_headers", "querystring", "data", "_sent", "normalized_request"}


def story(account: SmallAccount) -> None:
    """Ask the JSON services for answers of every shape: maps, lists, blobs, times, numbers."""
    table(account)
    metrics(account)
    machine(account)
    endpoint(account)


def table(account: SmallAccount) -> None:
    """Write a table, read it whole and in pages, and change it."""
    dynamodb = account.emulator.client("dynamodb")
    dynamodb.create_table(
        **TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
    )
    dynamodb.describe_table(**TABLE)
    dynamodb.put_item(**TABLE, Item=ITEM, ReturnConsumedCapacity="TOTAL")
    dynamodb.put_item(**TABLE, Item={**KEY, "sk": {"N": "2"}})
    assert dynamodb.get_item(**TABLE, Key=KEY)["Item"] == ITEM
    dynamodb.get_item(**TABLE, Key={**KEY, "sk": {"N": "9"}})
    values = {":pk": {"S": "a"}}
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": values}
    pages = list(dynamodb.get_paginator("query").paginate(**TABLE, **asked, Limit=1))
    assert sum(page["Count"] for page in pages) == 2
    dynamodb.update_item(
        **TABLE,
        Key=KEY,
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "1.5"}},
        ReturnValues="ALL_NEW",
    )
    dynamodb.transact_write_items(TransactItems=[{"Put": {**TABLE, "Item": ITEM}}])
    dynamodb.batch_get_item(RequestItems={"t": {"Keys": [KEY]}})
    dynamodb.delete_item(**TABLE, Key=KEY, ReturnValues="ALL_OLD")
    dynamodb.scan(**TABLE)


def metrics(account: SmallAccount) -> None:
    """Write metrics and an alarm, and read them."""
    cloudwatch = account.emulator.client("cloudwatch")
    datum = {"MetricName": "m", "Dimensions": DIMENSIONS, "Timestamp": START, "Value": 1.25}
    cloudwatch.put_metric_data(Namespace="n", MetricData=[datum])
    metric = {"Namespace": "n", "MetricName": "m", "Dimensions": DIMENSIONS}
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "q", "MetricStat": stat}], **TIMES)
    cloudwatch.put_metric_alarm(
        AlarmName="a",
        **metric,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=2,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    cloudwatch.describe_alarms()
    account.emulator.run_minutes(3)
    cloudwatch.describe_alarm_history(AlarmName="a")


def machine(account: SmallAccount) -> None:
    """Run an execution and read what became of it, and of an event and a message."""
    states = account.states
    arn = states.create_state_machine(name="m", definition=MACHINE, roleArn=ROLE)["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=arn, input="{}")["executionArn"]
    account.emulator.run_minutes(1)
    assert states.describe_execution(executionArn=execution)["status"] == "SUCCEEDED"
    states.get_execution_history(executionArn=execution)
    states.list_executions(stateMachineArn=arn)
    event = {"Source": "s", "DetailType": "d", "Detail": "{}"}
    account.emulator.client("events").put_events(Entries=[event])
    sqs = account.emulator.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody='"&<\r')
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == '"&<\r'


def endpoint(account: SmallAccount) -> None:
    """Make an endpoint and look at it."""
    sagemaker = account.emulator.client("sagemaker")
    sagemaker.create_model(
        ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "image"}
    )
    variant = {
        "VariantName": "v",
        "ModelName": "m",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    account.emulator.run_minutes(10)
    sagemaker.describe_model(ModelName="m")
    sagemaker.describe_endpoint_config(EndpointConfigName="c")
    assert sagemaker.describe_endpoint(EndpointName="e")["CreationTime"].tzinfo
    sagemaker.list_endpoints()


def test_an_answer_is_what_would_be_read_of_it(
    account: SmallAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every answer that was never written equals what the SDK reads of the written one."""
    original, seen = DirectResponse._read, {}

    def both(self: DirectResponse, found: object, operation: Any) -> Any:
        status, headers, answer = original(self, found, operation)
        written, _, body = BaseResponse.serialized(self, ActionResult(found))
        service = botocore.session.get_session().get_service_model(
            operation.service_model.service_name
        )
        shape: Any = service.operation_model(operation.name).output_shape
        text = body.encode() if isinstance(body, str) else body
        long = JSONParser().parse({"status_code": written, "headers": {}, "body": text}, shape)
        del long["ResponseMetadata"]
        assert isinstance(answer, Answer), f"{operation.name} went the long way"
        seen[operation.name] = (status, repr(answer.parsed)), (written, repr(long))
        return status, headers, answer

    monkeypatch.setattr(DirectResponse, "_read", both)
    story(account)

    assert {name for name, (short, long) in seen.items() if short != long} == set()
    assert len(seen) > 25


def test_a_request_is_known_as_the_long_way_knows_it(
    account: SmallAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a service's response class is told of a call is the same both ways, but for the
    signature and the SDK's own headers.
    """
    known: list[dict[str, Any]] = []
    for kind, name in ((DirectResponse, "prepare"), (BaseResponse, "setup_class")):
        monkeypatch.setattr(kind, name, _noting(getattr(kind, name), known))
    sagemaker = account.emulator.client("sagemaker")
    sagemaker.list_endpoints(MaxResults=3)
    _go_long(monkeypatch)
    sagemaker.list_endpoints(MaxResults=3)

    short, long = known
    assert short.keys() - {"_sent"} == long.keys() - {"normalized_request"}
    assert {name: short[name] for name in short.keys() - DIFFERS} == {
        name: long[name] for name in long.keys() - DIFFERS
    }
    assert short["querystring"] == long["querystring"]
    for name in ("X-Amz-Target", "Content-Type", "Content-Length"):
        assert short["headers"][name] == long["headers"][name]


@pytest.mark.parametrize("way", ["short", "long"])
def test_a_refusal_is_raised_either_way(
    account: SmallAccount, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A failed condition is the exception of its service, with the item it met."""
    table(account)
    if way == "long":
        _go_long(monkeypatch)
    dynamodb = account.emulator.client("dynamodb")
    dynamodb.put_item(**TABLE, Item=ITEM)

    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as raised:
        dynamodb.put_item(
            **TABLE,
            Item=KEY,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    answer = raised.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0
    assert answer["Item"] == ITEM
    assert str(raised.value).endswith("The conditional request failed")


def test_what_the_sdk_refuses_is_never_sent(account: SmallAccount) -> None:
    """Parameters are checked before a call goes any way."""
    with pytest.raises(ParamValidationError, match="Missing required parameter"):
        account.emulator.client("dynamodb").get_item(**TABLE)


def test_a_refusal_that_is_tried_again_is_tried_again(
    account: SmallAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK's retries see a throttled answer as they see one that came over the wire."""
    asked: list[str] = []

    def throttled(self: Any) -> Any:
        asked.append("asked")
        body = json.dumps({"__type": "ThrottlingException", "message": "slow down"})
        return (body, {"status": 400}) if len(asked) == 1 else ("{}", {})

    response = "moto.dynamodb.responses.DynamoHandler.describe_endpoints"
    monkeypatch.setattr(response, throttled)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    answer = account.emulator.client("dynamodb").describe_endpoints()

    assert len(asked) == 2
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


def test_no_call_of_another_protocol_is_cut_short(
    account: SmallAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XML, REST and streams go the way they always went."""
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(DirectResponse, "prepare", _noting(DirectResponse.prepare, asked))
    s3 = account.emulator.client("s3")
    s3.create_bucket(Bucket="kept", **account.emulator.place.bucket_settings)
    s3.put_object(Bucket="kept", Key="k", Body=b"1")
    assert s3.get_object(Bucket="kept", Key="k")["Body"].read() == b"1"
    account.emulator.client("sns").list_topics()
    with pytest.raises(ClientError):
        account.emulator.client("lambda").get_function(FunctionName="none")

    assert not asked


def _noting(
    original: Callable[..., None], known: list[dict[str, Any]]
) -> Callable[[Any, Any], None]:
    def noting(self: Any, *given: Any) -> None:
        original(self, *given)
        known.append(_vars(self))

    return noting


def _vars(response: Any) -> dict[str, Any]:
    seen: Mapping[str, Any] = vars(response)
    return dict(seen)


def _go_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_asked", lambda *_: None)
