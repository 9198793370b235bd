"""What the newest minutes say by themselves: no step is left, and no watch over, while they look
worse.

Evidence of a long step outvotes its last minutes: after hours in which a canary was well it would
go on rising while it fails. So an ADVANCE asks fresh bets on the last judged minutes alone. They
can only hold it: no error rate of a roll-back depends on them.
"""

import math
from collections.abc import Iterable, Sequence

from canary.domain.judge.bets.traffic import against_control, of_most
from canary.domain.judge.judgement import GuardEvidence, Judgement
from canary.domain.judge.terms import BakeTerms, terms_of
from canary.domain.judge.windows import Window, compared, counted
from canary.domain.judge.words import rates
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.plan import BakeInterval, Plan
from canary.stats import watch
from canary.stats.counts import MinuteCounts
from canary.stats.logsum import log_mean
from canary.stats.request_bet import roll_back_blocks
from canary.stats.setting import Setting, overdispersion

NEWEST_MINUTES = 5
HOLDS_FROM = math.log(10)
"""Where requests are independent given the minute, the average of the bets over the last one to
five minutes is an e-value (Vovk and Wang 2021), so of variants within the margin it is beyond 10 in
at most one look of ten (Markov). Under bursts it is more often, and the step waits for them to
pass.
"""


def worse_now(
    plan: Plan,
    bakes: Sequence[BakeInterval],
    windows: Sequence[Window],
    judgement: Judgement,
) -> str:
    """Return which guard looks worse in the newest settled minutes of the step, with its counts;
    "" where none does.
    """
    terms = terms_of(plan, bakes)
    if not terms or terms[-1].share <= 0:
        return ""
    bake, now = terms[-1], judgement.minute
    judged = [against_control(w, plan, bake) for w in windows if _is_judged(w, bake, now)]
    newest = {w.minute: of_most(w, plan, bake) for w in judged}
    recent = [newest[minute] for minute in sorted(newest, reverse=True)[:NEWEST_MINUTES]]
    for index, guard in enumerate(plan.guards):
        if guard.value is not None:
            continue
        known = judgement.evidence.guards[index]
        blocks = [_blocks(guard, window, bake, index, known) for window in recent]
        if _log_evidence(blocks) >= HOLDS_FROM:
            return _told(guard, recent, known)
    return ""


def _is_judged(window: Window, bake: BakeTerms, now: int) -> bool:
    is_in_step = bake.covers(window.minute) and bake.warm(window.minute)
    return is_in_step and not window.own_traffic and window.minute < now and window.settled(now)


def _blocks(
    guard: CountGuard, window: Window, bake: BakeTerms, index: int, known: GuardEvidence
) -> tuple[float, ...]:
    """Return what each bet pays on a minute, as logarithms; none where it says nothing."""
    if bake.alone:
        return _alone(guard, counted(guard, window.canary), known.reference_rate)
    setting, pair = bake.settings[index], compared(guard, window)
    if not isinstance(pair, MinuteCounts):
        return ()
    return _beside(setting, pair.swapped if setting.swapped else pair)


def _beside(setting: Setting, counts: MinuteCounts) -> tuple[float, ...]:
    history = setting.history
    phi = overdispersion(counts, history.rate, history.burstiness)
    return roll_back_blocks(counts, setting.roll_back, setting.grid, phi, math.inf)


def _alone(
    guard: CountGuard, canary: tuple[int, int] | None, reference: float | None
) -> tuple[float, ...]:
    if canary is None or reference is None or canary[1] == 0:
        return ()
    step = watch.step if guard.better == "lower" else watch.step_fewer
    bound, burstiness = guard.early_steps.bound, guard.history.known.burstiness
    return step(watch.START, *canary, bound, reference, burstiness, math.inf)


def _log_evidence(blocks: Sequence[tuple[float, ...]]) -> float:
    """Return ln of the average over the last one, two, ... minutes; blocks newest first."""
    spoken = [one for one in blocks if one]
    if not spoken:
        return 0.0
    wealth = (0.0,) * len(spoken[0])
    spans = []
    for one in spoken:
        wealth = tuple(w + block for w, block in zip(wealth, one, strict=True))
        spans.append(log_mean(wealth))
    return log_mean(spans)


def _told(guard: CountGuard, recent: Sequence[Window], known: GuardEvidence) -> str:
    canary = _total(counted(guard, window.canary) for window in recent)
    baseline = _total(counted(guard, window.baseline) for window in recent)
    seen = known.but(
        canary_bad=canary[0],
        canary_requests=canary[1],
        baseline_bad=baseline[0],
        baseline_requests=baseline[1],
    )
    return (
        f"{guard.words.bad} look worse in the newest {len(recent)} minutes: {rates(seen)}; "
        "the step goes on when they do not"
    )


def _total(sides: Iterable[tuple[int, int] | None]) -> tuple[int, int]:
    told = [side for side in sides if side is not None]
    return sum(bad for bad, _ in told), sum(requests for _, requests in told)
