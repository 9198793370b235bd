"""Whether a promotion can still be undone: the endpoint must be as the promotion left it.

Rules: pure; one read of the endpoint in, a refusal out. A busy endpoint is no obstacle: the restore
waits for it.
"""

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.target import describe, same_weights
from canary.domain.rollout.record import Record
from canary.domain.rollout.release.ownership import as_it_stands, our_configs
from canary.domain.words import moment


def check_way_back(record: Record, view: EndpointView) -> None:
    """Raise Refused where somebody changed the endpoint since it was promoted, or nobody would
    answer on the way back.
    """
    endpoint, safe = record.endpoint, record.plan.safe_target
    if not view.exists:
        raise Refused("endpoint", f"{endpoint} does not exist any more", "Nothing is left to move")
    _check_not_retired(record)
    left = sorted(our_configs(record))
    if view.config_name not in left:
        raise Refused(
            "endpoint",
            f"{endpoint} has configuration {view.config_name} since it was promoted with "
            f"{' or '.join(left)}: its variants may be others",
            "Move it by UpdateEndpoint to a configuration that serves what you want back",
        )
    target = as_it_stands(record, record.expected_target, view.current_weights)
    if view.in_service and not same_weights(view.current_weights, target.weights):
        raise Refused(
            "endpoint",
            f"somebody moved {endpoint} since it was promoted: {describe(view.current_target)} "
            f"now, {describe(target)} then",
            "Ask whoever did; the weights are moved by UpdateEndpointWeightsAndCapacities",
        )
    empty = [v.name for v in view.variants if safe.weights.get(v.name) and v.current_count == 0]
    if empty:
        raise Refused(
            "endpoint",
            f"{' and '.join(empty)} has no instance, so that nobody would answer",
            "Raise its DesiredInstanceCount by UpdateEndpointWeightsAndCapacities first",
        )


def _check_not_retired(record: Record) -> None:
    arranged = record.arranged
    if arranged is None or arranged.what != "retire" or arranged.reached_at is None:
        return
    others = [name for name, weight in record.plan.safe_target.weights.items() if weight]
    raise Refused(
        "endpoint",
        f"{' and '.join(others)} was retired at {moment(arranged.reached_at)}, after "
        f"{record.canary} was promoted: nothing is left to go back to",
        'Roll the older model out as a canary of its own: "canary": {"model": ...}',
    )
