"""The simulated composition is the judge's: the same minutes lead to the same verdicts, run by
run.
"""

from typing import Any

import numpy as np
import pytest

from benchmarks.verdicts.learning import learn
from benchmarks.verdicts.rollout import PROMOTED, ROLLED_BACK, Course, simulate
from benchmarks.verdicts.worlds import Guarded, generator, lasting_bursts
from canary.domain.judge.judge import judge
from canary.domain.judge.windows import Window
from canary.domain.plan.guards import GuardHistory
from canary.domain.plan.plan import BakeInterval, Plan
from tests.rollouts import side_counts
from tests.unit.judge.worlds import errors_guard, plan, slow_guard

pytestmark = pytest.mark.simulation

RUNS, REQUESTS = 12, 6000
SHARES = (0.05, 0.25, 0.5)
WORLDS = {
    "equal": (Guarded(0.005), Guarded(0.05)),
    "5x": (Guarded(0.005, 5), Guarded(0.05)),
    "slower": (Guarded(0.005), Guarded(0.05, 1.5)),
    "under load": (Guarded(0.005, 3, from_share=0.5), Guarded(0.05)),
    "bursts": (Guarded(0.005, burst=lasting_bursts(5, 20)), Guarded(0.05)),
}


def planned(worlds: tuple[Guarded, ...], run: int, name: str) -> Plan:
    """Return the plan of one run, from the day it learnt from."""
    rng = generator(7, name)
    facts = [learn(world.history(rng, RUNS, REQUESTS), REQUESTS) for world in worlds]
    histories = [
        GuardHistory(
            minutes=1440,
            rate=float(f.rate[run]),
            burstiness=float(f.burstiness[run]),
            burst_lags=int(f.burst_lags[run]),
            requests_per_minute=REQUESTS,
        )
        for f in facts
    ]
    # The simulation has neither the day nor bets on warm-ups.
    guards = (
        errors_guard(histories[0]).but(warm_up_from=None),
        slow_guard(histories[1]).but(warm_up_from=None),
    )
    steps = plan((0.0, *SHARES, 1.0), guards=guards)
    longest = tuple(step.but(bake_max_minutes=120) for step in steps.steps)
    return steps.but(steps=longest)


def replayed(the_plan: Plan, minutes: list[tuple[int, Any]]) -> tuple[str, int]:
    """Return the judge's end of a run and the minutes it took; every move takes no time, as in the
    simulation.
    """
    bakes, windows = [BakeInterval(step=1, reached_minute=-1)], []
    for at, (step, sides) in enumerate(minutes):
        if step + 1 != bakes[-1].step:
            return f"the simulation is at step {step + 1}, the judge at {bakes[-1].step}", at
        windows.append(Window(minute=at, canary=sides[0], baseline=sides[1]))
        judgement = judge(the_plan, bakes, windows, at + 1)
        if judgement.verdict == "ROLL_BACK":
            return "ROLL_BACK", at + 1
        if judgement.verdict == "ADVANCE":
            if judgement.step == len(SHARES):
                return "PROMOTED", at + 1
            bakes[-1] = bakes[-1].but(left_minute=at + 1)
            bakes.append(BakeInterval(step=judgement.step + 1, reached_minute=at))
    return "OPEN", len(minutes)


@pytest.mark.parametrize("name", WORLDS)
def test_judge_and_simulation_end_alike(name: str) -> None:
    """Twelve rollouts of each world: the same end after the same number of minutes."""
    seen: list[list[tuple[int, Any]]] = [[] for _ in range(RUNS)]

    def observe(steps: np.ndarray, counts: list[np.ndarray]) -> None:
        for run in np.flatnonzero(steps >= 0):
            errors, slow = (guard[:, run].astype(int).tolist() for guard in counts)
            sides = [side_counts(errors[i + 1], errors[i], slow[i]) for i in (0, 2)]
            seen[run].append((int(steps[run]), sides))

    ended = simulate(
        generator(7, name), WORLDS[name], REQUESTS, RUNS, Course(shares=SHARES), observe
    )
    labels = {PROMOTED: "PROMOTED", ROLLED_BACK: "ROLL_BACK", 0: "OPEN"}
    for run in range(RUNS):
        expected = labels[int(ended.verdict[run])], int(ended.minutes[run])
        assert replayed(planned(WORLDS[name], run, name), seen[run]) == expected
