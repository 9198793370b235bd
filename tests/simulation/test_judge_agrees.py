"""The simulated composition is the judge's: the same minutes lead to the same verdicts, run by
run.
"""

from typing import Any

import numpy as np
import pytest

from benchmarks.verdicts.bake import RUNS_A_HISTORY
from benchmarks.verdicts.course import PROMOTED, ROLLED_BACK, Course
from benchmarks.verdicts.history_bet import Reference
from benchmarks.verdicts.learning import learn
from benchmarks.verdicts.processes import Terms
from benchmarks.verdicts.rollout import Rules, simulate
from benchmarks.verdicts.slices import Reading
from benchmarks.verdicts.worlds import Guarded, Shared, generator, lasting_bursts, spikes
from canary.domain.judge.bets.day import Day, day_of
from canary.domain.judge.bets.sketches import Sketches
from canary.domain.judge.judge import judge
from canary.domain.judge.windows import FROZEN_AFTER_MINUTES, Window
from canary.domain.plan.guards import GuardHistory
from canary.domain.plan.one_minute import days_of
from canary.domain.plan.plan import BakeInterval, Plan
from canary.stats.counts import Bound
from canary.stats.history import Minute, without_worst_hours
from canary.stats.history import learn as learn_one
from canary.stats.history_bet import Place, pairs, sketch
from canary.stats.setting import settle
from canary.stats.uncapped import is_untripped
from tests.rollouts import side_counts
from tests.unit.judge.worlds import errors_guard, plan, slow_guard

pytestmark = pytest.mark.simulation

REQUESTS = 6000
SHARES = (0.05, 0.25, 0.5)
OUTAGE = Shared(outage_minute=12.4, outage_minutes=5, outage_rate=0.2)
WORLDS = {
    "equal": (Guarded(0.005), Guarded(0.05)),
    "5x": (Guarded(0.005, 5), Guarded(0.05)),
    "slower": (Guarded(0.005), Guarded(0.05, 1.5)),
    "under load": (Guarded(0.005, 3, from_share=0.5), Guarded(0.05)),
    "bursts": (Guarded(0.005, burst=lasting_bursts(5, 20)), Guarded(0.05)),
    "spikes": (Guarded(0.005, 5, burst=spikes(0.02, 30)), Guarded(0.05)),
    "outage": (Guarded(0.005, 1.5, shared=OUTAGE), Guarded(0.05)),
}
READINGS = {"whole minutes": (12, None), "first reads": (4, Reading())}
"""How many runs of each world, and what is read of a minute first."""
ENDS = {PROMOTED: "PROMOTED", ROLLED_BACK: "ROLL_BACK", 0: "OPEN"}
Sides = tuple[Any, Any]


class Sketched(Reference):
    """The history as the judge keeps it: thinned by its sequence, in its bins."""

    sketches: dict[tuple[int, float, float, int], Any]

    def day(self, run: int) -> tuple[Minute, ...]:
        """Return the day a run learnt from."""
        return tuple((int(self.requests), int(x)) for x in self.bad[self.row_of[run]])

    def rank(
        self, run: int, canary: float, baseline: float, level: int, value: float
    ) -> tuple[float, float]:
        """Return what the judge's sketch says."""
        known = vars(self).setdefault("sketches", {})
        key = self.row_of[run], canary, baseline, level
        if key not in known:
            place = Place(canary, baseline, float(self.rates[run]), self.requests)
            known[key] = sketch(pairs(without_worst_hours(self.day(run))), place, level)
        found: tuple[float, float] = known[key].rank(value)
        return found

    def _paid(self, terms: Terms, run: int, n_c: float, n_b: float) -> float:
        bound = Bound(float(terms.roll_back[0][run]), float(terms.roll_back[1][run]))
        day, share, beside = self.day(run), n_c / self.requests, n_b / self.requests
        setting = settle(learn_one(day), bound, bound, share, terms.grid, beside=beside)
        compared = pairs(without_worst_hours(day))
        return -np.inf if is_untripped(compared, setting, share, beside) else np.inf


