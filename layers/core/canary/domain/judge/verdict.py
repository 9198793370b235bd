"""The composition: which verdict a look leads to, and why, in one sentence.

Order of severity: labelled set worse, fuse, roll-back evidence; then what keeps a step from
advancing (time, split, silence, lack of evidence), held until the limit and named by it; ADVANCE is
what is left. Evidence that rises is told before anything else. Source: docs/statistics.md,
composition.
"""

from typing import NamedTuple

from pydantic import JsonValue

from canary.domain.finding import Finding, FindingLabel
from canary.domain.judge.judgement import Evidence, Judgement, Verdict
from canary.domain.judge.look import Look
from canary.domain.judge.words import (
    beyond,
    carried,
    finding_reason,
    left_out,
    misrouted,
    outlook,
    rates,
    seen_so_far,
    time_over,
    unheard,
    warning,
)
from canary.domain.words import clock, percent, strength, strength_beside


class Decided(NamedTuple):
    """A verdict with its sentence and the guard that settled it; `waits_for` is what a HOLD waits
    for, and what a ROLL_BACK for time alone waited for.
    """

    verdict: Verdict
    reason: str
    guard: str | None = None
    waits_for: str = ""


def conclude(look: Look, checkpoint: JsonValue) -> Judgement:
    """Return the judgement of a look."""
    return judgement_of(look, look.evidence(), checkpoint)


def judgement_of(look: Look, numbers: Evidence, checkpoint: JsonValue = None) -> Judgement:
    """Return the judgement of a look that came to these numbers."""
    decided = _roll_back(look, numbers) or _in_time(look, _forward(look, numbers))
    first = warning(look, numbers) if decided.verdict == "HOLD" else ""
    return Judgement(
        verdict=decided.verdict,
        step=look.step,
        minute=look.now,
        reason=f"{first} {decided.reason}{left_out(look)}".strip(),
        warning=first,
        findings=_findings(look, numbers, decided),
        evidence=numbers,
        decided_by=decided.guard,
        waits_for=decided.waits_for,
        notices=_notices(look),
        held=look.held if look.bake is not None else None,
        checkpoint=checkpoint,
    )


def _roll_back(look: Look, numbers: Evidence) -> Decided | None:
    """Return ROLL_BACK where evidence demands it."""
    if look.quality is not None and look.quality.label == "FAIL":
        return Decided(
            "ROLL_BACK",
            f"The labelled set shows the canary worse: {look.quality.reason}",
            "quality",
        )
    if look.fold.blown_minute is not None:
        return _blown(look, look.fold.blown_minute)
    return _worse(look, numbers) if look.fold.crossed_minute is not None else None


def _forward(look: Look, numbers: Evidence) -> Decided:
    """Return what the step comes to while nothing speaks for rolling back."""
    return _gate(look) or _watch(look, numbers) or _bake(look, numbers)


def _in_time(look: Look, decided: Decided) -> Decided:
    """Return the verdict, a HOLD beyond the limit turned into a ROLL_BACK that names what was
    waited for.
    """
    if decided.verdict != "HOLD" or look.bake is None or not look.held.over:
        return decided
    over, waited = time_over(look.plan, look.step, look.held), decided.waits_for
    return Decided("ROLL_BACK", f"{over}. It waited for: {waited}", waits_for=waited)


def _blown(look: Look, minute: int) -> Decided:
    watched = [guard for guard in look.plan.guards if guard.fuse]
    guard = next((g for g in watched if g.name == look.fold.blown_by), watched[0])
    bake = look.numbers_bake
    beside = "control" if bake and look.plan.has_control(bake.step) else "baseline"
    return Decided(
        "ROLL_BACK",
        f"At {percent(look.share)} at least half of the canary's requests "
        f"{guard.words.fuse or f'were {guard.words.bad}'} in two consecutive "
        f"minutes from {clock(minute - 1)} while the {beside} was well (the fuse)",
        guard.name,
    )


def _worse(look: Look, numbers: Evidence) -> Decided:
    worst = max(numbers.guards, key=lambda g: g.share_of_roll_back)
    guard = next(g for g in look.plan.guards if g.name == worst.guard)
    share = look.numbers_bake.share if look.numbers_bake else look.share
    beyond = guard.early_steps if share >= 1 else guard.roll_back_beyond
    since = (
        "from the start"
        if look.fold.quiet_minute is None
        else f"since {clock(look.fold.quiet_minute + 1)}"
    )
    crossed = (
        clock(look.fold.crossed_minute) if look.fold.crossed_minute is not None else "no minute"
    )
    return Decided(
        "ROLL_BACK",
        f"At {percent(share)} the canary has {guard.worse_than(beyond, worst.against)}: "
        f"{rates(worst)}; "
        f"evidence {strength(numbers.log_roll_back)} against "
        f"{strength(numbers.log_roll_back_threshold)} needed, "
        f"rising {since}, enough at {crossed}{' (first read)' if look.first_read else ''}"
        f"{carried(worst)}",
        worst.guard,
    )


