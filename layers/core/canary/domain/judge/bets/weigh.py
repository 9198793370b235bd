"""What the bets of a bake come to together: a guard's evidence, and that of all guards."""

import math
from collections.abc import Sequence

from canary.domain.judge.guard_fold import GuardFold
from canary.domain.judge.terms import BakeTerms
from canary.stats import roll_back, warm_up
from canary.stats.logsum import log_add, log_sum
from canary.stats.roll_back import Bet


def combined(guards: Sequence[GuardFold], bake: BakeTerms) -> float:
    """Return ln Ebar: the average over all planned guards, weighted by their parts of the error
    budget, NO_DATA counting as E = 1.
    """
    logs = weighed(guard_logs(guards, bake), bake)
    return log_sum(logs) - math.log(len(logs))


def weighed(logs: Sequence[float], bake: BakeTerms) -> list[float]:
    """Return each guard's ln E plus the logarithm of its weight."""
    return [log + weight for log, weight in zip(logs, bake.log_weights, strict=True)]


def guard_logs(guards: Sequence[GuardFold], bake: BakeTerms) -> list[float]:
    """Return each guard's ln E that the canary is worse."""
    if bake.alone:
        return [state.log_watch for state in guards]
    return [_log_guard(state, bake, index) for index, state in enumerate(guards)]


def _log_guard(state: GuardFold, bake: BakeTerms, index: int) -> float:
    bets = bake.warm_up_of(index)
    main = roll_back.log_evidence(state.roll_back, bake.settings[index])
    if bets is None:
        return main
    early = warm_up.log_part(state.warm_up, bets.live_steps)
    return log_add(main + math.log1p(-warm_up.MASS), early)


def carried_by(state: GuardFold, bake: BakeTerms, index: int) -> Bet:
    """Return the bet that holds most of a guard's evidence while both variants serve."""
    bets = bake.warm_up_of(index)
    parts = dict(roll_back.log_parts(state.roll_back, bake.settings[index]))
    if bets is not None:
        parts = {name: value + math.log1p(-warm_up.MASS) for name, value in parts.items()}
        parts["warm_up"] = warm_up.log_part(state.warm_up, bets.live_steps)
    return max(parts, key=lambda name: parts[name])
