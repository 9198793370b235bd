"""Do topic and queue let in who has something to tell?"""

from collections.abc import Sequence

from canary.adapters.account.policies import lets_in, policy_of_key
from canaryctl.doctor.account import PUT_BACK, Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown

ALARMS, EVENTS = "cloudwatch.amazonaws.com", "events.amazonaws.com"
"""CloudWatch's and EventBridge's names as callers, in every partition."""
KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
"""What a publisher does with the key of an encrypted topic (SNS developer guide, "Key management",
compatibility of event sources).
"""


def topic_lets_alarms_in(account: Account) -> Diagnosis:
    """May CloudWatch publish what each of the stack's alarms has to say?"""
    topic = account.physical("Topic")
    policy = account.topics.policy(topic)
    if policy is None:
        return broken(f"the topic {topic} is gone", PUT_BACK, account.put_back)
    partition, _, region, owner = topic.split(":")[1:5]
    alarms = account.view.of_kind("AWS::CloudWatch::Alarm").values()
    arns = {name: f"arn:{partition}:cloudwatch:{region}:{owner}:alarm:{name}" for name in alarms}
    shut = [name for name, arn in arns.items() if not lets_in(policy, ALARMS, "sns:Publish", arn)]
    return _told(account, shut, f"the topic takes what {len(arns)} alarms say", "these alarms ring")


def key_lets_alarms_in(account: Account) -> Diagnosis:
    """May CloudWatch encrypt what alarms say with the topic's key? Where it may not, an alarm rings
    and its action fails without a word.
    """
    topic = account.physical("Topic")
    key = account.topics.key(topic)
    if not key:
        return unknown("the topic is gone or has no key: see the line of resources")
    policy = policy_of_key(account.stack.client("kms"), key)
    shut = [one for one in KEY_ACTIONS if not lets_in(policy, ALARMS, one, account.view.arn)]
    if not shut:
        return fine("CloudWatch may use the topic's key; conditions are taken to hold")
    return broken(
        f"its policy does not let {ALARMS} {' and '.join(shut)}: alarms ring and reach nobody",
        f"Somebody changed the policy. {PUT_BACK}",
        account.put_back,
    )


def queue_lets_events_in(account: Account) -> Diagnosis:
    """May EventBridge leave what it could give to no function?"""
    policy = account.queues.policy(account.physical("Undelivered"))
    if policy is None:
        return broken("the queue of undelivered events is gone", PUT_BACK, account.put_back)
    names = account.view.of_kind("AWS::Events::Rule").values()
    rules = [rule for name in names if (rule := account.rules.rule(name)) is not None]
    if not rules:
        return unknown("the stack has no rules: see the line of rules")
    shut = [one.name for one in rules if not lets_in(policy, EVENTS, "sqs:SendMessage", one.arn)]
    return _told(account, shut, f"the queue takes the events of {len(rules)} rules", "events of")


def _told(account: Account, shut: Sequence[str], well: str, lost: str) -> Diagnosis:
    if not shut:
        return fine(f"{well}; conditions on anything but the source are taken to hold")
    return broken(
        f"its policy keeps them out, so that nobody hears: {lost} {', '.join(shut)}",
        f"Somebody changed the policy. {PUT_BACK}",
        account.put_back,
    )


CHECKS = (
    Check("topic policy", "May the alarms reach the topic?", topic_lets_alarms_in),
    Check("key policy", "May the alarms use the topic's key?", key_lets_alarms_in),
    Check("queue policy", "May undelivered events reach the queue?", queue_lets_events_in),
)