def _gate(look: Look) -> Decided | None:
    """Return the verdict of the shadow gate at share 0; None at any other step."""
    if look.step > 0:
        return None
    if not look.plan.has_quality:
        return Decided("ADVANCE", "No labelled set in the spec: nothing to judge at share 0")
    label = look.quality.label if look.quality else "NO_DATA"
    why = look.quality.reason if look.quality else "no labelled record was answered yet"
    if label == "PASS":
        return Decided(
            "ADVANCE",
            f"The labelled set shows the canary no worse than its margin: {why}",
            "quality",
        )
    policy = look.plan.quality.on_inconclusive if look.plan.quality else "hold"
    if label == "INCONCLUSIVE" and policy == "proceed":
        return Decided(
            "ADVANCE",
            f"The labelled set could not decide and the spec says proceed: {why}",
            "quality",
        )
    if label == "INCONCLUSIVE" and policy == "roll_back":
        return Decided(
            "ROLL_BACK",
            f"The labelled set could not decide and the spec says roll back: {why}",
            "quality",
        )
    why = why.removesuffix(".")
    return Decided(
        "HOLD",
        f"The labelled set has not decided: {why}; more labelled records or a person can",
        "quality",
        f"the labelled set ({why})",
    )


def _watch(look: Look, numbers: Evidence) -> Decided | None:
    """Return the verdict at share 1, where ADVANCE means promoted; None at any other step."""
    if look.share < 1:
        return None
    if look.elapsed < look.plan.watch_minutes:
        left = look.plan.watch_minutes - look.elapsed
        return Decided(
            "HOLD",
            f"Serving alone, {_minutes(left)} of the watch to go{seen_so_far(look, numbers)}",
            waits_for=f"{_minutes(left)} of the watch",
        )
    need = look.watch_minutes_needed
    short = [(i, g) for i, g in enumerate(look.plan.guards) if look.state(i).minutes < need]
    if short:
        missing = "; ".join(
            f"{look.state(i).minutes} of {need} minutes measured of {g.words.bad}" for i, g in short
        )
        return Decided(
            "HOLD",
            f"Serving alone, missing minutes extend the watch{seen_so_far(look, numbers)}; "
            f"{missing}",
            waits_for=f"{missing}; CloudWatch had no more of {look.plan.canary}",
        )
    return Decided(
        "ADVANCE",
        f"The watch is over: {look.elapsed} minutes at 100% and nothing against the canary"
        f"{seen_so_far(look, numbers)}",
    )


def _bake(look: Look, numbers: Evidence) -> Decided:
    """Return the verdict while both variants serve."""
    planned, at = look.plan.steps[look.step], percent(look.share)
    if look.elapsed < planned.bake_min_minutes:
        left = planned.bake_min_minutes - look.elapsed
        so_far = seen_so_far(look, numbers)
        waits = f"{_minutes(left)} of the minimum bake"
        return Decided("HOLD", f"At {at}, {waits} to go{so_far}", waits_for=waits)
    blocked = _blocked(look, numbers)
    if blocked is None:
        parts = "; ".join(
            f"{guard.words.bad} {rates(g)}, evidence {strength(g.log_advance)}"
            for guard, g in zip(look.plan.guards, numbers.guards, strict=True)
        )
        return Decided(
            "ADVANCE",
            f"At {at} every guard is shown within its margin ({parts}; "
            f"{strength(look.log_advance_threshold)} needed each)",
        )
    if not look.held.late or look.misrouted:
        return Decided("HOLD", f"At {at}, {blocked}", waits_for=blocked)
    if look.plan.on_inconclusive == "roll_back":
        return Decided(
            "ROLL_BACK",
            f"No answer at {at} within the longest bake of {planned.bake_max_minutes} minutes, "
            f"held for {look.held.words}, and the spec says roll back: {blocked}",
            waits_for=blocked,
        )
    return Decided(
        "HOLD",
        f"No answer at {at} within the longest bake of {planned.bake_max_minutes} minutes: "
        f"{blocked}; a person can promote or roll back",
        waits_for=blocked,
    )


def _minutes(count: int) -> str:
    return f"{count} minute{'' if count == 1 else 's'}"


def _blocked(look: Look, numbers: Evidence) -> str | None:
    """Return what keeps the step from advancing, guards that look worse first; None when nothing
    does.
    """
    if look.misrouted:
        return misrouted(look)
    failing: list[str] = []
    waiting = [unheard(look)] if look.unheard else []
    for index, (guard, seen) in enumerate(zip(look.plan.guards, numbers.guards, strict=True)):
        label = look.label(index, seen.log_advance)
        if label == "NO_DATA" or (label == "INCONCLUSIVE" and look.drowned(index)):
            waiting.append(finding_reason(look, guard, seen, label))
        elif label == "INCONCLUSIVE":
            worse = beyond(look, guard, seen)
            how = "look worse so far" if worse else "not yet shown within the margin"
            (failing if worse else waiting).append(
                f"{guard.words.bad} {how}: {rates(seen)}, evidence "
                f"{strength_beside(seen.log_advance, look.log_advance_threshold)} of "
                f"{strength(look.log_advance_threshold)}; "
                f"{outlook(look, index, seen)}"
            )
    return "; ".join((*failing, *waiting)) or None


def _findings(look: Look, numbers: Evidence, decided: Decided) -> tuple[Finding, ...]:
    findings = []
    for index, guard in enumerate(look.plan.guards):
        failed = decided.verdict == "ROLL_BACK" and decided.guard == guard.name
        seen = numbers.guards[index]
        label: FindingLabel = "FAIL" if failed else look.label(index, seen.log_advance)
        reason = finding_reason(look, guard, seen, label)
        findings.append(Finding(guard=guard.name, label=label, reason=reason))
    return (*findings, look.quality) if look.quality is not None else tuple(findings)


def _notices(look: Look) -> tuple[str, ...]:
    told = ((look.misrouted, misrouted), (look.unheard, unheard))
    return tuple(f"At {percent(look.share)} {words(look)}" for holds, words in told if holds)
