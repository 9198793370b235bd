"""One count guard's share of the fold: its processes, its counts of the step, and what it remembers
of the baseline.
"""

import math
from dataclasses import dataclass, replace

from canary.domain.plan.guards import CountGuard
from canary.stats import advance, roll_back, watch
from canary.stats.advance import AdvanceState
from canary.stats.counts import MinuteCounts
from canary.stats.roll_back import RollBackState
from canary.stats.setting import RECENT_MINUTES, Setting, recent_rate


@dataclass(frozen=True, slots=True)
class GuardFold:
    """The state of one guard; counts are those of the current step."""

    roll_back: RollBackState
    advance: AdvanceState = advance.FRESH
    watch: tuple[float, ...] = watch.START
    recent: tuple[tuple[int, float], ...] = ()
    """(minute, rate) of the baseline in the last minutes, judged or not."""
    reference: tuple[tuple[int, int], ...] = ()
    """(bad, requests) of the baseline in the last 60 judged minutes."""
    canary: tuple[int, int] = (0, 0)
    baseline: tuple[int, int] = (0, 0)
    minutes: int = 0
    last_minute: int | None = None
    """Newest minute of this step that had data."""
    unread: tuple[int, str] | None = None
    """Newest minute whose counts could be none, with what was read."""

    @property
    def log_watch(self) -> float:
        """Return ln E of the watch."""
        return watch.log_evidence(self.watch)

    def enter_step(self) -> "GuardFold":
        """Return the state at the start of a step."""
        return replace(
            self,
            advance=advance.FRESH,
            watch=watch.START,
            canary=(0, 0),
            baseline=(0, 0),
            minutes=0,
            last_minute=None,
        )

    def judge_minute(self, setting: Setting, pair: MinuteCounts | None, minute: int) -> "GuardFold":
        """Return the state after a judged minute while both variants serve."""
        if pair is None:
            return self
        bet = pair.swapped if setting.swapped else pair
        rates = [rate for at, rate in self.recent if at >= minute - RECENT_MINUTES]
        rate_now = recent_rate(setting.history, rates)
        baseline = (pair.baseline_bad, pair.baseline_requests)
        return replace(
            self,
            roll_back=roll_back.step(self.roll_back, bet, setting, rate_now),
            advance=advance.step(self.advance, bet, setting, rate_now),
            reference=(*self.reference, baseline)[-watch.REFERENCE_MINUTES :],
            canary=(self.canary[0] + pair.canary_bad, self.canary[1] + pair.canary_requests),
            baseline=(self.baseline[0] + baseline[0], self.baseline[1] + baseline[1]),
            minutes=self.minutes + 1,
            last_minute=minute,
        )

    def watch_minute(
        self, guard: CountGuard, canary: tuple[int, int] | None, minute: int
    ) -> "GuardFold":
        """Return the state after a judged minute in which the canary serves alone."""
        reference = self.reference_rate(guard)
        if canary is None or canary[1] == 0 or reference is None:
            return self
        bound, burstiness = guard.early_steps.bound, guard.history.known.burstiness
        watched = watch.step if guard.better == "lower" else watch.step_fewer
        return replace(
            self,
            watch=watched(self.watch, canary[0], canary[1], bound, reference, burstiness),
            canary=(self.canary[0] + canary[0], self.canary[1] + canary[1]),
            minutes=self.minutes + 1,
            last_minute=minute,
        )

    def reference_rate(self, guard: CountGuard) -> float | None:
        """Return the rate the baseline last had: judged minutes first, then history, then any
        minute seen.
        """
        if self.reference:
            return sum(x for x, _ in self.reference) / sum(n for _, n in self.reference)
        if guard.history.minutes > 0:
            return guard.history.rate
        return (
            math.fsum(rate for _, rate in self.recent) / len(self.recent) if self.recent else None
        )

    def remember(
        self, minute: int, baseline: tuple[int, int] | None, unread: str | None = None
    ) -> "GuardFold":
        """Return the state that knows the baseline's rate of a minute, whether it was judged or
        not, and what could not be read of it.
        """
        if unread is not None:
            return replace(self, unread=(minute, unread)).remember(minute, baseline)
        if baseline is None or baseline[1] == 0:
            return self
        return replace(
            self, recent=(*self.recent, (minute, baseline[0] / baseline[1]))[-RECENT_MINUTES:]
        )


def start_guard(grid_size: int) -> GuardFold:
    """Return a guard's state before any window."""
    return GuardFold(roll_back.start(grid_size))
