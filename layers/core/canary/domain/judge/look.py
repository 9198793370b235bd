"""One look at a rollout: the plan, the fold so far and the clock, with the questions a verdict asks
of them.
"""

import math
from dataclasses import dataclass

from canary.domain.finding import Finding, FindingLabel
from canary.domain.judge.bets.traffic import baseline_shares
from canary.domain.judge.bets.weigh import carried_by, guard_logs, weighed
from canary.domain.judge.fold import Fold
from canary.domain.judge.guard_fold import GuardFold
from canary.domain.judge.judgement import Evidence, GuardEvidence, Held
from canary.domain.judge.terms import BakeTerms
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.plan import Plan
from canary.domain.plan.standstill import Standstill, stood_still, stood_still_words
from canary.domain.plan.target import Weights
from canary.stats import advance, split
from canary.stats.arrivals import NOTHING_YET, SURPRISING_REQUESTS, Arrivals, Silence, log_evidence
from canary.stats.misrouting import Misrouting, explain
from canary.stats.roll_back import Bet

LATE_WATCH_MINUTES = 15
"""A watch that takes so much longer than planned is told."""

# A guard whose newest data is older says nothing about the canary that serves now. Points may come
# eight minutes late, and it takes two more until two reads have agreed on them.
STALE_AFTER_MINUTES = 10
# A silent variant with less of the baseline's traffic moves no rate that a margin would notice.
PART_OF_THE_BASELINE = 0.1


