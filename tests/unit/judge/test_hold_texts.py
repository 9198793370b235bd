"""Every kind of HOLD, word for word: what is true at the moment, the most pressing of it first.

The numbers are given, not judged, so that no bet changes a sentence.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from canary.domain.judge.fold import start_fold
from canary.domain.judge.judgement import (
    CLOSE_FROM,
    RISING_FROM,
    Evidence,
    GuardEvidence,
    Judgement,
    nearness,
)
from canary.domain.judge.look import Look
from canary.domain.judge.terms import terms_of
from canary.domain.judge.verdict import judgement_of
from canary.domain.plan.guards import GuardHistory
from canary.domain.plan.plan import Plan
from canary.stats.arrivals import Account, Arrivals
from tests.unit.judge.worlds import START, bake, errors_guard, plan, slow_guard

LN20 = 2.995732273553991
LIVE = (bake(0, START - 5, START - 3), bake(1))
ALONE = (*LIVE[:1], bake(1, START - 40, START - 2), bake(3))


def said(
    minutes: int,
    *guards: dict[str, Any],
    the_plan: Plan | None = None,
    alone: bool = False,
    rising: float = 0.0,
    split: tuple[int, int] = (0, 0),
    silent_since: int | None = None,
) -> Judgement:
    """Return the judgement after so many minutes of a step: evidence that far on its way to rolling
    back, each guard's newest minute just now unless given.
    """
    the_plan = the_plan or plan()
    bakes = terms_of(the_plan, ALONE if alone else LIVE)
    now = START + minutes
    fold = start_fold(the_plan)
    states = [
        replace(
            state,
            minutes=seen.get("minutes", 0),
            last_minute=(silent_since or now - 1) if seen.get("minutes") else None,
        )
        for state, seen in zip(fold.guards, guards, strict=True)
    ]
    fold = replace(
        fold,
        guards=tuple(states),
        bake=bakes[-1].index,
        arrivals=Arrivals(accounts=(Account((), *split),)),
        arrivals_bake=bakes[-1].index,
    )
    numbers = Evidence(
        log_roll_back=rising * LN20,
        log_roll_back_threshold=LN20,
        log_advance_threshold=LN20,
        log_split=0.0,
        guards=tuple(
            GuardEvidence(
                **{
                    "guard": guard.name,
                    "log_roll_back": 0.0,
                    "share_of_roll_back": 1.0 - index,
                    "log_advance": 0.0,
                    "minutes": 0,
                    "canary_bad": 0,
                    "canary_requests": 0,
                    "baseline_bad": 0,
                    "baseline_requests": 0,
                    **seen,
                }
            )
            for index, (guard, seen) in enumerate(zip(the_plan.guards, guards, strict=True))
        ),
        judged_minutes=minutes,
        step_minutes=minutes,
        rising_since_minute=START + 3 if rising else None,
    )
    return judgement_of(Look(the_plan, bakes[-1], fold, now, None), numbers)


def counts(
    canary: tuple[int, int], baseline: tuple[int, int], minutes: int = 8, **more: Any
) -> dict[str, Any]:
    """Return a guard's numbers from (bad, requests) of both sides."""
    return {
        "canary_bad": canary[0],
        "canary_requests": canary[1],
        "baseline_bad": baseline[0],
        "baseline_requests": baseline[1],
        "minutes": minutes,
        **more,
    }


FINE = counts((1, 800), (19, 15200), log_advance=1.5)
BAD = counts((5, 29), (14, 5700))
KNOWN = GuardHistory(minutes=1440, rate=0.002, requests_per_minute=6000)
BURSTY = plan(guards=(errors_guard(KNOWN.but(burstiness=5.0, burst_lags=3)),))
TWO = plan(guards=(errors_guard(), slow_guard()))

