"""One call's worth of a rollout's labelled set: what the evaluator loads once there is something to
ask, four fifths of all it has.
"""

from collections.abc import Callable, Sequence

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.paired import GateLevels
from canary.domain.plan.plan import Plan
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled import evaluate as whole
from canary.flow.labelled import new_labels, shard
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest


def evaluate(
    rollout: str, plan: Plan, spec: QualityGuardSpec, ports: EvaluationPorts
) -> QualityEvidence:
    """Return the evidence as far as this call brought it."""
    return whole.evaluate(request_of(rollout, plan, spec), ports)


def evaluate_shards(
    rollout: str,
    plan: Plan,
    spec: QualityGuardSpec,
    ports: EvaluationPorts,
    numbers: Sequence[int],
    goes_on: Callable[[], bool],
) -> int:
    """Return how many records of these shards were gone through."""
    return shard.evaluate_shards(request_of(rollout, plan, spec), ports, numbers, goes_on)


def evaluate_new_labels(
    rollout: str,
    plan: Plan,
    spec: QualityGuardSpec,
    ports: EvaluationPorts,
    stored: QualityEvidence,
) -> bool:
    """Return whether there was something new."""
    return new_labels.evaluate_new_labels(request_of(rollout, plan, spec), ports, stored)


def request_of(rollout: str, plan: Plan, spec: QualityGuardSpec) -> EvaluationRequest:
    """Return what to evaluate for a rollout."""
    return EvaluationRequest(
        rollout=rollout,
        endpoint=plan.endpoint,
        baseline=compared_baseline(plan),
        canary=plan.canary,
        spec=spec,
        levels=GateLevels(stop=plan.budget.gate, promote=plan.budget.promotion),
    )


def compared_baseline(plan: Plan) -> str:
    """Return the baseline the canary is compared with: the one that serves most, the first by name
    among equals.
    """
    weights = plan.safe_target.weights
    return max(sorted(plan.baselines), key=lambda name: weights.get(name, 0.0))
