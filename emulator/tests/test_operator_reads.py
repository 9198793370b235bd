"""What somebody who looks after a stack asks of the account: the stack itself, roles, subscribers,
alarms' actions, quotas.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from emulator.tests.small_account import START, SmallAccount

STACK = Path(__file__).parent / "stack" / "template.yaml"


def test_a_deployed_stack_is_described_with_its_resources(account: SmallAccount) -> None:
    """By name and by ARN: parameters, outputs, and physical ids by logical id."""
    emulator = account.emulator
    outputs = emulator.deploy(STACK, stack="shop")
    cloudformation = emulator.client("cloudformation")
    found = cloudformation.describe_stacks(StackName="shop")["Stacks"][0]
    assert found["StackStatus"] == "CREATE_COMPLETE"
    assert {o["OutputKey"]: o["OutputValue"] for o in found["Outputs"]} == outputs
    listed = cloudformation.list_stack_resources(StackName=found["StackId"])
    physical = {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for one in listed["StackResourceSummaries"]
    }
    assert outputs["TableName"] in physical.values()
    name = next(name for name, one in physical.items() if one == outputs["TableName"])
    detail = cloudformation.describe_stack_resource(StackName="shop", LogicalResourceId=name)
    assert detail["StackResourceDetail"]["PhysicalResourceId"] == outputs["TableName"]


def test_the_trail_knows_who_did_it_some_minutes_later(account: SmallAccount) -> None:
    """What changes, refused calls among them; no read."""
    sagemaker = account.emulator.client("sagemaker")
    trail = account.emulator.client("cloudtrail")
    with pytest.raises(ClientError):
        sagemaker.delete_endpoint(EndpointName="shop")
    with pytest.raises(ClientError):
        sagemaker.describe_endpoint(EndpointName="shop")
    assert trail.lookup_events()["Events"] == []
    account.emulator.run_minutes(5)
    (found,) = trail.lookup_events()["Events"]
    assert (found["EventName"], found["Username"]) == ("DeleteEndpoint", "administrator")
    assert found["EventTime"] == START
    detail = json.loads(found["CloudTrailEvent"])
    assert detail["requestParameters"] == {"EndpointName": "shop"}
    assert detail["errorCode"]


def test_the_trail_is_asked_by_one_attribute(account: SmallAccount) -> None:
    """Newest first, in pages."""
    sagemaker = account.emulator.client("sagemaker")
    trail = account.emulator.client("cloudtrail")
    for name in ("a", "b", "c"):
        with pytest.raises(ClientError):
            sagemaker.delete_endpoint(EndpointName=name)
    account.emulator.run_minutes(5)
    by_name = {"AttributeKey": "EventName", "AttributeValue": "DeleteEndpoint"}
    pages = trail.get_paginator("lookup_events").paginate(
        LookupAttributes=[by_name], PaginationConfig={"PageSize": 2}
    )
    found = [one["Resources"][0]["ResourceName"] for page in pages for one in page["Events"]]
    assert found == ["c", "b", "a"]
    of_b = {"AttributeKey": "ResourceName", "AttributeValue": "b"}
    assert len(trail.lookup_events(LookupAttributes=[of_b])["Events"]) == 1
    with pytest.raises(ClientError, match="only one"):
        trail.lookup_events(LookupAttributes=[by_name, of_b])


def test_a_stack_nobody_deployed_is_refused(account: SmallAccount) -> None:
    """In CloudFormation's words."""
    with pytest.raises(ClientError, match="does not exist"):
        account.emulator.client("cloudformation").describe_stacks(StackName="nobody")


def test_a_roles_policies_are_simulated(account: SmallAccount) -> None:
    """By action and resource, an explicit deny told apart, conditions by the context given."""
    arn = account.role(
        "reader",
        [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::mine/*"},
            {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}},
            },
        ],
    )
    iam = account.emulator.client("iam")
    asked = iam.simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::mine/a", "arn:aws:s3:::yours/a"],
    )["EvaluationResults"]
    told = [
        [one["EvalResourceDecision"] for one in result["ResourceSpecificResults"]]
        for result in asked
    ]
    assert told == [["allowed", "implicitDeny"], ["explicitDeny", "explicitDeny"]]
    assert [one["EvalDecision"] for one in asked] == ["implicitDeny", "explicitDeny"]
    via = {
        "ContextKeyName": "kms:ViaService",
        "ContextKeyValues": ["sns.us-east-1.amazonaws.com"],
        "ContextKeyType": "string",
    }
    decisions = [
        iam.simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=["kms:Decrypt"], ContextEntries=context
        )["EvaluationResults"][0]["EvalDecision"]
        for context in ([via], [])
    ]
    assert decisions == ["allowed", "implicitDeny"]


def test_a_role_nobody_made_cannot_be_simulated(account: SmallAccount) -> None:
    """NoSuchEntity."""
    with pytest.raises(ClientError, match="NoSuchEntity"):
        account.emulator.client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/nobody", ActionNames=["s3:GetObject"]
        )


def test_an_address_is_subscribed_once_its_owner_confirms(account: SmallAccount) -> None:
    """Until then it is listed as PendingConfirmation and counted apart; queues need no word."""
    sns = account.emulator.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]

    def counts() -> tuple[str, str]:
        found = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        return found["SubscriptionsConfirmed"], found["SubscriptionsPending"]

    def arns() -> list[str]:
        listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        return [one["SubscriptionArn"] for one in listed]

    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.org")
    assert (counts(), arns()) == (("0", "1"), ["PendingConfirmation"])
    account.emulator.confirm_subscription("on-call@example.org")
    assert (counts(), arns()[0][:12]) == (("1", "0"), "arn:aws:sns:")
    queue = "arn:aws:sqs:us-east-1:123456789012:inbox"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    assert counts() == ("2", "0")
    with pytest.raises(KeyError):
        account.emulator.confirm_subscription("nobody@example.org")


def test_how_an_alarms_actions_went_is_in_its_history(account: SmallAccount) -> None:
    """Done, or failed where the topic is gone; newest first."""
    cloudwatch, sns = account.emulator.client("cloudwatch"), account.emulator.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    cloudwatch.put_metric_alarm(
        AlarmName="late",
        Namespace="Shop",
        MetricName="Late",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
    )
    cloudwatch.set_alarm_state(AlarmName="late", StateValue="ALARM", StateReason="a test")
    account.emulator.run_minutes(2)
    sns.delete_topic(TopicArn=topic)
    cloudwatch.set_alarm_state(AlarmName="late", StateValue="ALARM", StateReason="a test")
    told = cloudwatch.describe_alarm_history(AlarmName="late", HistoryItemType="Action")
    summaries = [item["HistorySummary"] for item in told["AlarmHistoryItems"]]
    assert summaries[0].startswith(f"Failed to execute action {topic}.")
    assert summaries[1] == f"Successfully executed action {topic}"


def test_quotas_are_awss_defaults_until_another_is_granted(account: SmallAccount) -> None:
    """What nothing is known of is refused."""
    quotas = account.emulator.client("service-quotas")

    def concurrency() -> float:
        found = quotas.get_service_quota(ServiceCode="lambda", QuotaCode="L-B99A9384")
        return float(found["Quota"]["Value"])

    assert concurrency() == 1000
    account.emulator.quotas.values["lambda", "L-B99A9384"] = 10
    assert concurrency() == 10
    with pytest.raises(ClientError, match="NoSuchResource"):
        quotas.get_service_quota(ServiceCode="lambda", QuotaCode="L-00000000")
