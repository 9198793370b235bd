"""Latency, size and tokens as deciding tests: sign bets on the ratio of each request.

Rules: the claim is about the median of canary / baseline on the same request. Roll back bets
against "a ratio above the tolerance is at most as likely as one below", advance against the same at
`max_ratio`, the other way round: the bets of `canary.stats.paired` on signs, exact for any
distribution of times, for a sign is bounded where a time is not (with a tolerance of 1 a sequential
sign test). Who is asked first is a fair coin for every request, so an advantage of the second call
is in the ratio of neither variant alone.
"""

from collections.abc import Sequence

from canary.domain.labelled.evidence import PairedState
from canary.domain.labelled.side_by_side import Figure
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.margins import RatioMargin
from canary.stats.paired import PairedBets, bet

FIGURE_OF: dict[str, Figure] = {"latency": "milliseconds", "size": "bytes", "tokens": "tokens"}


def ratio_margins(spec: QualityGuardSpec) -> dict[str, RatioMargin]:
    """Return which figures decide, by the key that says so."""
    known = {"latency": spec.latency, "size": spec.size, "tokens": spec.tokens}
    return {name: margin for name, margin in known.items() if margin is not None}


def with_ratios(
    state: PairedState,
    ratios: Sequence[float],
    margin: RatioMargin,
    thresholds: tuple[float, float],
) -> PairedState:
    """Return the state after more requests; `thresholds`: to stop, to pass, as logarithms."""
    slower = [_sign(ratio, margin.stop_beyond) for ratio in ratios]
    too_slow = [_sign(ratio, margin.max_ratio) for ratio in ratios]
    faster = [-_sign(ratio, 1.0) for ratio in ratios]
    roll_back = bet(PairedBets(state.roll_back, state.advance), slower, 0.0, 0.0)
    advance = bet(PairedBets(state.roll_back, state.advance), too_slow, 0.0, 0.0)
    improve = bet(PairedBets(state.improve), faster, 0.0, 0.0)
    stop, passing = thresholds
    return state.but(
        records=state.records + len(ratios),
        baseline_only=state.baseline_only + sum(sign < 0 for sign in faster),
        canary_only=state.canary_only + sum(sign > 0 for sign in faster),
        roll_back=roll_back.roll_back,
        advance=advance.advance,
        improve=improve.roll_back,
        worse=state.worse or roll_back.log_roll_back >= stop,
        passed=state.passed or advance.log_advance >= passing,
        better=state.better or improve.log_roll_back >= passing,
    )


def _sign(ratio: float, limit: float) -> float:
    return float((ratio > limit) - (ratio < limit))
