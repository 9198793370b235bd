"""Which types of resources can be deployed, and by whom."""

from __future__ import annotations

from emulator.deployment import compute, stores
from emulator.deployment.site import Maker

MAKERS: dict[str, Maker] = {
    "AWS::CloudWatch::Alarm": stores.alarm,
    "AWS::CloudWatch::Dashboard": stores.dashboard,
    "AWS::DynamoDB::Table": stores.table,
    "AWS::Events::Rule": compute.rule,
    "AWS::IAM::Policy": compute.policy,
    "AWS::IAM::Role": compute.role,
    "AWS::KMS::Key": stores.key,
    "AWS::Lambda::EventInvokeConfig": compute.event_invoke_config,
    "AWS::Lambda::Function": compute.function,
    "AWS::Lambda::LayerVersion": compute.layer,
    "AWS::Lambda::Permission": compute.permission,
    "AWS::Logs::LogGroup": stores.log_group,
    "AWS::S3::Bucket": stores.bucket,
    "AWS::S3::BucketPolicy": stores.bucket_policy,
    "AWS::SNS::Subscription": stores.subscription,
    "AWS::SNS::Topic": stores.topic,
    "AWS::SNS::TopicPolicy": stores.topic_policy,
    "AWS::SQS::Queue": stores.queue,
    "AWS::SQS::QueuePolicy": stores.queue_policy,
    "AWS::StepFunctions::StateMachine": compute.state_machine,
}
