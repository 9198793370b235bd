"""Tables, topics, queues, log groups, alarms, dashboards and buckets. Making one again leaves its
content alone.
"""

from __future__ import annotations

import json
import uuid
from contextlib import suppress

from moto.kms.models import kms_backends

from emulator.deployment.site import Made, Properties, Site


def table(site: Site, name: str, properties: Properties) -> Made:
    """AWS::DynamoDB::Table; an existing one is left alone."""
    name = properties.get("TableName", name)
    client = site.client("dynamodb")
    keys = (
        "AttributeDefinitions",
        "KeySchema",
        "BillingMode",
        "GlobalSecondaryIndexes",
        "ProvisionedThroughput",
    )
    try:
        client.create_table(
            TableName=name, **{key: properties[key] for key in keys if key in properties}
        )
    except client.exceptions.ResourceInUseException:
        pass
    else:
        if "TimeToLiveSpecification" in properties:
            client.update_time_to_live(
                TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
            )
        if "PointInTimeRecoverySpecification" in properties:
            client.update_continuous_backups(
                TableName=name,
                PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"],
            )
    return Made(name, {"Arn": site.place.arn("dynamodb", f"table/{name}")})


def dashboard(site: Site, name: str, properties: Properties) -> Made:
    """AWS::CloudWatch::Dashboard."""
    name = properties.get("DashboardName", name)
    site.client("cloudwatch").put_dashboard(
        DashboardName=name, DashboardBody=properties["DashboardBody"]
    )
    return Made(name)


def topic(site: Site, name: str, properties: Properties) -> Made:
    """AWS::SNS::Topic."""
    name = properties.get("TopicName", name)
    keys = {"KmsMasterKeyId", "DisplayName"} & set(properties)
    arn = site.client("sns").create_topic(
        Name=name, Attributes={key: properties[key] for key in keys}
    )["TopicArn"]
    return Made(arn, {"TopicName": name, "TopicArn": arn})


def topic_policy(site: Site, name: str, properties: Properties) -> Made:
    """AWS::SNS::TopicPolicy."""
    for arn in properties["Topics"]:
        text = json.dumps(properties["PolicyDocument"])
        site.client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=text
        )
    return Made(name)


def subscription(site: Site, _name: str, properties: Properties) -> Made:
    """AWS::SNS::Subscription."""
    attributes = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in properties.items()
        if key in {"FilterPolicy", "FilterPolicyScope", "RawMessageDelivery"}
    }
    answer = site.client("sns").subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    return Made(answer["SubscriptionArn"])


def queue(site: Site, name: str, properties: Properties) -> Made:
    """AWS::SQS::Queue."""
    name = properties.get("QueueName", name)
    skipped = {"QueueName", "Tags"}
    attributes = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in properties.items()
        if key not in skipped
    }
    url = site.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return Made(
        url,
        {
            "Arn": site.place.arn("sqs", f"{name}"),
            "QueueName": name,
            "QueueUrl": url,
        },
    )


def queue_policy(site: Site, name: str, properties: Properties) -> Made:
    """AWS::SQS::QueuePolicy."""
    for url in properties["Queues"]:
        text = json.dumps(properties["PolicyDocument"])
        site.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
    return Made(name)


def log_group(site: Site, name: str, properties: Properties) -> Made:
    """AWS::Logs::LogGroup."""
    name = properties.get("LogGroupName", name)
    logs = site.client("logs")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=name)
    if "RetentionInDays" in properties:
        logs.put_retention_policy(
            logGroupName=name, retentionInDays=int(properties["RetentionInDays"])
        )
    return Made(name, {"Arn": site.place.arn("logs", f"log-group:{name}:*")})


def alarm(site: Site, name: str, properties: Properties) -> Made:
    """AWS::CloudWatch::Alarm."""
    name = properties.get("AlarmName", name)
    wanted = {key: value for key, value in properties.items() if key != "Tags"}
    site.client("cloudwatch").put_metric_alarm(**{**wanted, "AlarmName": name})
    return Made(name, {"Arn": site.place.arn("cloudwatch", f"alarm:{name}")})


def bucket(site: Site, name: str, properties: Properties) -> Made:
    """AWS::S3::Bucket; its name is lower case when the template gives none."""
    name = properties.get("BucketName", name.lower()[:63])
    s3 = site.client("s3")
    if name not in {found["Name"] for found in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=name, **site.place.bucket_settings)
    return Made(name, {"Arn": site.place.bucket_arn(name)})


def bucket_policy(site: Site, name: str, properties: Properties) -> Made:
    """AWS::S3::BucketPolicy; not applied, because moto denies by its statements without reading
    their conditions.
    """
    site.client("s3").head_bucket(Bucket=properties["Bucket"])
    return Made(name)


def key(site: Site, name: str, properties: Properties) -> Made:
    """AWS::KMS::Key, with an id that is the same in every run; nothing here is encrypted, and key
    policies are kept and not evaluated.
    """
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"key/{name}"))
    backend = kms_backends[site.place.account][site.place.region]
    if identity not in backend.keys:
        made = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", name, None)
        del backend.keys[made.id]
        made.id, made.arn = identity, site.place.arn("kms", f"key/{identity}")
        backend.keys[identity] = made
    if "KeyPolicy" in properties:
        backend.keys[identity].policy = json.dumps(properties["KeyPolicy"])
    return Made(
        identity,
        {"Arn": site.place.arn("kms", f"key/{identity}"), "KeyId": identity},
    )
