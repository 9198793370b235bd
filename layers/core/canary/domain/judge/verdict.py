"""The composition: which verdict a look leads to, and why, in one sentence.

Order of severity: labelled set worse, fuse, roll-back evidence, hold limit; then what keeps a step
from advancing (time, split, silence, lack of evidence); ADVANCE is what is left. Source:
docs/statistics.md, composition.
"""

from typing import NamedTuple

from pydantic import JsonValue

from canary.domain.finding import Finding, FindingLabel
from canary.domain.judge.judgement import Evidence, Judgement, Verdict
from canary.domain.judge.look import Look
from canary.domain.judge.words import finding_reason, left_out, rates, still_needed, unheard
from canary.domain.words import clock, percent, strength


class Decided(NamedTuple):
    """A verdict with its sentence and the guard that settled it."""

    verdict: Verdict
    reason: str
    guard: str | None = None


def conclude(look: Look, checkpoint: JsonValue) -> Judgement:
    """Return the judgement of a look."""
    numbers = look.evidence()
    decided = _roll_back(look, numbers) or _gate(look) or _watch(look) or _bake(look, numbers)
    return Judgement(
        verdict=decided.verdict,
        step=look.step,
        minute=look.now,
        reason=decided.reason + left_out(look),
        findings=_findings(look, numbers, decided),
        evidence=numbers,
        decided_by=decided.guard,
        notices=_notices(look),
        checkpoint=checkpoint,
    )


def _roll_back(look: Look, numbers: Evidence) -> Decided | None:
    """Return ROLL_BACK where anything demands it."""
    fold, at = look.fold, percent(look.share)
    if look.quality is not None and look.quality.label == "FAIL":
        return Decided(
            "ROLL_BACK",
            f"The labelled set shows the canary worse: {look.quality.reason}",
            "quality",
        )
    if fold.blown_minute is not None:
        return _blown(look, fold.blown_minute)
    if fold.crossed_minute is not None:
        return _worse(look, numbers)
    limit = look.plan.steps[look.step].bake_max_minutes + look.plan.hold_at_most_minutes
    if look.share >= 1:
        limit = look.plan.watch_minutes + look.plan.hold_at_most_minutes
    if look.bake is not None and look.elapsed >= limit:
        return Decided(
            "ROLL_BACK",
            f"Held at {at} for {look.elapsed} minutes without an answer, the longest this "
            f"rollout may hold (hold_at_most_minutes {look.plan.hold_at_most_minutes})",
        )
    return None


def _blown(look: Look, minute: int) -> Decided:
    watched = [guard for guard in look.plan.guards if guard.fuse]
    guard = next((g for g in watched if g.name == look.fold.blown_by), watched[0])
    return Decided(
        "ROLL_BACK",
        f"At {percent(look.share)} at least half of the canary's requests "
        f"{guard.words.fuse or f'were {guard.words.bad}'} in two consecutive "
        f"minutes from {clock(minute - 1)} while the baseline was well (the fuse)",
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
        f"At {percent(share)} the canary has more {guard.words.bad} than {beyond.words}: "
        f"{rates(worst)}; "
        f"evidence {strength(numbers.log_roll_back)} against "
        f"{strength(numbers.log_roll_back_threshold)} needed, "
        f"rising {since}, enough at {crossed}",
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
    )


def _watch(look: Look) -> Decided | None:
    """Return the verdict at share 1, where ADVANCE means promoted; None at any other step."""
    if look.share < 1:
        return None
    need = look.watch_minutes_needed
    seen = min(look.state(i).minutes for i in range(len(look.plan.guards)))
    if look.elapsed < look.plan.watch_minutes:
        left = look.plan.watch_minutes - look.elapsed
        return Decided(
            "HOLD",
            f"Serving alone and watched against the baseline's last hour, {left} minutes to go",
        )
    if seen < need:
        return Decided(
            "HOLD",
            f"Serving alone; {seen} of {need} minutes were measured so far, missing ones extend "
            "the watch",
        )
    return Decided(
        "ADVANCE",
        f"The watch is over: {look.elapsed} minutes at 100% and nothing against the canary",
    )


def _bake(look: Look, numbers: Evidence) -> Decided:
    """Return the verdict while both variants serve."""
    planned, at = look.plan.steps[look.step], percent(look.share)
    if look.elapsed < planned.bake_min_minutes:
        left = planned.bake_min_minutes - look.elapsed
        return Decided("HOLD", f"At {at}, {left} minutes of the minimum bake to go")
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
    if look.elapsed < planned.bake_max_minutes or look.misrouted:
        return Decided("HOLD", f"At {at}, {blocked}")
    if look.plan.on_inconclusive == "roll_back":
        return Decided(
            "ROLL_BACK",
            f"No answer at {at} within the longest bake of {planned.bake_max_minutes} minutes "
            f"and the spec says roll back: {blocked}",
        )
    return Decided(
        "HOLD",
        f"No answer at {at} within the longest bake of {planned.bake_max_minutes} minutes: "
        f"{blocked}; a person can promote or roll back",
    )


def _blocked(look: Look, numbers: Evidence) -> str | None:
    """Return what keeps the step from advancing; None when nothing does."""
    if look.misrouted:
        return _misrouted(look)
    waiting = [unheard(look)] if look.unheard else []
    for index, (guard, seen) in enumerate(zip(look.plan.guards, numbers.guards, strict=True)):
        label = look.label(index)
        if label == "NO_DATA":
            waiting.append(finding_reason(look, guard, seen, label))
        elif label == "INCONCLUSIVE":
            needed = still_needed(seen, look.log_advance_threshold)
            waiting.append(
                f"{guard.words.bad} not yet shown within the margin: {rates(seen)}, evidence "
                f"{strength(seen.log_advance)} of {strength(look.log_advance_threshold)}; {needed}"
            )
    return "; ".join(waiting) or None


def _misrouted(look: Look) -> str:
    canary, total = look.arrivals.split[0], sum(look.arrivals.split)
    return (
        f"traffic is not split as asked: the canary got {percent(canary / total)} of {total:,}"
        f" requests instead of {percent(look.share)}; check routing and the variants' weights"
    )


def _findings(look: Look, numbers: Evidence, decided: Decided) -> tuple[Finding, ...]:
    findings = []
    for index, guard in enumerate(look.plan.guards):
        failed = decided.verdict == "ROLL_BACK" and decided.guard == guard.name
        label: FindingLabel = "FAIL" if failed else look.label(index)
        reason = finding_reason(look, guard, numbers.guards[index], label)
        findings.append(Finding(guard=guard.name, label=label, reason=reason))
    return (*findings, look.quality) if look.quality is not None else tuple(findings)


def _notices(look: Look) -> tuple[str, ...]:
    notices = []
    if look.misrouted:
        notices.append(f"At {percent(look.share)} {_misrouted(look)}")
    if look.unheard:
        notices.append(f"At {percent(look.share)} {unheard(look)}")
    planned = look.plan.steps[look.step]
    if look.bake is not None and look.bake.live and look.elapsed >= planned.bake_max_minutes:
        notices.append(
            f"Still no answer at {percent(look.share)} after the longest bake of "
            f"{planned.bake_max_minutes} minutes"
        )
    return tuple(notices)
