"""The sentences of a judgement: what, how strong, since when, what would change it."""

import math

from canary.domain.judge.fold import UNREMARKABLE
from canary.domain.judge.guard_fold import GuardFold
from canary.domain.judge.judgement import Evidence, GuardEvidence, Held
from canary.domain.judge.look import Look
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.plan import Plan
from canary.domain.plan.target import compared
from canary.domain.words import clock, duration, percent, rate, strength, strength_beside
from canary.stats import split
from canary.stats.counts import MinuteValues
from canary.stats.forecast import Traffic, advance_minutes
from canary.stats.roll_back import Bet

BETS: dict[Bet, str] = {
    "request": "the request bet (whose the bad ones were)",
    "pair": "the pair bet (which variant had the worse minutes)",
    "history": "the history bet (how rare such a difference was)",
    "warm_up": "the bets on its warm-up",
}


def rates(guard: GuardEvidence) -> str:
    """Return both variants' rates and counts over this step, or their values."""
    if guard.values is not None:
        return _values(guard, *guard.values)
    canary = _side("canary", guard.canary_bad, guard.canary_requests)
    if guard.reference_rate is not None:
        return f"{canary} against {percent(guard.reference_rate)} of the baseline's last hour"
    return f"{canary}, {_side(guard.against, guard.baseline_bad, guard.baseline_requests)}"


def _values(guard: GuardEvidence, canary: float, baseline: float) -> str:
    worse, minutes = guard.canary_bad, guard.canary_requests
    return (
        f"canary {canary:.4g}{guard.unit}, {guard.against} {baseline:.4g}{guard.unit} on average, "
        f"worse in {worse} of {minutes} minutes"
    )


def carried(guard: GuardEvidence) -> str:
    """Return which bet holds most of a guard's evidence, and how rare the history makes it."""
    if guard.carried_by is None:
        return ""
    text = f"; most of it by {BETS[guard.carried_by]}"
    if guard.rarest is None:
        return text
    above, pairs = guard.rarest
    seen = f"seen in {above:,} of" if above else "never seen in"
    return f"{text}; a difference like its worst minute's was {seen} {pairs:,} minutes of history"


def _side(name: str, bad: int, requests: int) -> str:
    return f"{name} {rate(bad, requests)}" if requests else f"{name}: nothing counted"


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


def misrouted(look: Look) -> str:
    """Return how the split differs from what was asked, what it looks like and what to do."""
    canary, baseline = look.arrivals.split
    seen, beside = look.misrouting, _control(look, canary + baseline)
    variant = look.plan.canary if seen.to_canary else look.crowded_baseline
    pinned = f"about {max(1, seen.pinned_a_minute):,.0f} requests a minute"
    what = {
        "pinned": f"{pinned} reach {variant} whatever the weights say, which is what callers look "
        "like that pin it with TargetVariant; let them call without it, or promote by hand",
        "weights": "its part is the same in busy and quiet minutes, which is what weights look "
        "like that do not serve as asked; check routing and the variants' weights",
        "either": f"either callers pin {variant} with TargetVariant ({pinned}), or the weights do "
        "not serve as asked; look for TargetVariant in the callers, and check routing and the "
        "variants' weights",
        "comes and goes": "the difference comes and goes, as from a job that pins "
        f"{variant} with TargetVariant now and then; look for it in the callers, and check routing "
        "and the variants' weights",
    }
    as_asked = split.as_planned(canary, baseline, look.share)
    return (
        f"traffic is not split as asked: the canary got {percent(canary / (canary + baseline))} of "
        f"{canary + baseline:,} requests instead of {percent(look.share)}{beside}; "
        f"{what['either' if beside and as_asked else seen.looks_like]}"
    )


def _control(look: Look, requests: int) -> str:
    """Return what part the control got, '' where none serves."""
    name = look.plan.control
    if name is None or not look.plan.has_control(look.step):
        return ""
    got = percent(dict(look.arrivals.served).get(name, 0) / requests)
    return f", and its control {name} {got} instead of {percent(look.baseline_shares[name])}"


