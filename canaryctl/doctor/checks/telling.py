"""Is anybody told?"""

import json
from collections.abc import Mapping, Sequence
from typing import get_args

from canary.adapters.account.topics import Subscription
from canary.domain.rollout.kinds.fact import Kind
from canary.domain.rollout.phase import Phase
from canaryctl.doctor.account import PUT_BACK, Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown
from canaryctl.doctor.filters import Attributes, may_pass

KINDS: tuple[str, ...] = get_args(Kind)
OURS: Attributes = {
    "id": None,
    "endpoint": None,
    "rollout": None,
    "phase": frozenset(Phase),
}
"""What our messages carry beside their kind."""
SUBSCRIBE = (
    "aws sns subscribe --topic-arn {topic} --protocol email "
    "--notification-endpoint on-call@example.com"
)

CONFIRMED_BY = {
    "email": "Follow the link in the mail of AWS Notifications",
    "email-json": "Visit the SubscribeURL in the mail of AWS Notifications",
    "http": "Have the receiver visit the SubscribeURL of the request it was sent",
    "https": "Have the receiver visit the SubscribeURL of the request it was sent",
}
OTHERWISE = "Confirm it with the token it was sent (aws sns confirm-subscription)"


def somebody_is_subscribed(account: Account) -> Diagnosis:
    """Is there a subscription whose owner has confirmed it?"""
    topic = account.physical("Topic")
    if account.topics.key(topic) is None:
        return broken(
            f"the topic {topic} is gone: no message and no alarm reaches anybody",
            f"{PUT_BACK}; then subscribe whoever is on call",
            account.put_back,
        )
    pending = [s for s in account.subscriptions if not s.confirmed]
    waiting = [s.address for s in pending]
    told = {s: lets_through(account, s) for s in account.subscriptions if s.confirmed}
    if not told and account.view.parameters.get("SubscribersExpected") == "no":
        return fine("nobody is subscribed, and nobody need be (SubscribersExpected is no)")
    if told:
        return _of_confirmed(told, waiting)
    if waiting:
        return broken(
            f"nobody is told: {', '.join(waiting)} never confirmed",
            f"{CONFIRMED_BY.get(pending[0].protocol, OTHERWISE)}; it is sent again by",
            SUBSCRIBE.format(topic=topic)
            .replace("protocol email", f"protocol {pending[0].protocol}")
            .replace("on-call@example.com", waiting[0]),
        )
    return broken(
        "nobody is told: the topic has no subscription",
        "Subscribe whoever is on call, and follow the link in the mail",
        SUBSCRIBE.format(topic=topic),
    )


def lets_through(account: Account, one: Subscription) -> frozenset[str] | None:
    """Return the kinds of our messages that a subscription gets; None where that is not known."""
    found = account.filters.get(one.arn)
    if found is None:
        return None
    passed = {kind: may_pass(*found, {**OURS, "kind": frozenset({kind})}) for kind in KINDS}
    if None in passed.values():
        return None
    return frozenset(kind for kind, passes in passed.items() if passes)


def _of_confirmed(
    told: Mapping[Subscription, frozenset[str] | None], waiting: Sequence[str]
) -> Diagnosis:
    """Return whether those who confirmed get anything: a filter may keep all of it back."""
    deaf = [s for s, kinds in told.items() if kinds is not None and not kinds]
    open_ears = [_named(s, kinds) for s, kinds in told.items() if kinds]
    unsure = [_named(s, None) for s, kinds in told.items() if kinds is None]
    also = [f"not confirmed: {', '.join(waiting)}"] if waiting else []
    if deaf:
        names = ", ".join(_named(s, None) for s in deaf)
        also.append(f"nothing passes its filter policy: {names}")
    if unsure:
        also.append(f"its filter policy is not known: {', '.join(unsure)}")
    if open_ears:
        said = f"{len(open_ears)} confirmed ({', '.join(open_ears)})"
        return fine("; ".join([said, *also]))
    if unsure:
        return unknown(
            f"whether anybody is told is not known; {'; '.join(also)}",
            "Allow sns:GetSubscriptionAttributes to whom you ask as, or look at them yourself",
        )
    return broken(
        f"nobody is told; {'; '.join(also)}",
        f"Let the kinds {' and '.join(KINDS)} through, or take the policy away ({{}})",
        f"aws sns set-subscription-attributes --subscription-arn {deaf[0].arn} "
        f"--attribute-name FilterPolicy --attribute-value '{json.dumps({'kind': KINDS})}'",
    )


def _named(one: Subscription, kinds: frozenset[str] | None) -> str:
    some = f", {' and '.join(sorted(kinds))} alone" if kinds and len(kinds) < len(KINDS) else ""
    return f"{one.protocol} {one.address}{some}"


CHECKS = (Check("subscribers", "Is anybody told?", somebody_is_subscribed),)