def planned(worlds: tuple[Guarded, ...], run: int, runs: int, name: str) -> tuple[Plan, Day]:
    """Return the plan of one run and the day it learnt from."""
    rng, row = generator(7, name), run // RUNS_A_HISTORY
    pasts = [world.history(rng, runs // RUNS_A_HISTORY, REQUESTS) for world in worlds]
    guards = tuple(
        guard(_learnt(past[row : row + 1]))
        for guard, past in zip((errors_guard, slow_guard), pasts, strict=True)
    )
    steps = plan((0.0, *SHARES, 1.0), guards=guards)
    history = {
        guard.name: tuple((REQUESTS, int(x)) for x in past[row])
        for guard, past in zip(guards, pasts, strict=True)
    }
    days = days_of(guards, [step.share for step in steps.steps], history)
    longest = tuple(step.but(bake_max_minutes=120) for step in steps.steps)
    return steps.but(steps=longest, days=days), day_of(days, history)


def _learnt(past: np.ndarray) -> GuardHistory:
    facts = learn(past, REQUESTS)
    return GuardHistory(
        minutes=1440,
        rate=float(facts.rate[0]),
        burstiness=float(facts.burstiness[0]),
        burst_lags=int(facts.burst_lags[0]),
        requests_per_minute=REQUESTS,
    )


def replayed(the_plan: Plan, day: Day, minutes: list[tuple[int, Sides, Sides]]) -> tuple[str, int]:
    """Return the judge's end of a run and the minutes it took; every move takes no time, as in the
    simulation. Where there are first reads, every minute is looked at three times: with the first
    reads of the last two, of the last one, and settled.
    """
    bakes, sketches = [BakeInterval(step=1, reached_minute=-1)], Sketches(lambda: day)
    settled, before, known = list[Window](), list[Window](), None
    for at, (step, whole, part) in enumerate(minutes):
        if step + 1 != bakes[-1].step:
            return f"the simulation is at step {step + 1}, the judge at {bakes[-1].step}", at
        first = _window(at, part, since=at + 1)
        last = _window(at, whole)
        looks = [[*settled, last]]
        if part != whole:
            looks = [[*settled, first], *looks]
            looks = [[*settled[:-1], *before, first], *looks] if before else looks
        for windows in looks:
            judgement = judge(the_plan, bakes, windows, at + 1, checkpoint=known, sketches=sketches)
            if judgement.verdict == "ROLL_BACK":
                return "ROLL_BACK", at + 1
        settled, before = [*settled, last][-FROZEN_AFTER_MINUTES - 2 :], [first.but(since=at + 2)]
        known = judgement.checkpoint
        if judgement.verdict == "ADVANCE":
            if judgement.step == len(SHARES):
                return "PROMOTED", at + 1
            bakes[-1] = bakes[-1].but(left_minute=at + 1)
            bakes.append(BakeInterval(step=judgement.step + 1, reached_minute=at))
            before = []
    return "OPEN", len(minutes)


def _window(minute: int, sides: Sides, since: int | None = None) -> Window:
    return Window(minute=minute, canary=sides[0], baseline=sides[1], since=since)


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("read", READINGS)
def test_judge_and_simulation_end_alike(name: str, read: str) -> None:
    """Some rollouts of each world: the same end after the same number of minutes."""
    runs, reading = READINGS[read]
    seen: list[list[tuple[int, Sides, Sides]]] = [[] for _ in range(runs)]

    def observe(steps: np.ndarray, counts: list[np.ndarray], parts: list[np.ndarray]) -> None:
        for run in np.flatnonzero(steps >= 0):
            whole = _sides(counts, int(run))
            part = _sides(parts, int(run)) if parts else whole
            seen[run].append((int(steps[run]), whole, part))

    rules = Rules(reading=reading, reference=Sketched)
    course = Course(shares=SHARES)
    ended = simulate(generator(7, name), WORLDS[name], REQUESTS, runs, course, rules, observe)
    for run in range(runs):
        expected = ENDS[int(ended.verdict[run])], int(ended.minutes[run])
        assert replayed(*planned(WORLDS[name], run, runs, name), seen[run]) == expected, run


def _sides(counts: list[np.ndarray], run: int) -> Sides:
    errors, slow = (guard[:, run].astype(int).tolist() for guard in counts)
    canary, baseline = (side_counts(errors[i + 1], errors[i], slow[i]) for i in (0, 2))
    return canary, baseline