@dataclass(frozen=True)
class Look:
    """Everything known at one moment; `bake` is None before the first one, `now` the open
    minute.
    """

    plan: Plan
    bake: BakeTerms | None
    fold: Fold
    now: int
    quality: Finding | None
    settled_bake: BakeTerms | None = None
    """The bake whose minutes settled a roll-back, where that has happened; the numbers are its
    numbers.
    """
    standstills: tuple[Standstill, ...] = ()
    first_read: bool = False
    """Whether a minute that was read but once settled it."""

    @property
    def numbers_bake(self) -> BakeTerms | None:
        """Return the bake the numbers belong to."""
        return self.settled_bake or self.bake

    @property
    def step(self) -> int:
        """Return the step the rollout is at."""
        return self.bake.step if self.bake else 0

    @property
    def share(self) -> float:
        """Return the canary's planned share at this step."""
        return self.plan.steps[self.step].share

    @property
    def elapsed(self) -> int:
        """Return the complete minutes since the share was reached, warm-up included."""
        return max(0, self.now - self.bake.first_minute) if self.bake else 0

    @property
    def held(self) -> Held:
        """Return how long the step was held, and how long it may be."""
        planned, first = self.plan.steps[self.step], self.now - self.elapsed
        longest = planned.bake_max_minutes
        if self.share >= 1:
            longest = self.plan.watch_minutes + LATE_WATCH_MINUTES
        limit = self.plan.watch_minutes if self.share >= 1 else planned.bake_max_minutes
        still = stood_still(self.standstills, first, self.now)
        return Held(
            minutes=self.elapsed - still,
            stood_still_minutes=still,
            longest_minutes=longest,
            limit_minutes=limit + self.plan.hold_at_most_minutes,
            stood_still_for=stood_still_words(self.standstills, first, self.now),
        )

    @property
    def entered(self) -> bool:
        """Return whether the fold's step numbers belong to the current bake."""
        return self.numbers_bake is not None and self.fold.bake == self.numbers_bake.index

    @property
    def log_roll_back_threshold(self) -> float:
        """Return ln(1 / alpha), the live part of the budget."""
        return -math.log(self.plan.budget.live)

    @property
    def log_advance_threshold(self) -> float:
        """Return ln(1 / beta)."""
        return -math.log(self.plan.budget.promotion)

    @property
    def log_split(self) -> float:
        """Return ln of the evidence that this step's traffic is not split as planned."""
        return log_evidence(self.arrivals, self.share, self.baseline_shares, self.plan.control)

    @property
    def arrivals(self) -> Arrivals:
        """Return how this step's traffic arrived; nothing yet where a variant serves alone."""
        bake = self.numbers_bake
        mine = bake is not None and bake.live and self.fold.arrivals_bake == bake.index
        return self.fold.arrivals if mine else NOTHING_YET

    @property
    def baseline_shares(self) -> Weights:
        """Return the planned fraction of all traffic of each variant beside the canary."""
        weights = self.plan.steps[self.step].target.weights
        return baseline_shares(weights, self.plan.served_by(self.step))

    @property
    def silences(self) -> tuple[Silence, ...]:
        """Return the baselines that were silent in minutes of this step in which others spoke."""
        return tuple(one for one in self.arrivals.silences if one.minutes)

    @property
    def unheard(self) -> tuple[Silence, ...]:
        """Return the silent baselines without which what speaks is not the baseline any more: since
        they last spoke they should have been heard, and theirs is a good part of its traffic.
        """
        parts = self.baseline_shares
        least = PART_OF_THE_BASELINE * sum(parts.values())
        return tuple(
            one
            for one in self.silences
            if one.missed >= SURPRISING_REQUESTS
            and parts.get(one.name, 0.0) >= least
            and one.since is not None
            and self.now - one.since > STALE_AFTER_MINUTES
        )

    @property
    def misrouted(self) -> bool:
        """Return whether traffic arrives otherwise than the weights say."""
        return self.log_split >= split.LOG_THRESHOLD

    @property
    def misrouting(self) -> Misrouting:
        """Return what the difference between planned and real split looks like."""
        at_rest = self.plan.canary_requests_at_rest
        return explain(self.arrivals.recent, self.share, *self.arrivals.split, at_rest=at_rest)

    @property
    def crowded_baseline(self) -> str:
        """Return the baseline with the most requests beyond its part by weight."""
        served, parts = dict(self.arrivals.served), self.baseline_shares
        each = sum(served.values()) / max(sum(parts.values()), math.ulp(0.0))
        return max(parts, key=lambda name: served.get(name, 0) - each * parts[name])

    @property
    def watch_minutes_needed(self) -> int:
        """Return the measured minutes the watch asks of every guard; missing minutes extend it."""
        return max(0, self.plan.watch_minutes - self.plan.warm_up_minutes)

    def state(self, index: int) -> GuardFold:
        """Return a guard's fold, as new where the current bake has judged nothing yet."""
        state = self.fold.guards[index]
        return state if self.entered else state.enter_step()

    def log_advance(self, index: int) -> float:
        """Return ln of a guard's advance evidence at this step."""
        bake = self.numbers_bake
        if bake is None or not bake.live or self.state(index).minutes == 0:
            return 0.0
        return advance.log_evidence(self.state(index).advance, bake.settings[index])

    def silent(self, index: int) -> bool:
        """Return whether a guard has no data at this step, or none that is recent."""
        newest = self.state(index).last_minute
        return newest is None or self.now - newest > STALE_AFTER_MINUTES

    def drowned(self, index: int) -> bool:
        """Return whether a guard shows nothing because both are down: the step's baseline is so
        bad, and was not before, that no canary could be beyond the real margin beside it, and the
        canary itself is beyond it beside the baseline of before.
        """
        guard, state = self.plan.guards[index], self.state(index)
        (bad, of), (canary_bad, canary_of) = state.baseline, state.canary
        if guard.value is not None or not of or not canary_of or not 0 < self.share < 1:
            return False
        margin, worst = guard.last_gate, float(guard.better == "lower")
        now, before = bad / of, guard.history.rate
        showed = guard.beyond(margin, worst, before) and not guard.beyond(margin, worst, now)
        return showed and guard.beyond(margin, canary_bad / canary_of, before)

    def label(self, index: int, log_advance: float) -> FindingLabel:
        """Return a guard's finding while nothing speaks for rolling back, its evidence being
        that.
        """
        if self.silent(index):
            return "NO_DATA"
        if self.share >= 1:
            return (
                "PASS" if self.state(index).minutes >= self.watch_minutes_needed else "INCONCLUSIVE"
            )
        passes = log_advance >= self.log_advance_threshold and not self.drowned(index)
        return "PASS" if passes else "INCONCLUSIVE"

    def evidence(self) -> Evidence:
        """Return the numbers of this look."""
        bake = self.numbers_bake
        logs = (
            guard_logs(self.fold.guards, bake)
            if bake and self.entered
            else [0.0] * len(self.plan.guards)
        )
        return Evidence(
            log_roll_back=self.fold.log_roll_back,
            log_roll_back_threshold=self.log_roll_back_threshold,
            log_advance_threshold=self.log_advance_threshold,
            log_split=self.log_split,
            guards=tuple(self._guard(i, guard, logs) for i, guard in enumerate(self.plan.guards)),
            judged_minutes=self.fold.judged,
            step_minutes=self.fold.step_judged if self.entered else 0,
            rising_since_minute=self.fold.quiet_minute,
            first_read=self.first_read,
        )

    def _guard(self, index: int, guard: CountGuard, logs: list[float]) -> GuardEvidence:
        bake = self.numbers_bake
        weights = weighed(logs, bake) if bake else logs
        state, largest = self.state(index), max(weights)
        total = sum(math.exp(v - largest) for v in weights)
        canary, baseline = self._counts(state)
        return GuardEvidence(
            guard=guard.name,
            log_roll_back=logs[index],
            share_of_roll_back=math.exp(weights[index] - largest) / total,
            log_advance=self.log_advance(index),
            minutes=state.minutes,
            canary_bad=canary[0],
            canary_requests=canary[1],
            baseline_bad=baseline[0],
            baseline_requests=baseline[1],
            against="control" if bake and self.plan.has_control(bake.step) else "baseline",
            reference_rate=self._reference_rate(guard, state),
            values=None if guard.value is None else _means(state),
            unit=guard.unit,
            carried_by=self._carried_by(index),
            rarest=state.rarest,
        )

    def _reference_rate(self, guard: CountGuard, state: GuardFold) -> float | None:
        bake = self.numbers_bake
        alone = bake is not None and bake.alone and guard.value is None
        return state.reference_rate(guard) if alone else None

    def _counts(self, state: GuardFold) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return (bad, requests) of both variants in the step's judged minutes; those of its
        warm-up where it was taken back before there were any.
        """
        if state.minutes == 0 and state.warm_up and self.fold.crossed_minute is not None:
            return state.warm_up.canary, state.warm_up.baseline
        return state.canary, state.baseline

    def _carried_by(self, index: int) -> Bet | None:
        bake = self.numbers_bake
        if bake is None or not bake.live or not self.entered:
            return None
        # Plans of before have but two bets, and sentences that name none.
        named = self.plan.days or bake.warm_up_of(index)
        return carried_by(self.fold.guards[index], bake, index) if named else None


def _means(state: GuardFold) -> tuple[float, float]:
    minutes = max(1, state.minutes)
    return state.values[0] / minutes, state.values[1] / minutes
