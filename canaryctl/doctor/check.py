"""A check as a value, what it finds, and how a list of them is gone through.

Rules: what could not be read cannot be known, and is told with the reason: a refused read is
neither fine nor broken. What was not asked for is told apart. Where AWS does not know who asks, is
not reached at all, or no region is known, nothing can be read: that ends it, told once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from canary.adapters.translation import nobody_asked, nobody_reached
from canary.domain.errors import CanaryError
from canaryctl.doctor.account import Account
from canaryctl.operate.stack import NotReached, StackError
from canaryctl.operate.subscribers import denied_action, why_unread

State = Literal["fine", "broken", "unknown"]
Need = Literal["endpoint", "sample", "send"]


@dataclass(frozen=True)
class Diagnosis:
    """What one check came to, in a sentence; a broken one with its remedy, and the command where
    one does it.
    """

    state: State
    said: str
    remedy: str = ""
    command: str = ""


@dataclass(frozen=True)
class Check:
    """One question to an account; `needs` are the options without which it is not asked."""

    name: str
    question: str
    ask: Callable[[Account], Diagnosis]
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A check with its diagnosis; None where it was not asked for, and then what `lacks`."""

    check: Check
    diagnosis: Diagnosis | None
    lacks: tuple[Need, ...] = ()


def fine(said: str) -> Diagnosis:
    """Return that all is as it should be."""
    return Diagnosis("fine", said)


def broken(said: str, remedy: str, command: str = "") -> Diagnosis:
    """Return what is wrong, what mends it, and the command that does."""
    return Diagnosis("broken", said, remedy, command)


def unknown(said: str, remedy: str = "", command: str = "") -> Diagnosis:
    """Return why it cannot be known."""
    return Diagnosis("unknown", said, remedy, command)


def worst_of(each: Sequence[Diagnosis]) -> Diagnosis:
    """Return what one question asked of several comes to: all that was said, the worst first, and
    the remedy of the worst.
    """
    order: tuple[State, ...] = ("broken", "unknown", "fine")
    told = sorted(each, key=lambda one: order.index(one.state))
    return replace(told[0], said="; ".join(one.said for one in told))


def examined(checks: Sequence[Check], account: Account) -> Iterator[Answer]:
    """Yield the answer to each check, in their order, as it is found.

    Raises AwsUnavailable where the first one reaches nobody: there is no network, and no other
    would fare better.
    """
    reached = False
    for check in checks:
        lacks = tuple(need for need in check.needs if not account.has(need))
        yield Answer(check, None if lacks else _found(check, account, reached=reached), lacks)
        reached = reached or not lacks


def _found(check: Check, account: Account, *, reached: bool) -> Diagnosis:
    try:
        found = check.ask(account)
    except NotReached:
        raise
    except StackError as error:
        return unknown(str(error))
    except CanaryError as error:
        if nobody_asked(error) or (not reached and nobody_reached(error)):
            raise
        return unknown(why_unread(error), _allowing(error))
    region = account.stack.region
    if region and found.command:
        return replace(found, command=f"{found.command} --region {region}")
    return found


def _allowing(error: CanaryError) -> str:
    """Return what lets the question be asked, '' where no right is missing."""
    action = denied_action(error)
    return f"Allow {action} to whom you ask as, or ask as somebody who may" if action else ""
