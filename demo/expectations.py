"""Did each scenario end as it has to? Every doubt is a sentence; none means it did.

Rules: what is checked is what AWS and the router say wherever they can say it.
"""

from canary.domain.plan.target import same_weights
from canary.domain.rollout.phase import Phase
from demo.collect import Result
from demo.scenarios import BASELINE, CANARY

STATUS = {Phase.PROMOTED: "SUCCEEDED", Phase.ROLLED_BACK: "FAILED"}
SUBJECT = {Phase.PROMOTED: "PROMOTED", Phase.ROLLED_BACK: "ROLLED BACK"}
OUTAGE_IS_FELT = 0.1


def doubts(result: Result) -> list[str]:
    """Return what is not as it has to be, one sentence each."""
    found = [
        *_ending(result),
        *_weights(result),
        *_instances(result),
        *_told(result),
        *_world(result),
    ]
    if result.lease is not None:
        found.append(f"the endpoint is still held by {result.lease}")
    return found


def _ending(result: Result) -> list[str]:
    wanted = result.scenario.ending
    found = []
    if result.phase != wanted.phase:
        found.append(f"ended {result.phase}, wanted {wanted.phase}")
    if result.highest_share != wanted.at_share:
        found.append(
            f"the canary's highest share was {result.highest_share:g}, wanted {wanted.at_share:g}"
        )
    if result.execution_status != STATUS[wanted.phase]:
        found.append(f"the execution is {result.execution_status}, wanted {STATUS[wanted.phase]}")
    decision = result.history.record.decision if result.history else None
    if decision is None or decision.by != "judge":
        found.append(f"not decided on evidence but by {decision.by if decision else 'nobody'}")
    return found


def _weights(result: Result) -> list[str]:
    """Promoted: the canary has it all, alone where the others were retired. Otherwise: the canary
    at 0 and every other weight as it was found.
    """
    total = sum(result.initial_weights.values())
    if result.scenario.hands_off:
        wanted = {CANARY: total}
    elif result.scenario.ending.phase is Phase.PROMOTED:
        wanted = {name: total if name == CANARY else 0.0 for name in result.initial_weights}
    else:
        wanted = {**result.initial_weights, CANARY: 0.0}
    if same_weights(result.final_weights, wanted):
        return []
    return [f"final weights are {result.final_weights}, wanted {wanted}"]


def _instances(result: Result) -> list[str]:
    """Promoted: what the share needs. Otherwise: as it was found."""
    scenario = result.scenario
    wanted = {CANARY: scenario.ending.canary_instances}
    if not scenario.hands_off:
        wanted[BASELINE] = scenario.baseline_instances
    if result.final_instances == wanted:
        return []
    return [f"final instances are {result.final_instances}, wanted {wanted}"]


def _told(result: Result) -> list[str]:
    last = result.messages[-1].subject if result.messages else "nothing"
    word = SUBJECT[result.scenario.ending.phase]
    if result.scenario.hands_off:  # after its end the loser is retired, and that is told too
        word = "losers retired"
    return [] if word in last else [f"on-call was last told {last!r}, wanted {word}"]


def _world(result: Result) -> list[str]:
    """What the router saw: no live request at share 0, some above it, and an outage that really hit
    both variants.
    """
    share, served = result.scenario.ending.at_share, result.canary_requests_live
    found = []
    if share == 0 and served:
        found.append(f"the canary served {served} live requests, wanted none")
    if share > 0 and not served:
        found.append("the canary never served a live request")
    if result.scenario.outage and not _outage_hit_both(result):
        found.append(f"the outage did not hit both variants: failures {result.outage_failures}")
    return found


def _outage_hit_both(result: Result) -> bool:
    failures = result.outage_failures
    return set(failures) == set(result.initial_weights) and min(failures.values()) >= OUTAGE_IS_FELT
