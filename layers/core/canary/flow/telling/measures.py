"""What a dashboard draws of one rollout: its share, rates and evidence by guard, and the time to
safe.
"""

from collections.abc import Iterator, Mapping

from canary.domain.judge.judgement import GuardEvidence, Judgement, towards
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.flow.telling.phases import Measures


def of_look(record: Record, judgement: Judgement) -> Iterator[Measures]:
    """Yield the measures of one look at a rollout."""
    evidence, endpoint = judgement.evidence, {"endpoint": record.endpoint}
    all_guards = 100 * evidence.towards_roll_back
    yield Measures(endpoint, {"CanaryShare": 100 * record.share, "TowardsRollBack": all_guards})
    for seen in evidence.guards:
        values = {
            "TowardsRollBack": 100 * towards(seen.log_roll_back, evidence.log_roll_back_threshold),
            "TowardsAdvance": 100 * towards(seen.log_advance, evidence.log_advance_threshold),
            **_rates(seen),
        }
        yield Measures({**endpoint, "guard": seen.guard}, values)


def _rates(seen: GuardEvidence) -> Mapping[str, float]:
    """Return both sides' rates over the step; none of a value, whose unit is its own."""
    if seen.values is not None:
        return {}
    rates: dict[str, float] = {}
    if seen.canary_requests:
        rates["CanaryRate"] = 100 * seen.canary_bad / seen.canary_requests
    if seen.reference_rate is not None:
        rates["BaselineRate"] = 100 * seen.reference_rate
    elif seen.baseline_requests:
        rates["BaselineRate"] = 100 * seen.baseline_bad / seen.baseline_requests
    return rates


def of_end(record: Record) -> Iterator[Measures]:
    """Yield how long a roll-back took from its decision to the verified safe weights."""
    decision, restoring = record.decision, record.restoring
    if record.phase is not Phase.ROLLED_BACK or decision is None or restoring is None:
        return
    if restoring.verified_at is not None:
        seconds = (restoring.verified_at - decision.at).total_seconds()
        yield Measures({"endpoint": record.endpoint}, {"SecondsToSafe": seconds})
