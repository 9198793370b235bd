"""The numbers of the guard that a message speaks of, out of a judgement."""

from canary.domain.judge.judgement import GuardEvidence, Judgement
from canary.domain.plan.plan import Plan
from canary.domain.rollout.kinds.values import Numbers


def numbers_of(plan: Plan, judgement: Judgement) -> Numbers | None:
    """Return the numbers of the guard that settled a roll-back, and while a step is held those of
    the guard nearest to one; None where no count guard speaks or has measured anything.
    """
    guards = judgement.evidence.guards
    if judgement.verdict == "ADVANCE" or not guards:
        return None
    if judgement.verdict == "ROLL_BACK":
        spoke = next((one for one in guards if one.guard == judgement.decided_by), None)
    else:
        spoke = max(guards, key=lambda one: one.share_of_roll_back)
    if spoke is None or not spoke.minutes:
        return None
    return _numbers(plan, judgement, spoke)


def _numbers(plan: Plan, judgement: Judgement, seen: GuardEvidence) -> Numbers:
    guard = next(one for one in plan.guards if one.name == seen.guard)
    against = {
        "guard": seen.guard,
        "words": guard.words.bad,
        "minutes": seen.minutes,
        "against": seen.against,
        "log_evidence": judgement.evidence.log_roll_back,
        "log_needed": judgement.evidence.log_roll_back_threshold,
    }
    if seen.values is not None:
        canary, baseline = seen.values
        return Numbers(**against, canary=canary, baseline=baseline, unit=seen.unit)
    alone = seen.reference_rate is not None
    baseline_counts = (seen.baseline_bad, seen.baseline_requests)
    return Numbers(
        **against,
        canary=_rate(seen.canary_bad, seen.canary_requests),
        canary_counts=(seen.canary_bad, seen.canary_requests),
        baseline=seen.reference_rate if alone else _rate(*baseline_counts),
        baseline_counts=None if alone else baseline_counts,
    )


def _rate(bad: int, requests: int) -> float | None:
    return bad / requests if requests else None