def finding_reason(look: Look, guard: CountGuard, numbers: GuardEvidence, label: str) -> str:
    """Return the reason of one guard's finding: rates, counts, evidence against its threshold."""
    index = look.plan.guards.index(guard)
    if label == "NO_DATA":
        return _no_data(guard, numbers, look.state(index))
    if label == "INCONCLUSIVE" and look.drowned(index):
        return f"{guard.words.bad}: {drowned(guard, numbers)}"
    allowed = guard.early_steps if look.share >= 1 else guard.roll_back_beyond
    worse = (
        f"evidence for {guard.worse_than(allowed, numbers.against)}: "
        f"{strength(numbers.log_roll_back)}, {percent(numbers.share_of_roll_back)} of what is "
        "weighed against "
        f"{strength(look.log_roll_back_threshold)}"
    )
    text = f"{guard.words.bad}: {rates(numbers)} in {numbers.minutes} judged minutes; {worse}"
    if look.share >= 1:
        return text
    within = guard.margin_words(look.plan.margin_at(look.step, guard), numbers.against)
    return (
        f"{text}; evidence for within {within}: "
        f"{strength_beside(numbers.log_advance, look.log_advance_threshold)} of "
        f"{strength(look.log_advance_threshold)} needed"
    )


def drowned(guard: CountGuard, numbers: GuardEvidence) -> str:
    """Return that both are too bad for a comparison, and what would let the guard pass."""
    within = guard.margin_words(guard.last_gate, numbers.against)
    day = f" (its last day: {percent(guard.history.rate)})" if guard.history.minutes else ""
    return (
        f"{rates(numbers)}: beside such a {numbers.against}{day} no canary could be beyond the "
        f"margin ({within}), so that nothing is shown; it can pass once both have recovered for a "
        "while, or in a new rollout"
    )


def _no_data(guard: CountGuard, numbers: GuardEvidence, state: GuardFold) -> str:
    newest, unread = state.last_minute, state.unread
    if newest is None:
        text = f"{guard.words.bad}: no judged minute with requests on both sides in this step yet"
    else:
        since = f"nothing measured since {clock(newest)}"
        text = f"{guard.words.bad}: {since}; before that {rates(numbers)}"
    if unread is None or (newest is not None and unread[0] < newest):
        return text
    return f"{text}; at {clock(unread[0])} these were no counts, {unread[1]}"


def beyond(look: Look, guard: CountGuard, numbers: GuardEvidence) -> bool:
    """Return whether the canary's rate so far lies beyond the margin it has to be shown to keep."""
    margin = guard.early_steps if look.share >= 1 else look.plan.margin_at(look.step, guard)
    if numbers.values is not None:
        higher = guard.better == "higher"
        return MinuteValues(*numbers.values).beyond(margin.bound, higher_is_better=higher)
    reference = numbers.reference_rate
    if reference is None:
        if not numbers.baseline_requests:
            return False
        reference = numbers.baseline_bad / numbers.baseline_requests
    if not numbers.canary_requests:
        return False
    return guard.beyond(margin, numbers.canary_bad / numbers.canary_requests, reference)


def outlook(look: Look, index: int, numbers: GuardEvidence) -> str:
    """Return what would let a guard pass, and when at this traffic."""
    guard = look.plan.guards[index]
    if beyond(look, guard, numbers):
        margin = guard.margin_words(look.plan.margin_at(look.step, guard), numbers.against)
        turns = "falls below" if guard.better == "lower" else "rises above"
        what = "rate" if guard.value is None else "value"
        return f"it passes only if the canary's {what} {turns} its margin ({margin})"
    minutes = numbers.minutes_to(look.log_advance_threshold)
    if minutes is not None:
        requests = numbers.canary_requests / numbers.minutes * minutes
        of_requests = f" ({requests:,.0f} canary requests)" if guard.value is None else ""
        needs = f"about {duration(60 * minutes)} more like these{of_requests}"
        return f"{needs}{_too_late(look, minutes)}"
    return _expected(look, index, numbers)


