"""One count guard's share of the fold: its processes, its counts of the step, and what it remembers
of the baseline.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from canary.domain.plan.guards import CountGuard
from canary.stats import advance, roll_back, warm_up, watch, worse_minute
from canary.stats.advance import AdvanceState
from canary.stats.counts import MinuteCounts, MinuteValues
from canary.stats.history_bet import LEVEL_MINUTES, Rank, Sketch, rank_of
from canary.stats.roll_back import RollBackState
from canary.stats.setting import RECENT_MINUTES, Setting, recent_rate
from canary.stats.warm_up import WarmUpState

SketchAt = Callable[[int], Sketch | None]
"""The history of one guard at a step and margin, by level."""


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
    values: tuple[float, float] = (0.0, 0.0)
    """Of a value guard: the sums of canary's and baseline's values in this step's minutes, whose
    worse ones `canary` counts.
    """
    last_values: tuple[float, ...] = ()
    """The baseline's values in the last 60 judged minutes."""
    unread: tuple[int, str] | None = None
    """Newest minute whose counts could be none, with what was read."""
    watch_restarts: int = 0
    """Minutes of the watch in which new bets began; 0 where none do."""
    warm_up: WarmUpState | None = None
    """The bets on this step's warm-up; None before the first."""
    rarest: tuple[int, int] | None = None
    """Of this step's minutes the one seen least in the history: (pairs of its minutes that differ
    more, pairs).
    """

    @property
    def log_watch(self) -> float:
        """Return ln E of the watch."""
        return watch.log_evidence(self.watch, self.watch_restarts)

    def enter_step(self) -> "GuardFold":
        """Return the state at the start of a step."""
        return replace(
            self,
            advance=advance.FRESH,
            watch=watch.START,
            canary=(0, 0),
            baseline=(0, 0),
            values=(0.0, 0.0),
            minutes=0,
            last_minute=None,
            watch_restarts=0,
            warm_up=None,
            rarest=None,
        )

    def judge_minute(
        self,
        setting: Setting,
        pair: MinuteCounts | MinuteValues | None,
        minute: int,
        sketch_at: SketchAt,
        minutes_before: int = 0,
        reference: tuple[int, int] | float | None = None,
    ) -> "GuardFold":
        """Return the state after a judged minute while both variants serve; so many minutes of its
        step bet before it. `reference`: what the watch will go by of it, where that is not the side
        it is compared with.
        """
        if pair is None:
            return self
        if isinstance(pair, MinuteValues):
            value = reference if isinstance(reference, float) else pair.baseline
            return self._judge_values(setting, pair, minute, value)
        bet = pair.swapped if setting.swapped else pair
        rate_now = self._rate_now(setting, minute, RECENT_MINUTES)
        rank = self._rank(setting, bet, minute, sketch_at)
        baseline = (pair.baseline_bad, pair.baseline_requests)
        last = reference if isinstance(reference, tuple) else baseline
        return replace(
            self,
            roll_back=roll_back.step(
                self.roll_back, bet, setting, rate_now, minutes_before=minutes_before, rank=rank
            ),
            rarest=_rarer(self.rarest, rank),
            advance=advance.step(self.advance, bet, setting, rate_now),
            reference=(*self.reference, last)[-watch.REFERENCE_MINUTES :],
            canary=(self.canary[0] + pair.canary_bad, self.canary[1] + pair.canary_requests),
            baseline=(self.baseline[0] + baseline[0], self.baseline[1] + baseline[1]),
            minutes=self.minutes + 1,
            last_minute=minute,
        )

    def warm_up_minute(
        self,
        setting: Setting,
        pair: MinuteCounts | MinuteValues | None,
        minute: int,
        sketch_at: SketchAt,
        minutes_before: int = 0,
    ) -> "GuardFold":
        """Return the state after a minute of the warm-up while both variants serve; `setting` holds
        the catastrophe margin.
        """
        if pair is None or isinstance(pair, MinuteValues):
            return self
        rank = self._rank(setting, pair, minute, sketch_at)
        state = warm_up.step(
            self.warm_up or warm_up.start(len(setting.grid)),
            pair,
            setting,
            self._rate_now(setting, minute, RECENT_MINUTES),
            minutes_before=minutes_before,
            rank=rank,
        )
        return replace(self, warm_up=state, rarest=_rarer(self.rarest, rank))

    def _judge_values(
        self, setting: Setting, pair: MinuteValues, minute: int, last: float
    ) -> "GuardFold":
        higher = setting.swapped
        worse = pair.beyond(setting.roll_back, higher_is_better=higher)
        within = not pair.beyond(setting.margin, higher_is_better=higher)
        return replace(
            self,
            roll_back=worse_minute.roll_back_step(self.roll_back, worse=worse),
            advance=worse_minute.advance_step(self.advance, within=within),
            values=(self.values[0] + pair.canary, self.values[1] + pair.baseline),
            last_values=(*self.last_values, last)[-watch.REFERENCE_MINUTES :],
            canary=(self.canary[0] + worse, self.canary[1] + 1),
            minutes=self.minutes + 1,
            last_minute=minute,
        )

    def _watch_value(self, guard: CountGuard, value: float, minute: int) -> "GuardFold":
        """Return the state after a minute in which the value is held against the median of the
        baseline's last hour.
        """
        reference = self.reference_value(guard)
        if reference is None:
            return self
        pair, higher = MinuteValues(value, reference), guard.better == "higher"
        worse = pair.beyond(guard.early_steps.bound, higher_is_better=higher)
        return replace(
            self,
            watch=worse_minute.watch_step(self.watch, worse=worse),
            values=(self.values[0] + value, self.values[1] + reference),
            canary=(self.canary[0] + worse, self.canary[1] + 1),
            minutes=self.minutes + 1,
            last_minute=minute,
        )

    def reference_value(self, guard: CountGuard) -> float | None:
        """Return the value the baseline last had: judged minutes first, then the day's mean."""
        if self.last_values:
            return median(self.last_values)
        return guard.history.rate if guard.history.minutes else None

    def _rate_now(self, setting: Setting, minute: int, minutes: int) -> float:
        """Return the larger one of the history's rate and the baseline's in the last minutes."""
        rates = [rate for at, rate in self.recent if at >= minute - minutes]
        return recent_rate(setting.history, rates)

    def _rank(
        self, setting: Setting, pair: MinuteCounts, minute: int, sketch_at: SketchAt
    ) -> Rank | None:
        if setting.place is None:
            return None
        lately = max(self._rate_now(setting, minute, n) for n in (RECENT_MINUTES, LEVEL_MINUTES))
        return rank_of(pair, setting.roll_back, setting.place, lately, sketch_at)

    def watch_minute(
        self,
        guard: CountGuard,
        canary: tuple[int, int] | float | None,
        minute: int,
        cap: float,
        *,
        warming: bool = False,
        restarts: bool = False,
    ) -> "GuardFold":
        """Return the state after a judged minute in which the canary serves alone.

        `warming`: it is one of the warm-up, of which only the bets know. `restarts`: new bets begin
        with it.
        """
        if isinstance(canary, float):
            return self._watch_value(guard, canary, minute)
        reference = self.reference_rate(guard)
        if canary is None or canary[1] == 0 or reference is None:
            return self
        bound, burstiness = guard.early_steps.bound, guard.history.known.burstiness
        step = watch.step if guard.better == "lower" else watch.step_fewer
        begun = self.watch_restarts + restarts
        before = watch.restarted(self.watch, begun) if restarts else self.watch
        watched = step(before, canary[0], canary[1], bound, reference, burstiness, cap)
        state = replace(self, watch=watched, watch_restarts=begun)
        if warming:
            return replace(state, warm_up=warm_up.counted(self.warm_up, canary))
        return replace(
            state,
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
        rates = [rate for _, rate in self.recent[-RECENT_MINUTES:]]
        return math.fsum(rates) / len(rates) if rates else None

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
        kept = LEVEL_MINUTES if self.roll_back.history else RECENT_MINUTES
        return replace(self, recent=(*self.recent, (minute, baseline[0] / baseline[1]))[-kept:])


def _rarer(known: tuple[int, int] | None, rank: Rank | None) -> tuple[int, int] | None:
    if rank is None or (known is not None and known[0] <= rank.above):
        return known
    return rank.above, rank.of


def start_guard(grid_size: int, *, ranked: bool = False) -> GuardFold:
    """Return a guard's state before any window; `ranked`: its minutes are ranked among those of its
    history.
    """
    return GuardFold(roll_back.start(grid_size, ranked=ranked))
