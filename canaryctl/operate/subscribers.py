"""Whether anybody hears of a stack's rollouts, and in words why a read gave nothing."""

import re

from canary.adapters.telling.subscribers import SnsSubscribers
from canary.domain.errors import AwsUnavailable, CanaryError
from canaryctl.operate.stack import Stack

WORDS_OF_AWS = 200
_REFUSED = re.compile(r"AccessDenied|AuthorizationError|UnauthorizedOperation|not authorized to")
_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)", re.IGNORECASE)


def subscribers(stack: Stack) -> int | None:
    """Return how many confirmed subscriptions the watched topic has; None where nobody need be
    subscribed, or the stack's name was not used to find it. Raises what the read raises.
    """
    if not stack.watched_topic:
        return None
    return SnsSubscribers(stack.client("sns"), stack.watched_topic).confirmed()


def told_of_subscribers(stack: Stack) -> tuple[int | None, str]:
    """Return the count and a notice where nobody hears, or where that cannot be known; '' where
    there is nothing to say.
    """
    try:
        count = subscribers(stack)
    except CanaryError as error:
        return None, f"Whether anybody is told cannot be known: {why_unread(error)}."
    if count == 0:
        told = f"Nobody is told: {stack.watched_topic} has no confirmed subscription"
        return 0, f"{told} (canaryctl doctor --stack {stack.name} says what to do)."
    return count, ""


def why_unread(error: CanaryError) -> str:
    """Return why a read gave nothing: the right that is missing, or AWS's own words."""
    action = denied_action(error)
    if action:
        return f"you may not call {action}"
    kind = "did not answer" if isinstance(error, AwsUnavailable) else "refused"
    return f"AWS {kind}: {str(error)[:WORDS_OF_AWS]}"


def denied_action(error: CanaryError) -> str:
    """Return the action whose right is missing, '' where AWS refused for another reason."""
    words = str(error)
    if not _REFUSED.findall(words):
        return ""
    named = _ACTION.findall(words)
    return str(named[0]) if named else words.split(": ", 1)[0]
