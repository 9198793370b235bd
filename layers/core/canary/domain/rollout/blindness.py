"""What nobody could see, in words: which read failed, since when, by AWS's own name, the remedy.

Ten minutes without a look that saw everything end a bake in a restore: what is told then is made
here, from the newest tick, whoever tells it.
"""

from datetime import datetime, timedelta

from canary.domain.rollout.tick import Blind, Tick
from canary.domain.time import minute_of
from canary.domain.words import clock

STALE_TICK_MINUTES = 3
HEARTBEAT = timedelta(minutes=10)
MOST_TOLD = 3

SERVICES = {"DescribeEndpoint": "sagemaker", "DescribeAlarms": "cloudwatch"} | dict.fromkeys(
    ("UpdateItem", "Query"), "dynamodb"
)
REMEDIES = (
    (
        ("Throttl", "RequestLimitExceeded", "TooManyRequests", "LimitExceeded"),
        (
            "That is the account's quota, not the canary: it comes back when fewer calls are made; "
            "ask for a higher quota of {action}"
        ),
    ),
    (
        ("AccessDenied", "Forbidden", "UnauthorizedOperation", "NotAuthorized", "ExpiredToken"),
        "Allow {service}:{action} to the collector's role, and look for a deny in a policy over it",
    ),
    (
        ("AWS is slow",),
        "Look at the collector's duration and log, and at the AWS Health Dashboard",
    ),
    (
        ("PartialData", "Internal", "ServiceUnavailable", "connect", "timed out", "imeout"),
        "Look at the AWS Health Dashboard, and at the collector's way to {service}",
    ),
)


def blindness(tick: Tick | None, endpoint: str, now: datetime) -> str:
    """Return what the newest tick could not see and what to do; '' where it saw everything and is
    no older than three minutes.
    """
    if tick is None or minute_of(now) - tick.minute > STALE_TICK_MINUTES:
        return _nobody(tick, endpoint)
    if tick.complete:
        return ""
    if not tick.blind:
        return f"Blind at {clock(tick.minute)}: CloudWatch did not answer completely"
    return _blind(tick.blind)


def blind_since(tick: Tick | None) -> int | None:
    """Return the minute since which the newest tick is blind; None where it saw everything."""
    if tick is None or tick.complete:
        return None
    return min((one.since_minute for one in tick.blind), default=tick.minute)


def why_unheard(tick: Tick | None, endpoint: str, now: datetime) -> str:
    """Return why a bake was not kept alive for ten minutes, as the cause of its restore."""
    told = blindness(tick, endpoint, now)
    if told:
        return f"Ten minutes went by without a look that saw everything. {told}"
    seen = f"the look of {clock(tick.minute)} saw everything" if tick else ""
    return (
        f"Ten minutes went by without a word from the decider, though {seen}: look at its log and "
        "its errors"
    )


def _nobody(tick: Tick | None, endpoint: str) -> str:
    since = f"since {clock(tick.minute)}" if tick else "yet"
    before = f"; it was blind then already: {_blind(tick.blind)}" if tick and tick.blind else ""
    return (
        f"Nobody could look at endpoint {endpoint}, its metrics and alarms {since}: the "
        "collector does not run, does not finish or does not come to it, which says nothing of the "
        f"canary; look at its schedule, its log and the alarm unvisited{before}"
    )


def _blind(blind: tuple[Blind, ...]) -> str:
    first = min(blind, key=lambda one: one.since_minute)
    others = [one.query for one in blind if one != first]
    told = ", ".join(others[: MOST_TOLD - 1])
    more = f" and {len(others) - MOST_TOLD + 1} more" if len(others) >= MOST_TOLD else ""
    also = f" (and {told}{more})" if others else ""
    return (
        f"Blind since {clock(first.since_minute)}: {first.query} answers {first.error.rstrip('.')}"
        f"{also}. {remedy(first)}"
    )


def remedy(blind: Blind) -> str:
    """Return what a person can do about a read that fails."""
    action = blind.query.split(" ", 1)[0]
    service = SERVICES.get(action, "cloudwatch")
    found = (text for marks, text in REMEDIES if any(mark in blind.error for mark in marks))
    return next(found, "Look at the collector's log").format(action=action, service=service)
