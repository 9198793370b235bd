"""The benchmark's arrays compute what the judge computes."""

import numpy as np
import pytest

from benchmarks.verdicts import learning, processes, worlds
from benchmarks.verdicts.counts import recent, served, usable
from canary.domain.plan.standard_guards import ERRORS_GRID
from canary.stats import advance, history, roll_back, setting
from canary.stats.counts import Bound, MinuteCounts

ROLL_BACK, ADVANCE = Bound(1.1, 0.0002), Bound(1.5, 0.001)
LAWS = {
    "none": worlds.no_bursts,
    "gamma": worlds.gamma_bursts(1.4),
    "spikes": worlds.spikes(0.02, 30),
    "lasting": worlds.lasting_bursts(5, 20),
}


@pytest.mark.parametrize("law", LAWS)
def test_history_is_learnt_alike(law: str) -> None:
    """p, k and D of arrays equal those of the statistics, run by run."""
    world = worlds.Guarded(0.002, burst=LAWS[law])
    bad = world.history(worlds.generator(1, law), 4, 6000)
    many = learning.learn(bad, 6000)
    for run in range(4):
        one = history.learn([(6000, int(x)) for x in bad[run]])
        assert many.rate[run] == pytest.approx(one.rate)
        assert many.burstiness[run] == pytest.approx(one.burstiness, abs=1e-9)
        assert many.burst_lags[run] == one.burst_lags


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("requests", "share", "beside"),
    [(6000, 0.05, None), (600, 0.1, None), (60000, 0.5, None), (6000, 0.1, 0.1)],
)
def test_evidence_grows_alike(law: str, requests: int, share: float, beside: float | None) -> None:
    """Forty minutes of either process, with restarts: the same logarithms; of a control too."""
    rng = worlds.generator(2, law, requests)
    world = worlds.Guarded(0.002, 2.0, burst=LAWS[law])
    bad = world.history(rng, 3, requests)
    served_by, part = (requests, share) if beside is None else (round(2 * share * requests), 0.5)
    counts = worlds.fixed_share(world, rng, 3, served_by, part, 40)
    known, shares = learning.learn(bad, requests), np.full(3, share)
    terms = processes.settle(known, ROLL_BACK, ADVANCE, shares, ERRORS_GRID, beside)
    against, within = processes.RollBackRuns(3, ERRORS_GRID), processes.AdvanceRuns(3)
    rates: list[np.ndarray] = []
    nows = []
    for t, minute in enumerate(counts):
        if t and t % 10 == 0:
            against.restart(np.ones(3, dtype=bool))
        nows.append(recent(terms, rates[-3:]))
        against.step(served(minute), terms, nows[-1], usable(minute))
        within.step(served(minute), terms, nows[-1], usable(minute))
        rates.append(minute[2] / minute[3])
    for run in range(3):
        single = setting.settle(
            history.learn([(requests, int(x)) for x in bad[run]]),
            ROLL_BACK,
            ADVANCE,
            share,
            ERRORS_GRID,
            beside=beside,
        )
        assert single.bursty == terms.bursty[run]
        one, other = roll_back.start(len(ERRORS_GRID)), advance.FRESH
        for t, minute in enumerate(counts):
            values = MinuteCounts(*(int(v) for v in minute[:, run]))
            one = roll_back.step(
                roll_back.restart(one) if t and t % 10 == 0 else one, values, single, nows[t][run]
            )
            other = advance.step(other, values, single, nows[t][run])
        assert against.log_evidence(terms)[run] == pytest.approx(
            roll_back.log_evidence(one, single), abs=1e-6
        )
        assert within.log_evidence(terms)[run] == pytest.approx(
            advance.log_evidence(other, single), abs=1e-6
        )
