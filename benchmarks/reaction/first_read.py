"""Bets on a part of a minute: do the roll-back error rates hold when first reads count?

Every minute is made of ten slices; a first read has the first slices of each variant, how many is
drawn for each variant apart. The look at a first read starts from the state the settled minutes
left; the whole minute later replaces it. A second look has two unsettled minutes in a row.

python -m benchmarks.reaction.first_read RUNS OUT.json
"""

import copy
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from benchmarks.reaction.history_alone import world
from benchmarks.verdicts import history_bet
from benchmarks.verdicts.cells import LAWS
from benchmarks.verdicts.counts import disaster, recent, served, usable
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.learning import learn
from benchmarks.verdicts.processes import RollBackRuns, Terms, phi, roll_back_blocks, settle
from benchmarks.verdicts.worlds import generator
from canary.domain.judge.fold import RESTART_EVERY_MINUTES
from canary.stats import setting as st

Array = np.ndarray
SLICES, MINUTES = 10, 60
RAISED, TRIP = np.log(250), np.log(250)


@dataclass(frozen=True)
class Bets:
    """What is bet with."""

    history: float = 0.2
    history_where_bursts_last: float = 0.3
    raised: bool = True
    split_checked: bool = True


@dataclass
class State:
    """Both directions of time: settled so far."""

    against: RollBackRuns
    history: history_bet.HistoryRuns

    def restart(self, where: Array) -> None:
        """Restart every bet."""
        self.against.restart(where)
        self.history.restart(where)


@dataclass
class Judge:
    """One guard's terms and what its history is compared with."""

    terms: Terms
    reference: history_bet.Reference
    planned: tuple[Array, Array]
    cap: Array
    bets: Bets
    rates: list[Array] = field(default_factory=list)

    def step(self, state: State, counts: Array) -> None:
        """Take one minute in."""
        use, safe = usable(counts), served(counts)
        now = recent(self.terms, self.rates[-st.RECENT_MINUTES :])
        lately = np.maximum(now, recent(self.terms, self.rates[-10:]))
        ordinary = np.where(self.terms.bursty, st.BURSTY_CAP, st.CALM_CAP)
        before = state.against.requests.copy()
        state.against.step(safe, self.terms, now, use)
        by = phi(safe, now, self.terms.history.burstiness)
        block = roll_back_blocks(
            safe, self.terms.roll_back, self.terms.grid, by, np.maximum(self.cap, ordinary)
        )
        state.against.requests = before + np.where(use, block, 0)
        low, high = history_bet.ranks(
            self.reference, safe, lately, self.planned, self.terms.roll_back, use
        )
        state.history.step(low, high, use, self.terms.history.burst_lags)

    def log_evidence(self, state: State) -> Array:
        """Return ln E of every run."""
        lasting = self.terms.pair_only
        share = np.where(lasting, self.bets.history_where_bursts_last, self.bets.history)
        two = state.against.log_evidence(self.terms)
        with np.errstate(divide="ignore"):
            # pair .1 of the whole: the two bets of today scaled down together is close to it
            return np.logaddexp(
                two + np.log(1 - share), state.history.log_evidence() + np.log(share)
            )


