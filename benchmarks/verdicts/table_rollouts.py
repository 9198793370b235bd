"""Whole rollouts over 1, 5, 10, 25, 50%: errors .5%, slow requests 5%, warm-up 2, request and pair
bet, history learnt.
"""

from benchmarks.verdicts.cells import Cell, Figures, mean, middle, percent
from benchmarks.verdicts.course import OPEN, PROMOTED, ROLLED_BACK, Course, Ended
from benchmarks.verdicts.guard_bets import TWO_BETS
from benchmarks.verdicts.peer_rollouts import PEERS
from benchmarks.verdicts.rollout import Rules, simulate
from benchmarks.verdicts.worlds import Guarded, Shared, generator

OUTAGE = Shared(outage_minute=10, outage_minutes=5, outage_rate=0.2)
ERRORS, SLOW = 0.005, 0.05
CANARIES: dict[str, tuple[Guarded, Guarded]] = {
    "equal": (Guarded(ERRORS), Guarded(SLOW)),
    "errors at the margin": (Guarded(ERRORS, 1.5, 0.001), Guarded(SLOW)),
    "errors 2x": (Guarded(ERRORS, 2), Guarded(SLOW)),
    "errors 5x": (Guarded(ERRORS, 5), Guarded(SLOW)),
    "errors 20x": (Guarded(ERRORS, 20), Guarded(SLOW)),
    "slow 5 -> 7.5%": (Guarded(ERRORS), Guarded(SLOW, 1.5)),
    "equal, with an outage both share": (Guarded(ERRORS, shared=OUTAGE), Guarded(SLOW)),
    "3x errors only at 50%": (Guarded(ERRORS, 3, from_share=0.5), Guarded(SLOW)),
}
TWO = Rules(TWO_BETS, runs_a_history=1)
BAKES = (60, 120, 180, 240)


def measure(seed: int, runs: int, canary: str, per_second: int, bake_max: int) -> Figures:
    """Return how rollouts of one canary end."""
    rng = generator(seed, "rollouts", canary, per_second, bake_max)
    return _figures(
        simulate(rng, CANARIES[canary], per_second * 60, runs, Course(bake_max=bake_max), TWO)
    )


# Peers are through with their course by minute 10: the outage meets them at its start.
PEER_OUTAGE = Shared(outage_minute=2, outage_minutes=5, outage_rate=0.2)


def measure_peer(seed: int, runs: int, canary: str, peer: str, per_second: int = 100) -> Figures:
    """Return how the same canary fares under a peer's rules and its own usual course."""
    rng = generator(seed, "rollouts", canary, per_second, peer)
    errors, slow = CANARIES[canary]
    if errors.shared is OUTAGE:
        errors = Guarded(errors.base, shared=PEER_OUTAGE)
    return _figures(PEERS[peer](rng, (errors, slow), per_second * 60, runs))


def _figures(ended: Ended) -> Figures:
    done = ended.verdict != OPEN
    return {
        "rolled_back": percent(ended.verdict == ROLLED_BACK),
        "promoted": percent(ended.verdict == PROMOTED),
        "median_minutes": middle(ended.minutes[done]) if done.any() else None,
        "excess_bad": mean(ended.excess_bad),
    }


def cells() -> list[Cell]:
    """Return every canary at three traffics, under two peers, and equal canaries over longer
    bakes.
    """
    found = [
        Cell("rollouts", canary, f"{n}/s", measure, (canary, n, 240 if n == 10 else 120))
        for canary in CANARIES
        for n in (10, 100, 1000)
    ]
    found += [
        Cell("rollouts", canary, f"{peer} at 100/s", measure_peer, (canary, peer))
        for canary in CANARIES
        for peer in PEERS
    ]
    return found + [
        Cell("longest bake", "equal", f"10/s {bake} min", measure, ("equal", 10, bake))
        for bake in BAKES
    ]