def _expected(look: Look, index: int, numbers: GuardEvidence) -> str:
    """Return what the forecast says of a guard that has gained nothing yet."""
    bake = look.numbers_bake
    if bake is None or not bake.settings:
        return "nothing gained yet"
    if numbers.values is not None:
        return "half of its minutes or more lie beyond the margin; widen it, or promote by hand"
    setting, a_minute = bake.settings[index], numbers.canary_requests / numbers.minutes
    share, part = compared(look.share, look.plan.beside(look.step))
    traffic = Traffic(1 - share if setting.swapped else share, part * a_minute / look.share)
    minutes, _ = advance_minutes(setting, traffic, look.plan.budget.promotion)
    bursts = "its bursts outweigh the counts, so minutes count and requests do not: "
    why = bursts if setting.bursty else ""
    if not math.isfinite(minutes):
        return f"{why}equal variants are no evidence at this margin; widen it, or promote by hand"
    expected = f"{why}an equal canary needs about {duration(60 * minutes)} at this traffic"
    if minutes <= numbers.minutes:
        return f"{expected} and has had {duration(60 * numbers.minutes)}, so it may not be equal"
    return f"{expected}{_too_late(look, minutes - numbers.minutes)}"


def _too_late(look: Look, minutes: float) -> str:
    left = look.held.limit_minutes - look.held.minutes
    if not 0 < left < minutes:  # a hold that is over says so first
        return ""
    return f", more than the {duration(60 * left)} it may still be held"


def seen_so_far(look: Look, numbers: Evidence) -> str:
    """Return, as the end of a sentence, both sides' rates of every guard and the evidence for
    taking the canary back; what the warning says already is left out.
    """
    warned = _worst(numbers).guard if numbers.nearness != "calm" else None
    parts = [
        f"{guard.words.bad} {rates(seen) if seen.minutes else 'not measured yet'}"
        for guard, seen in zip(look.plan.guards, numbers.guards, strict=True)
        if guard.name != warned
    ]
    silent = not any(seen.minutes for seen in numbers.guards)
    told = parts if warned or silent else [*parts, _towards(numbers)]
    return f": {'; '.join(told)}" if told else ""


def _worst(numbers: Evidence) -> GuardEvidence:
    return max(numbers.guards, key=lambda guard: guard.share_of_roll_back)


def _towards(numbers: Evidence) -> str:
    needed = strength(numbers.log_roll_back_threshold)
    if numbers.log_roll_back <= UNREMARKABLE:
        return f"no evidence against it yet (evidence of {needed} takes it back)"
    reached = strength_beside(numbers.log_roll_back, numbers.log_roll_back_threshold)
    return f"evidence against it {reached} of the {needed} that take it back"


def warning(look: Look, numbers: Evidence) -> str:
    """Return the sentence that comes first while evidence against the canary rises, '' while it
    is calm.
    """
    if numbers.nearness == "calm":
        return ""
    worst = _worst(numbers)
    guard = next(g for g in look.plan.guards if g.name == worst.guard)
    quiet = numbers.rising_since_minute
    since = f" since {clock(quiet + 1)}" if quiet is not None else ""
    what = "CLOSE TO ROLL BACK" if numbers.nearness == "close" else f"RISING{since}"
    way = percent(round(numbers.towards_roll_back, 2))
    return f"{what}, {way} of the way: {guard.words.bad} {rates(worst)}; {_towards(numbers)}."


def time_over(plan: Plan, step: int, held: Held) -> str:
    """Return that a step was held as long as it may be, with both times."""
    return (
        f"Held at {percent(plan.steps[step].share)} for {held.words} without an answer, the "
        "longest this rollout may hold: "
        f"{held.limit_minutes - plan.hold_at_most_minutes} minutes of the step, "
        f"and hold_at_most_minutes ({plan.hold_at_most_minutes}) more"
    )


def still_no_answer(plan: Plan, step: int) -> str:
    """Return that the answer of a step is overdue; told once a step, so it says nothing that
    changes.
    """
    at = percent(plan.steps[step].share)
    if step == plan.last_step:
        return f"Still not promoted at {at} after the watch of {plan.watch_minutes} minutes"
    longest = plan.steps[step].bake_max_minutes
    return f"Still no answer at {at} after the longest bake of {longest} minutes"