def slices(
    law: str,
    incident: str,
    per_minute: int,
    share: float,
    base: float,
    rng: np.random.Generator,
    runs: int,
) -> Array:
    """Return (minutes, slices, 4, R) counts of an equal canary."""
    here = world(law, base)
    factors = [here.burst(rng, (runs, MINUTES)) for _ in range(2)]
    shared = np.ones((MINUTES, SLICES, runs))
    if incident == "outage from mid-minute":
        onset = 20 * SLICES + rng.integers(0, SLICES, runs)
        clock = np.arange(MINUTES * SLICES)[:, None]
        inside = (clock >= onset) & (clock < onset + 5 * SLICES)
        shared = np.where(inside, 0.2 / base, 1.0).reshape(MINUTES, SLICES, runs)
    elif incident == "shared seconds":
        shared = np.where(rng.random(shared.shape) < 0.02, 30.0, 1.0)
    found = np.empty((MINUTES, SLICES, 4, runs))
    for t in range(MINUTES):
        for s in range(SLICES):
            n = rng.binomial(per_minute // SLICES, share, runs)
            m = rng.binomial(per_minute // SLICES, 1 - share, runs)
            rate = base * shared[t, s]
            x = rng.binomial(n, np.minimum(rate * factors[0][:, t], 1))
            y = rng.binomial(m, np.minimum(rate * factors[1][:, t], 1))
            found[t, s] = x, n, y, m
    return found


def parts(law: str, rng: np.random.Generator, runs: int) -> tuple[Array, Array]:
    """Return how many slices of canary and baseline a first read has, (minutes, R) each."""
    shape = (MINUTES, runs)
    if law == "anything":
        return rng.integers(0, SLICES + 1, shape), rng.integers(0, SLICES + 1, shape)
    if law == "baseline only":
        return np.full(shape, SLICES), rng.integers(0, SLICES + 1, shape)
    half = [np.where(rng.random(shape) < 0.1, SLICES // 2, SLICES) for _ in range(2)]
    return half[0], half[1]


def first_part(minute: Array, canary: Array, baseline: Array) -> Array:
    """Return (4, R) counts of the first slices."""
    clock = np.arange(SLICES)[:, None]
    c, b = clock < canary, clock < baseline
    return np.stack([(minute[:, i] * (c if i < 2 else b)).sum(axis=0) for i in range(4)])


def as_planned(counts: Array, share: float) -> Array:
    """Return which runs' split is within four standard deviations of the planned one."""
    total = counts[1] + counts[3]
    return np.abs(counts[1] - share * total) <= 4 * np.sqrt(total * share * (1 - share))


def measure(
    seed: int,
    runs: int,
    law: str,
    place: tuple[int, float, float],
    incident: str,
    how: str,
    bets: Bets,
) -> dict[str, float]:
    """Return how many equal canaries in 100 are taken back: whole minutes, and first reads too."""
    per_second, share, base = place
    per_minute = per_second * 60
    rng = generator(seed, "first read", law, place, incident, how)
    rows = np.arange(runs) // 4
    past = world(law, base).history(rng, rows[-1] + 1, per_minute)
    terms = settle(
        learn(past[rows], per_minute),
        ERRORS.roll_back,
        ERRORS.last_gate,
        np.full(runs, share),
        ERRORS.grid,
    )
    reference = history_bet.Reference(past, float(per_minute), rng, rows)
    n_c = share * per_minute
    planned = (
        history_bet.exposure(np.full(runs, n_c), *terms.roll_back, reference.rates),
        np.full(runs, per_minute - n_c),
    )
    calm = ~terms.bursty & (reference.most_paid(terms, share) < TRIP)
    cap = np.where(calm & bets.raised, RAISED, -np.inf)
    judge = Judge(terms, reference, planned, cap, bets)
    minutes = slices(law, incident, per_minute, share, base, rng, runs)
    read = parts(how, rng, runs)
    return _follow(judge, minutes, read, share)


def _follow(
    judge: Judge, minutes: Array, read: tuple[Array, Array], share: float
) -> dict[str, Any]:
    runs = minutes.shape[3]
    settled = State(RollBackRuns(runs, judge.terms.grid), history_bet.HistoryRuns(runs))
    provisional: State | None = None
    hit = {"whole": np.zeros(runs, bool), "first": np.zeros(runs, bool)}
    burning = np.zeros(runs, bool)
    for t, minute in enumerate(minutes):
        if t and t % RESTART_EVERY_MINUTES == 0:
            settled.restart(np.ones(runs, bool))
            if provisional:
                provisional.restart(np.ones(runs, bool))
        part = first_part(minute, read[0][t], read[1][t])
        if judge.bets.split_checked:
            part = np.where(as_planned(part, share), part, 0)
        bar = np.log(20)
        for state in (copy.deepcopy(settled), provisional):
            if state is not None:
                judge.step(state, part)
                hit["first"] |= judge.log_evidence(state) >= bar
        hit["first"] |= disaster(part) & burning
        provisional = copy.deepcopy(settled)
        judge.step(provisional, part)
        whole = minute.sum(axis=0)
        judge.step(settled, whole)
        over = (judge.log_evidence(settled) >= bar) | (disaster(whole) & burning)
        hit["whole"] |= over
        burning = disaster(whole)
        judge.rates.append(np.where(whole[3] > 0, whole[2] / np.maximum(whole[3], 1), np.nan))
    hit["first"] |= hit["whole"]
    return {name: round(float(100 * flags.mean()), 2) for name, flags in hit.items()}


PLACES = [(100, 0.05, 0.002), (10, 0.1, 0.01), (1000, 0.05, 0.002)]


def main(runs: int, out: Path) -> None:
    """Work off every cell, keeping what is done."""
    done = json.loads(out.read_text()) if out.exists() else {}
    variants = {
        "today's bets": Bets(history=0.0, history_where_bursts_last=0.0, raised=False),
        "all": Bets(),
        "all, split not checked": Bets(split_checked=False),
    }
    every = ("calm", "outage from mid-minute", "shared seconds")
    plan = [(p, "none", i, "anything", "all") for i in every for p in PLACES]
    plan += [(p, "none", every[1], "anything", "all, split not checked") for p in PLACES]
    plan += [(p, law, "calm", "anything", "all") for law in list(LAWS)[1:] for p in PLACES[:2]]
    plan += [(p, "gamma, CV 1.4", i, "anything", "all") for i in every[1:] for p in PLACES[:2]]
    plan += [(p, "none", every[1], "halves", "all") for p in PLACES]
    plan += [
        (p, law, "calm", "anything", "today's bets")
        for law in ("none", "gamma, CV 1.4")
        for p in PLACES[:2]
    ]
    for place, law, incident, how, name in plan:
        key = f"{law}; {place}; {incident}; {how}; {name}"
        if key in done:
            continue
        begun = monotonic()
        done[key] = measure(31, runs, law, place, incident, how, variants[name])
        out.write_text(json.dumps(done, indent=1))
        print(key, done[key], f"{monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
