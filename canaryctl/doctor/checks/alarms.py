"""Are the alarms quiet, and would they be heard?"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from canary.adapters.account.alarms import AlarmView
from canary.domain.words import moment
from canaryctl.doctor.account import PUT_BACK, Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown

FIRST_DATA_WITHIN = timedelta(minutes=20)
"""Subscribers are counted every 15 minutes, all else every minute."""
HISTORY_KEPT = timedelta(days=30)
MISSING_WORDS = {
    "breaching": "rings",
    "notBreaching": "is quiet",
    "ignore": "changes nothing",
    "missing": "is not known",
}
"""What a missing point does, by CloudWatch's word for it."""


def quiet(account: Account) -> Diagnosis:
    """Does any alarm ring, and has each of them ever had data?"""
    gone = [name for name, view in account.alarms.items() if view is None]
    if gone:
        return broken(f"gone: {', '.join(gone)}", PUT_BACK, account.put_back)
    views = [view for view in account.alarms.values() if view]
    ringing = [view for view in views if view.state == "ALARM"]
    if ringing:
        first = ringing[0]
        return broken(
            f"{_names(account, ringing)} since {moment(first.since)}: {first.reason}",
            f"docs/operations.md, {heading(_short(account, first))}, says what to do",
            f"aws cloudwatch describe-alarm-history --alarm-name {first.name} --max-records 5",
        )
    silent = [view for view in views if view.state == "INSUFFICIENT_DATA"]
    if silent:
        return _silent(account, silent)
    return fine(f"{len(views)} alarms, all OK; a missing point {_missing(account, views)}")


def _silent(account: Account, silent: Sequence[AlarmView]) -> Diagnosis:
    """Return what alarms without data come to: they never ring."""
    said = "; ".join(f"{_short(account, view)} {_since(account, view)}" for view in silent)
    if all(account.now - view.since <= FIRST_DATA_WITHIN for view in silent):
        return unknown(f"{said}; data comes within {FIRST_DATA_WITHIN.seconds // 60} min")
    return broken(
        f"without data, and never ring: {said}",
        "What they watch is not published: look at the ticks, then at the function's log",
        "aws cloudwatch list-metrics --recently-active PT3H --namespace "
        f"SageMakerCanary/{account.stack.name}",
    )


def _since(account: Account, view: AlarmView) -> str:
    since = moment(view.since)
    if account.alarm_reader.had_data(view):
        return f"had data until {since}"
    if account.now - view.since < HISTORY_KEPT:
        return f"had none since it was made or changed, {since}"
    return f"has had none since {since}: never, or it stopped then (history is gone)"


def _missing(account: Account, views: Iterable[AlarmView]) -> str:
    by_word: dict[str, list[str]] = {}
    for view in views:
        by_word.setdefault(view.missing, []).append(_short(account, view))
    usual = max(by_word, key=lambda word: len(by_word[word]))
    said = [
        f"{MISSING_WORDS.get(word, word)} for {', '.join(names)}"
        for word, names in by_word.items()
        if word != usual
    ]
    return ", ".join([*said, f"{MISSING_WORDS.get(usual, usual)} for the others"])


def heard(account: Account) -> Diagnosis:
    """Are the alarms' actions on, do they name the topic, and did the newest one get through?"""
    topic = account.physical("Topic")
    views = [view for view in account.alarms.values() if view]
    off = [view.name for view in views if not view.actions_enabled]
    if off:
        return broken(
            f"they tell nobody, their actions are off: {', '.join(off)}",
            "Switch them on",
            f"aws cloudwatch enable-alarm-actions --alarm-names {' '.join(off)}",
        )
    elsewhere = [view.name for view in views if topic not in view.actions]
    if elsewhere:
        return broken(
            f"they do not name the stack's topic: {', '.join(elsewhere)}",
            PUT_BACK,
            account.put_back,
        )
    if (account.topics.key(topic) or "").endswith("alias/aws/sns"):
        return broken(
            "the topic is encrypted with AWS's own key, which CloudWatch may not use",
            f"The template gives the topic a key of its own. {PUT_BACK}",
            account.put_back,
        )
    return _newest(account)


def _newest(account: Account) -> Diagnosis:
    taken = [account.alarm_reader.newest_action(name) for name in account.alarms]
    newest = max((one for one in taken if one), key=lambda one: one.at, default=None)
    if newest is None:
        return unknown(
            "actions are on and name the topic; none has rung in the 30 days that are kept",
            "Let one ring",
            f"canaryctl doctor --stack {account.stack.name} --send",
        )
    if newest.failed:
        return broken(
            f"{newest.alarm} was not heard ({moment(newest.at)}): {newest.summary}",
            "CloudWatch needs the topic's policy and its key's: deploy again, then let one ring",
            f"canaryctl doctor --stack {account.stack.name} --send",
        )
    return fine(f"actions are on; {newest.alarm} reached the topic {moment(newest.at)}")


def _names(account: Account, views: Iterable[AlarmView]) -> str:
    return ", ".join(_short(account, view) for view in views)


def _short(account: Account, view: AlarmView) -> str:
    """Return an alarm's name as the runbook has it."""
    return view.name.removeprefix(f"{account.stack.name}-")


def heading(alarm: str) -> str:
    """Return the runbook's heading that says what to do when an alarm of this name rings."""
    if alarm.endswith("-errors"):
        return "function-errors"
    return "dead-execution" if alarm == "timed-out-execution" else alarm


CHECKS = (
    Check("alarms", "Are the alarms quiet, and do they have data?", quiet),
    Check("alarm actions", "Is an alarm that rings heard?", heard),
)
