"""From the first bad request to the decision, beside an alarm and Flagger's loop.

The demonstration's three laws with its lag of publication, its ticks and its polls, in seconds.

python -m benchmarks.reaction.times RUNS OUT.json

A share is reached at a second of its minute and seen by a poll up to 20 s later; the first whole
minute after that is the first that may be judged. A minute of a variant appears 30 to 120 s after
its end, one in ten half of it first. Ticks and the alarm's looks come once a minute each, at any
second. The baseline's other guard is taken to say nothing.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import logsumexp

from benchmarks.reaction.incidents import (
    LAWS,
    MINUTES,
    PER_MINUTE,
    Course,
    Law,
    alarm,
    flagger,
    play,
    read,
)
from benchmarks.verdicts import history_bet
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.learning import learn
from benchmarks.verdicts.processes import (
    RollBackRuns,
    Terms,
    phi,
    roll_back_blocks,
    roll_back_pair,
    settle,
)
from benchmarks.verdicts.worlds import generator
from canary.stats import history_bet as hb
from canary.stats import setting as st
from canary.stats import watch

Array = np.ndarray
PAST, LATEST = 720, 1200.0
THRESHOLD = np.log(40)
DECIDED_AFTER = 5.0


@dataclass(frozen=True)
class Rule:
    """What is changed."""

    warm_up: int = 2
    first_read: bool = False
    history: float = 0.0
    lifted: bool = False
    watch_cap: float = watch.CAP
    warm_up_mass: float = 0.0
    """Mass of the bets on warm-up minutes at the catastrophe margin, over all live steps."""
    looks: int = 1
    """Looks a minute."""
    by_split: bool = False
    """The first whole minute at the share is known by its split, not by the poll."""


ALL = Rule(2, first_read=True, history=0.2, lifted=True, watch_cap=np.inf, warm_up_mass=0.05)
STEPS, WARM_UP = 4, 2
RULES = {
    "today": Rule(),
    "first read": Rule(first_read=True),
    "first read, no warm-up": Rule(0, first_read=True),
    "+ history bet": Rule(0, first_read=True, history=0.2),
    "all": ALL,
    "all, warm-up kept": replace(ALL, warm_up_mass=0.0),
    "all, cap kept": replace(ALL, lifted=False, watch_cap=watch.CAP),
    "all, second read kept": replace(ALL, first_read=False),
    "all, minutes by split": replace(ALL, by_split=True),
    "all, two looks a minute": replace(ALL, looks=2),
    "all, split, two looks": replace(ALL, looks=2, by_split=True),
}


class Bets:
    """The wealth every bet has when the share is reached, and what a minute adds to it."""

    def __init__(self, law: Law, rng: np.random.Generator, runs: int) -> None:
        """Learn a history and judge the good minutes before."""
        self.law = law
        past = rng.binomial(PER_MINUTE, law.base, (runs, PAST))
        self.history = learn(past, PER_MINUTE)
        self.reference = history_bet.Reference(past, float(PER_MINUTE), rng, np.arange(runs))
        guard = law.guard
        self.at: Callable[[float], Any] = lambda share: settle(
            self.history, guard.roll_back, guard.last_gate, np.full(runs, share), guard.grid
        )
        self.against = RollBackRuns(runs, guard.grid)
        self.ranked = history_bet.HistoryRuns(runs)
        for share, minutes in law.judged_before:
            if self.ranked.restarts[0] > 1 or share != law.judged_before[0][0]:
                self._restart(runs)
            for _ in range(minutes):
                n = rng.binomial(PER_MINUTE, share, runs)
                m = PER_MINUTE - n
                counts = np.stack([rng.binomial(n, law.base), n, rng.binomial(m, law.base), m])
                self._step(counts.astype(float), self.at(share), share)
        if law.judged_before:
            self._restart(runs)

    def _restart(self, runs: int) -> None:
        everywhere = np.ones(runs, bool)
        self.against.restart(everywhere)
        self.ranked.restart(everywhere)

    def _step(self, counts: Array, terms: Terms, share: float) -> None:
        everywhere = np.ones(counts.shape[1], bool)
        self.against.step(counts, terms, self.history.rate, everywhere)
        self.ranked.step(*self._ranks(counts, terms, share), everywhere, self.history.burst_lags)

    def _ranks(self, counts: Array, terms: Terms, share: float) -> tuple[Array, Array]:
        n_c = share * PER_MINUTE
        planned = (
            history_bet.exposure(
                np.full(counts.shape[1], n_c), *terms.roll_back, self.reference.rates
            ),
            np.full(counts.shape[1], PER_MINUTE - n_c),
        )
        everywhere = np.ones(counts.shape[1], bool)
        return history_bet.ranks(
            self.reference, counts, self.history.rate, planned, terms.roll_back, everywhere
        )

    def blocks(
        self, counts: Array, cap: float, *, early: bool = False
    ) -> tuple[Array, Array, Array]:
        """Return the bets' blocks of a minute at the law's share; 0 where a side is empty."""
        terms = self.at(self.law.share)
        if early:
            line = self.law.guard.early
            one = np.ones(counts.shape[1])
            terms = replace(terms, roll_back=(line.ratio * one, line.difference * one))
        use = (counts[1] > 0) & (counts[3] > 0)
        safe = np.where(use, counts, 1.0)
        by = phi(safe, self.history.rate, self.history.burstiness)
        ordinary = np.where(terms.bursty, st.BURSTY_CAP, st.CALM_CAP)
        requests = roll_back_blocks(
            safe, terms.roll_back, terms.grid, by, np.where(terms.bursty, ordinary, cap)
        )
        pairs = roll_back_pair(safe, terms, self.history.rate)
        ranked = history_bet.blocks(*self._ranks(safe, terms, self.law.share))
        return np.where(use, requests, 0), np.where(use, pairs, 0), np.where(use, ranked, 0)

    def log_evidence(
        self, rule: Rule, gained: tuple[Array, Array, Array], early: tuple[Array, Array, Array]
    ) -> Array:
        """Return ln of the average over two guards after the given sums of blocks."""
        parts = [
            (self.against.requests, 0.9 - rule.history),
            (self.against.pairs, 0.1),
            (self.ranked.wealth, rule.history),
        ]
        left = 1 - rule.warm_up_mass
        logs = []
        for (wealth, weight), more in zip(parts, gained, strict=True):
            if weight > 0:
                logs.append(
                    logsumexp(wealth + more, axis=0) - np.log(len(wealth)) + np.log(weight * left)
                )
        if rule.warm_up_mass:
            mass = np.log(rule.warm_up_mass / STEPS / 2)
            logs += [
                logsumexp(block, axis=0) - np.log(len(block)) + mass
                for block in (early[0], early[2])
            ]
        return np.logaddexp(logsumexp(np.stack(logs), axis=0), 0.0) - np.log(2)


def decided(course: Course, law: Law, rule: Rule, bets: Bets) -> Array:
    """Return the seconds from the first bad request to the decision."""
    ends = np.full(len(course.reached), np.inf)
    before: Array | None = None
    stable = np.zeros((MINUTES, len(ends)), bool)
    began = np.floor(course.reached / 60).astype(int) + 1 if rule.by_split else course.first
    for k in range(rule.looks, 20 * rule.looks):
        now = course.tick + 60 / rule.looks * k
        counts, there = read(course, now)
        both = there[:, 0] & (there[:, 1] | (law.share >= 1))
        since = np.arange(MINUTES)[:, None] - began
        from_first = rule.warm_up_mass > 0 or (law.share >= 1 and rule.watch_cap > watch.CAP)
        judged = both & (since >= (0 if from_first else rule.warm_up))
        if before is not None:
            stable = both & (counts == before).all(axis=1)
        before = counts
        if not rule.first_read:
            judged = judged & stable
        elif law.share < 1:
            total = counts[:, 1] + counts[:, 3]
            spread = 4 * np.sqrt(np.maximum(total, 1) * law.share * (1 - law.share))
            judged = judged & (stable | (np.abs(counts[:, 1] - law.share * total) <= spread))
        value = _value(counts, judged, since < rule.warm_up, law, rule, bets)
        ends = np.where((value >= THRESHOLD) & (ends == np.inf), now + DECIDED_AFTER, ends)
    return ends - course.reached


def _value(counts: Array, judged: Array, warming: Array, law: Law, rule: Rule, bets: Bets) -> Array:
    if law.share >= 1:
        return _watched(counts, judged, bets.history.rate, rule)
    cap = np.inf if rule.lifted else st.CALM_CAP
    runs = counts.shape[2]
    sums = {
        early: [np.zeros((4, runs)), np.zeros((2, runs)), np.zeros((len(hb.KAPPAS), runs))]
        for early in (False, True)
    }
    for t in range(min(MINUTES, 10)):
        for early, total in sums.items():
            here = judged[t] & (warming[t] == early)
            if here.any():
                found = bets.blocks(counts[t] * here, cap, early=early)
                sums[early] = [s + f for s, f in zip(total, found, strict=True)]
    main, warm = (tuple(sums[early]) for early in (False, True))
    return bets.log_evidence(rule, main, warm)  # type: ignore[arg-type]


def _watched(counts: Array, judged: Array, rate: Array, rule: Rule) -> Array:
    bound = ERRORS.early
    stakes = np.array(watch.STAKES)[:, None]
    total: Array | float = 0.0
    for t in range(MINUTES):
        allowed = counts[t, 1] * bound.rate(0) + counts[t, 1] * bound.ratio * rate
        block = np.minimum(counts[t, 0] * np.log1p(stakes) - stakes * allowed, rule.watch_cap)
        total = total + np.where(judged[t], block, 0)
    mean = logsumexp(total, axis=0) - np.log(len(stakes))
    return np.logaddexp(mean, 0.0) - np.log(2)


def main(runs: int, out: Path) -> None:
    """Write medians in seconds and how many bad answers were served."""
    found: dict[str, dict[str, Any]] = {}
    for name, law in LAWS.items():
        rng = generator(41, "times", name)
        course, bets = play(law, rng, runs), Bets(law, rng, runs)
        line = {
            "alarm 3 of 5": alarm(course, law),
            "Flagger, 1 check": flagger(course, law, 1),
            "Flagger, 5 checks": flagger(course, law, 5),
        }
        line |= {key: decided(course, law, rule, bets) for key, rule in RULES.items()}
        reference = float(np.median(line["alarm 3 of 5"]))
        for key, seconds in line.items():
            found.setdefault(key, {})[name] = {
                "median_s": round(float(np.median(seconds)), 1),
                "p90_s": round(float(np.quantile(seconds, 0.9)), 1),
                "of_alarm": round(float(np.median(seconds)) / reference, 3),
                "sooner_in_runs": round(float((seconds < line["alarm 3 of 5"]).mean()), 3),
                "mean_s": round(float(np.minimum(seconds, LATEST).mean()), 1),
            }
        out.write_text(json.dumps(found, indent=1))
    for key, row in found.items():
        print(
            f"{key:24}",
            *(
                f"{n} {v['median_s']} ({v['of_alarm']}x, mean {v['mean_s']})"
                for n, v in row.items()
            ),
        )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
