"""Is anybody told?"""

from canaryctl.doctor.account import PUT_BACK, Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine

SUBSCRIBE = (
    "aws sns subscribe --topic-arn {topic} --protocol email "
    "--notification-endpoint on-call@example.com"
)


def somebody_is_subscribed(account: Account) -> Diagnosis:
    """Is there a subscription whose owner has confirmed it?"""
    topic = account.physical("Topic")
    if account.topics.key(topic) is None:
        return broken(
            f"the topic {topic} is gone: no message and no alarm reaches anybody",
            f"{PUT_BACK}; then subscribe whoever is on call",
            account.put_back,
        )
    waiting = [s.address for s in account.subscriptions if not s.confirmed]
    confirmed = [f"{s.protocol} {s.address}" for s in account.subscriptions if s.confirmed]
    if not confirmed and account.view.parameters.get("SubscribersExpected") == "no":
        return fine("nobody is subscribed, and nobody need be (SubscribersExpected is no)")
    if confirmed:
        also = f"; not confirmed: {', '.join(waiting)}" if waiting else ""
        return fine(f"{len(confirmed)} confirmed ({', '.join(confirmed)}){also}")
    if waiting:
        return broken(
            f"nobody is told: {', '.join(waiting)} never confirmed",
            "Follow the link in the mail of AWS Notifications; it is sent again by",
            SUBSCRIBE.format(topic=topic).replace("on-call@example.com", waiting[0]),
        )
    return broken(
        "nobody is told: the topic has no subscription",
        "Subscribe whoever is on call, and follow the link in the mail",
        SUBSCRIBE.format(topic=topic),
    )


CHECKS = (Check("subscribers", "Is anybody told?", somebody_is_subscribed),)
