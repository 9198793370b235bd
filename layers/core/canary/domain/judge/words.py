"""The sentences of a judgement: what, how strong, since when, what would change it."""

import math

from canary.domain.judge.judgement import GuardEvidence
from canary.domain.judge.look import Look
from canary.domain.plan.guards import CountGuard
from canary.domain.words import clock, percent, rate, strength


def rates(guard: GuardEvidence) -> str:
    """Return both variants' rates and counts over this step."""
    canary = _side("canary", guard.canary_bad, guard.canary_requests)
    if guard.reference_rate is not None:
        return f"{canary} against {percent(guard.reference_rate)} of the baseline's last hour"
    return f"{canary}, {_side('baseline', guard.baseline_bad, guard.baseline_requests)}"


def _side(name: str, bad: int, requests: int) -> str:
    return f"{name} {rate(bad, requests)}" if requests else f"{name}: no requests"


def left_out(look: Look) -> str:
    """Return which baselines were silent and how often, as the end of a sentence; empty where all
    spoke.
    """
    minutes = look.arrivals.minutes
    told = [f"{one.name} in {one.minutes} of {minutes} minutes" for one in look.silences]
    return f"; silent and left out of the baseline: {', '.join(told)}" if told else ""


def unheard(look: Look) -> str:
    """Return that baselines are missing which should be heard, and both readings of it."""
    told = [
        f"{one.name}, which should have served about {one.missed:,.0f} requests since it last did"
        for one in look.unheard
    ]
    return (
        f"nothing is heard of {'; '.join(told)}: either no traffic reaches it, or its metrics are "
        "missing; look at the variant, promote by hand, or start again without it"
    )


def finding_reason(look: Look, guard: CountGuard, numbers: GuardEvidence, label: str) -> str:
    """Return the reason of one guard's finding: rates, counts, evidence against its threshold."""
    if label == "NO_DATA":
        return _no_data(guard, numbers, look.state(look.plan.guards.index(guard)).last_minute)
    allowed = guard.early_steps if look.share >= 1 else guard.roll_back_beyond
    worse = (
        f"evidence for worse than {allowed.words}: "
        f"{strength(numbers.log_roll_back)}, {percent(numbers.share_of_roll_back)} of what is "
        "weighed against "
        f"{strength(look.log_roll_back_threshold)}"
    )
    text = f"{guard.words.bad}: {rates(numbers)} in {numbers.minutes} judged minutes; {worse}"
    if look.share >= 1:
        return text
    within = look.plan.margin_at(look.step, guard).words
    return (
        f"{text}; evidence for within {within}: {strength(numbers.log_advance)} of "
        f"{strength(look.log_advance_threshold)} needed"
    )


def _no_data(guard: CountGuard, numbers: GuardEvidence, newest: int | None) -> str:
    if newest is None:
        return f"{guard.words.bad}: no judged minute with requests on both sides in this step yet"
    return (
        f"{guard.words.bad}: nothing measured since {clock(newest)}; before that {rates(numbers)}"
    )


def still_needed(numbers: GuardEvidence, threshold: float) -> str:
    """Return how much more traffic like this would let a guard pass, where that can be said."""
    if numbers.minutes == 0 or numbers.log_advance <= 0:
        return "no end in sight at this traffic"
    growth = numbers.log_advance / numbers.minutes
    minutes = math.ceil(max(0.0, threshold - numbers.log_advance) / growth)
    requests = numbers.canary_requests / numbers.minutes * minutes
    return f"about {max(1, minutes)} more minutes like these ({requests:,.0f} canary requests)"
