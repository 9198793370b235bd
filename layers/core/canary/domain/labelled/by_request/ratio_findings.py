"""Findings of latency, size and tokens, in the words of a ratio.

A finding's `baseline` and `canary` are the medians of both variants, `drop` and `max_worse` how
much more the canary takes as a share of the baseline: 0.5 is half as much again.
"""

from collections.abc import Sequence

from canary.domain.labelled.by_request.paired_ratio import FIGURE_OF
from canary.domain.labelled.evidence import PairedState, QualityFinding
from canary.domain.labelled.outcome import ADVICE, answer_of, label_of, odds_against
from canary.domain.labelled.paired import GateLevels
from canary.domain.labelled.side_by_side import Measured, as_told, in_words
from canary.domain.plan.quality.margins import RatioMargin
from canary.stats.paired import PairedBets


def ratio_finding(
    state: PairedState,
    measured: Sequence[Measured],
    margin: RatioMargin,
    levels: GateLevels,
    tests: int,
) -> QualityFinding:
    """Return the finding of one bounded ratio."""
    figure = next((m for m in measured if m.figure == FIGURE_OF[state.metric]), None)
    told = None if figure is None else as_told(figure)
    bets = PairedBets(state.roll_back, state.advance)
    finding = QualityFinding(
        metric=state.metric,
        label=label_of(state),
        answer=answer_of(state),
        reason="",
        records=state.records,
        discordant=state.baseline_only + state.canary_only,
        baseline=told and told["baseline"]["median"],
        canary=told and told["canary"]["median"],
        drop=told and told["ratio"]["median"] - 1,
        max_worse=margin.max_ratio - 1,
        log_roll_back=bets.log_roll_back,
        log_roll_back_threshold=levels.log_roll_back_threshold(tests),
        log_advance=bets.log_advance,
        log_advance_threshold=levels.log_advance_threshold(),
    )
    return finding.but(reason=_reason(finding, figure, margin))


def _reason(finding: QualityFinding, figure: Measured | None, margin: RatioMargin) -> str:
    worse = odds_against(finding.log_roll_back, finding.log_roll_back_threshold)
    passed = odds_against(finding.log_advance, finding.log_advance_threshold)
    if figure is None:
        return (
            f"{finding.metric}: no request was measured on both variants; nothing passes on no "
            f"data. Next: {ADVICE['NO_DATA']}."
        )
    tail = {
        "FAIL": f"The median ratio is above {margin.stop_beyond:.3g}x ({worse}).",
        "PASS": f"A median ratio of {margin.max_ratio:.3g}x or more is ruled out ({passed}).",
    }.get(finding.label, f"Evidence for worse: {worse}; for not worse: {passed}.")
    return (
        f"{finding.metric}: {in_words(figure)}: {finding.answer}. {tail} Next: "
        f"{ADVICE[finding.label]}."
    )
