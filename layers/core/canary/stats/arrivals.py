"""How a step's traffic arrived: the split's evidence where some baselines are silent, and who is.

Minutes in which the same baselines were silent are an account of their own, split by the weights of
those who spoke: given who was silent the rest is still multinomial, and Bayes factors of separate
minutes multiply. So a variant that is idle by its weight, or has no metrics, says nothing of the
canary's share.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from canary.stats.split import log_bayes_factor

# Silence is a surprise from here on: a Poisson count of this mean is 0 once in 1,000 times.
SURPRISING_REQUESTS = math.log(1000)
RECENT_MINUTES = 60
NO_PART = 1e-9


@dataclass(frozen=True, slots=True)
class Silence:
    """One baseline without points: in how many minutes of the step, and since when."""

    name: str
    minutes: int = 0
    """Minutes of the step in which others spoke and it did not."""
    missed: float = 0.0
    """Requests its weight would have given it since it last spoke."""
    since: int | None = None
    """The first minute since it last spoke; None while it speaks."""


@dataclass(frozen=True, slots=True)
class Account:
    """Requests of (canary, baselines) in the minutes in which the same baselines were silent."""

    silent: tuple[str, ...]
    canary: int
    baseline: int
    control: int = 0
    """Those of `baseline` that came to the control, where there is one."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How a step's traffic arrived."""

    accounts: tuple[Account, ...] = ()
    minutes: int = 0
    """Minutes in which a baseline spoke."""
    silences: tuple[Silence, ...] = ()
    served: tuple[tuple[str, int], ...] = ()
    """Requests of each baseline, where there are several."""
    recent: tuple[tuple[int, int], ...] = ()
    """(canary, all baselines) in the last minutes in which none was silent."""

    @property
    def split(self) -> tuple[int, int]:
        """Return the requests of canary and baselines."""
        booked = self.accounts
        return sum(one.canary for one in booked), sum(one.baseline for one in booked)

    def silence(self, name: str) -> Silence:
        """Return one baseline's silence."""
        return next((one for one in self.silences if one.name == name), Silence(name))


NOTHING_YET = Arrivals()


def missing(served: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, float]:
    """Return the requests that each silent baseline's share would have brought it beside what the
    others served; `served` names those with a point, `shares` all of them.
    """
    spoke = sum(share for name, share in shares.items() if name in served)
    requests = sum(served.values())
    if not served or spoke <= 0:
        return {}
    return {name: requests * share / spoke for name, share in shares.items() if name not in served}


def arrive(
    state: Arrivals,
    canary: int | None,
    served: Mapping[str, int],
    shares: Mapping[str, float],
    minute: int,
    *,
    complete: bool,
    control: str | None = None,
) -> Arrivals:
    """Return the state after one minute: the canary's requests (None where the minute says nothing
    of the split), those of every baseline that has a point, and the shares of all baselines in all
    traffic; one of them may be the `control`, whose part is told apart.

    Only a `complete` minute, of which nothing more is expected, says how traffic was split and that
    a silence is one.
    """
    if not served:
        return state
    absent = missing(served, shares)
    silences = tuple(
        _heard(state.silence(name), absent.get(name), minute, complete=complete) for name in shares
    )
    state = replace(state, minutes=state.minutes + 1, silences=silences)
    if canary is None or not complete:
        return state
    baseline = sum(served.values())
    before = dict(state.served)
    totals = tuple((name, before.get(name, 0) + served.get(name, 0)) for name in shares)
    recent = state.recent if absent else (*state.recent, (canary, baseline))[-RECENT_MINUTES:]
    beside = 0 if control is None else served.get(control, 0)
    accounts = _booked(state.accounts, Account(tuple(absent), canary, baseline, beside))
    return replace(state, accounts=accounts, served=totals, recent=recent)


def _heard(silence: Silence, missed: float | None, minute: int, *, complete: bool) -> Silence:
    if missed is None:
        return replace(silence, missed=0.0, since=None)
    more = missed if complete else 0.0
    since = minute if silence.since is None else silence.since
    return Silence(silence.name, silence.minutes + 1, silence.missed + more, since)


def _booked(accounts: tuple[Account, ...], more: Account) -> tuple[Account, ...]:
    before = next((one for one in accounts if one.silent == more.silent), None)
    others = tuple(one for one in accounts if one.silent != more.silent)
    if before is None:
        return (*others, more)
    canary, baseline = before.canary + more.canary, before.baseline + more.baseline
    return (*others, Account(more.silent, canary, baseline, before.control + more.control))


def log_evidence(
    state: Arrivals, share: float, shares: Mapping[str, float], control: str | None = None
) -> float:
    """Return ln of the evidence that a canary of this share, or its control, gets another part of
    the traffic.
    """
    total = 0.0
    for account in state.accounts:
        spoke = 1 - sum(shares.get(name, 0.0) for name in account.silent)
        if account.canary + account.baseline and spoke > share:
            beside = 0.0 if control in (None, *account.silent) else shares[control or ""]
            total += log_bayes_factor(*_cells(account, share / spoke, beside / spoke))
    return total


def _cells(
    account: Account, canary: float, control: float
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return requests and planned parts of canary, control and all others, without those who have
    no part.
    """
    rest = 1 - canary - control
    if control <= 0:
        return (account.canary, account.baseline), (canary, rest)
    if rest <= NO_PART:
        return (account.canary, account.baseline), (canary, 1 - canary)
    others = account.baseline - account.control
    return (account.canary, account.control, others), (canary, control, rest)