SITUATIONS: dict[str, Judgement] = {
    "good evidence grows": said(10, FINE),
    "minimum bake": said(3, FINE),
    "minimum bake, nothing measured": said(1, {}),
    "evidence rises": said(10, BAD, rising=0.5),
    "evidence close to the end": said(10, BAD, rising=0.8),
    "evidence falls again": said(10, BAD, rising=0.2),
    "one guard without data": said(10, FINE, {}, the_plan=TWO),
    "a guard that fell silent": said(30, FINE, silent_since=START + 10),
    "traffic too low for the hold": said(
        30, counts((0, 8), (0, 152), log_advance=0.02), the_plan=plan()
    ),
    "nothing gained yet": said(
        10, counts((0, 40), (1, 760)), the_plan=plan(guards=(errors_guard(KNOWN),))
    ),
    "a bursty guard": said(30, counts((3, 9000), (50, 171000)), the_plan=BURSTY),
    "late": said(70, FINE),
    "watch": said(4, counts((1, 4000), (0, 0), 2, reference_rate=0.001), alone=True),
    "watch, failing": said(
        4, counts((690, 4000), (0, 0), 2, reference_rate=0.0025), alone=True, rising=0.9
    ),
    "watch, minutes missing": said(
        20, counts((1, 4000), (0, 0), 2, reference_rate=0.001), alone=True
    ),
}
GOLDEN = Path(__file__).with_name("hold_texts.md")


def golden() -> dict[str, str]:
    """Return the text of every situation as it is kept."""
    parts = GOLDEN.read_text(encoding="utf-8").split("\n## ")[1:]
    named = (part.split("\n", 1) for part in parts)
    return {name: " ".join(text.split()) for name, text in named}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_hold_says_what_is_true_now(situation: str) -> None:
    """Word for word; hold_texts.md is there to be read."""
    judgement = SITUATIONS[situation]
    assert judgement.verdict == "HOLD"
    assert judgement.reason == golden()[situation]


def test_every_text_that_is_kept_is_told_by_some_situation() -> None:
    """None is left over."""
    assert golden().keys() == SITUATIONS.keys()


@pytest.mark.parametrize("situation", [name for name in SITUATIONS if "evidence" in name])
def test_evidence_that_rises_comes_first_and_is_handed_on(situation: str) -> None:
    """Whoever adds a pause or a brake puts it behind."""
    judgement = SITUATIONS[situation]
    assert judgement.reason.startswith(judgement.warning)
    assert bool(judgement.warning) is (judgement.evidence.nearness != "calm")


def test_how_near_it_is_has_one_scale() -> None:
    """For words and colours alike, on a logarithmic scale."""
    assert [
        nearness(part * LN20, LN20) for part in (-1, 0, 0.39, RISING_FROM, 0.74, CLOSE_FROM, 9)
    ] == [
        "calm",
        "calm",
        "calm",
        "rising",
        "rising",
        "close",
        "close",
    ]


def test_a_limit_is_told_with_both_times_and_what_was_waited_for() -> None:
    """A HOLD beyond it is taken back."""
    judgement = said(160, FINE, silent_since=START + 10)
    assert judgement.verdict == "ROLL_BACK"
    assert judgement.reason == (
        "Held at 5% for 160 minutes without an answer, the longest this rollout may hold: 60 "
        "minutes of the step, and hold_at_most_minutes (100) more. It waited for: "
        "errors: nothing measured since 16:50 UTC; before that canary 0.125% (1 of 800), "
        "baseline 0.125% (19 of 15,200)"
    )


def test_traffic_that_is_not_split_as_asked_says_so_alone() -> None:
    """Nothing else can be believed then."""
    judgement = said(10, FINE, split=(12000, 48000))
    assert judgement.reason.startswith(
        "At 5%, traffic is not split as asked: the canary got 20% of 60,000 requests instead of 5%"
    )


@pytest.mark.parametrize("minutes", [160, 170])
def test_a_hold_that_is_over_tells_no_time_left(minutes: int) -> None:
    """No "more than the -600 s it may still be held"."""
    reason = said(minutes, counts((0, 8), (0, 152), log_advance=0.02)).reason
    assert reason.startswith("Held at 5%")
    assert "it may still be held" not in reason
