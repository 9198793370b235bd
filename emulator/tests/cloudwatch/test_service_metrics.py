"""What AWS services say of themselves in CloudWatch, so that alarms on them ring: Lambda, Step
Functions, SQS, EMF.
"""

from typing import Any

from emulator.tests.small_account import ROLE, SmallAccount

FAILS = "def handler(event, context):\n    raise ValueError('no')\n"
EMBEDDED = """
import json

def handler(event, context):
    ticks = [{"Name": "Ticks", "Unit": "Count"}]
    metrics = {"Namespace": "Mine", "Dimensions": [["service"]], "Metrics": ticks}
    aws = {"Timestamp": 1, "CloudWatchMetrics": [metrics]}
    print(json.dumps({"_aws": aws, "service": "s", "Ticks": [2.0]}))
"""


def alarm(
    account: SmallAccount, namespace: str, metric: str, dimension: tuple[str, str], **more: Any
) -> None:
    """Make an alarm that rings at one or more a minute."""
    account.emulator.client("cloudwatch").put_metric_alarm(
        AlarmName="rings",
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension[0], "Value": dimension[1]}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        **{"TreatMissingData": "notBreaching", **more},
    )


def state(account: SmallAccount) -> str:
    """Return the alarm's state."""
    found = account.emulator.client("cloudwatch").describe_alarms(AlarmNames=["rings"])[
        "MetricAlarms"
    ]
    return str(found[0]["StateValue"])


def test_a_failed_invocation_counts_in_the_errors_of_its_function(account: SmallAccount) -> None:
    """AWS/Lambda Errors by FunctionName, in the minute the invocation began; later minutes are
    quiet again.
    """
    account.function("fails", FAILS)
    alarm(account, "AWS/Lambda", "Errors", ("FunctionName", "fails"))
    account.emulator.run_minutes(1.5)
    account.emulator.client("lambda").invoke(FunctionName="fails")
    assert state(account) == "OK"
    account.emulator.run_minutes(1)
    assert state(account) == "ALARM"
    account.emulator.run_minutes(8)
    assert state(account) == "OK"


def test_an_invocation_counts_though_the_list_was_cleared(account: SmallAccount) -> None:
    """Whoever runs for long clears the account's list of invocations; no metric is missed by it."""
    account.function("fails", FAILS)
    alarm(account, "AWS/Lambda", "Errors", ("FunctionName", "fails"))
    for _ in range(2):
        account.emulator.client("lambda").invoke(FunctionName="fails")
        account.emulator.run_minutes(8)
        account.emulator.invocations.clear()
    assert state(account) == "OK"
    account.emulator.client("lambda").invoke(FunctionName="fails")
    account.emulator.run_minutes(1)
    assert state(account) == "ALARM"


def test_an_aborted_execution_counts_for_its_state_machine(account: SmallAccount) -> None:
    """AWS/States ExecutionsAborted by StateMachineArn."""
    machine = account.machine({"Wait": {"Type": "Wait", "Seconds": 600, "End": True}})
    alarm(account, "AWS/States", "ExecutionsAborted", ("StateMachineArn", machine))
    execution = account.start(machine)
    account.emulator.run_minutes(1.5)
    account.states.stop_execution(executionArn=execution)
    account.emulator.run_minutes(1)
    assert state(account) == "ALARM"


def test_a_message_that_waits_is_counted_every_minute(account: SmallAccount) -> None:
    """AWS/SQS ApproximateNumberOfMessagesVisible is a level, not an event: it stays up until
    somebody takes it.
    """
    sqs = account.emulator.client("sqs")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    alarm(account, "AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName", "dead"))
    sqs.send_message(QueueUrl=url, MessageBody="lost")
    account.emulator.run_minutes(5)
    assert state(account) == "ALARM"
    sqs.purge_queue(QueueUrl=url)
    account.emulator.run_minutes(2)
    assert state(account) == "OK"


def test_a_log_line_in_the_embedded_metric_format_becomes_a_metric(account: SmallAccount) -> None:
    """CloudWatch Logs extracts the metrics that a function prints."""
    account.function("prints", EMBEDDED)
    alarm(account, "Mine", "Ticks", ("service", "s"))
    account.emulator.client("lambda").invoke(FunctionName="prints")
    account.emulator.run_minutes(1.5)
    assert state(account) == "ALARM"


def test_metrics_that_stop_coming_leave_an_alarm_without_data(account: SmallAccount) -> None:
    """With missing data treated as missing, silence is INSUFFICIENT_DATA, and its actions tell
    it.
    """
    topic = account.emulator.client("sns").create_topic(Name="on-call")["TopicArn"]
    account.function("prints", EMBEDDED, role=ROLE)
    alarm(
        account,
        "Mine",
        "Ticks",
        ("service", "s"),
        TreatMissingData="missing",
        InsufficientDataActions=[topic],
    )
    account.emulator.client("lambda").invoke(FunctionName="prints")
    account.emulator.run_minutes(10)
    assert state(account) == "INSUFFICIENT_DATA"
    assert [message.subject for message in account.emulator.messages] == [
        'INSUFFICIENT_DATA: "rings" in us-east-1'
    ]
