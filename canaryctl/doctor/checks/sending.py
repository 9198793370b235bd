"""What is shown by sending: a message, and an alarm through the key."""

from datetime import timedelta

from canary.domain.rollout.forms.mail import Mail
from canary.domain.words import moment
from canaryctl.doctor.account import PUT_BACK, Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown
from canaryctl.doctor.filters import may_pass

LOOKS, SECONDS_BETWEEN = 12, 5.0
SUBJECT = "[canary] a test by canaryctl doctor"
KIND = "test"
CLOCKS_APART = timedelta(seconds=5)


def message_is_sent(account: Account) -> Diagnosis:
    """Is a test message taken by the topic?"""
    body = (
        f"Sent at {moment(account.now)} to see whether messages of stack {account.stack.name} "
        "arrive. Nothing happened, and nothing has to be done."
    )
    account.publisher.publish(Mail(subject=SUBJECT, body=body), {"kind": KIND})
    people = sum(one.confirmed for one in account.subscriptions)
    if not people:
        return broken(
            "the topic took a test message, and there is nobody to deliver it to",
            "See subscribers above, then send again",
        )
    matched, unsure = _matched(account)
    said = f"{people} confirmed, filter policies let it through to {matched}"
    if unsure:
        said += f" and are not known of {unsure}"
    if not matched:
        return unknown(f"sent; {said}: nobody may see it (its attribute kind is {KIND})")
    return fine(f'sent; look for "{SUBJECT}" with them ({said})')


def _matched(account: Account) -> tuple[int, int]:
    """Return how many get the test message, and of how many that is not known."""
    answers = [
        None if found is None else may_pass(*found, {"kind": frozenset({KIND})})
        for found in account.filters.values()
    ]
    return answers.count(True), answers.count(None)


def alarm_rings_through(account: Account) -> Diagnosis:
    """Does a ringing alarm reach the topic through its key?

    Sets `undelivered` to ALARM; its next evaluation, a minute later, sets it back.
    """
    name = account.physical("UndeliveredAlarm")
    asked = account.now
    account.alarm_reader.ring(name, "a test by canaryctl doctor; nothing has to be done")
    for _ in range(LOOKS):
        account.time.sleep(SECONDS_BETWEEN)
        taken = account.alarm_reader.newest_action(name)
        if taken is None or taken.at < asked - CLOCKS_APART:
            continue
        if taken.failed:
            return broken(
                f"{name} rang and was not heard: {taken.summary}",
                f"CloudWatch needs the topic's policy and its key's. {PUT_BACK}",
                account.put_back,
            )
        return fine(f'rang and reached the topic; look for ALARM: "{name}". It clears by itself')
    return unknown(
        f"{name} was set to ALARM, and its history does not tell within "
        f"{LOOKS * SECONDS_BETWEEN:g} s whether that was heard",
        "Look again in a minute",
        f"aws cloudwatch describe-alarm-history --alarm-name {name} --history-item-type Action",
    )


CHECKS = (
    Check("test message", "Does a message go out?", message_is_sent, ("send",)),
    Check("test alarm", "Does an alarm ring through the key?", alarm_rings_through, ("send",)),
)
