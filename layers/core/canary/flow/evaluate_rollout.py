"""The evaluator's use case: one call's worth of a rollout's labelled set."""

from collections.abc import Callable

from canary.domain.paired import GateLevels
from canary.domain.plan import Plan
from canary.domain.quality import QualityGuardSpec
from canary.flow.evaluate import evaluate
from canary.flow.evaluation import EvaluationPorts, EvaluationRequest
from canary.ports.rollouts import Rollouts

GATE_SHARE_OF_FALSE_ROLLBACK = 0.5
"""With a quality guard half of the false roll-back rate is the gate's and half is for live evidence."""

RemainingSeconds = Callable[[], float]


class Evaluator:
    """Evaluates rollouts, one call at a time."""

    def __init__(
        self, rollouts: Rollouts, ports: Callable[[QualityGuardSpec, RemainingSeconds], EvaluationPorts]
    ) -> None:
        """Take the rollouts, and what makes one evaluation's ports for a spec and a time limit."""
        self._rollouts = rollouts
        self._ports = ports

    def evaluate(self, rollout: str, generation: int, remaining_seconds: RemainingSeconds) -> bool:
        """Return whether there is nothing left to evaluate; False asks for another call.

        A rollout that has ended, is going back or belongs to another generation has nothing to evaluate: the next
        claim tells its execution so.
        """
        record = self._rollouts.load(rollout)
        spec = record.plan.quality
        if spec is None or record.ended or record.rolling_back or record.generation != generation:
            return True
        return evaluate(request_of(rollout, record.plan, spec), self._ports(spec, remaining_seconds)).concluded


def request_of(rollout: str, plan: Plan, spec: QualityGuardSpec) -> EvaluationRequest:
    """Return what to evaluate for a rollout."""
    return EvaluationRequest(
        rollout=rollout,
        endpoint=plan.endpoint,
        baseline=compared_baseline(plan),
        canary=plan.canary,
        spec=spec,
        levels=GateLevels(
            stop=plan.error_rates.false_rollback * GATE_SHARE_OF_FALSE_ROLLBACK,
            promote=plan.error_rates.false_promotion,
        ),
    )


def compared_baseline(plan: Plan) -> str:
    """Return the baseline the canary is compared with: the one that serves most, the first by name among equals."""
    return max(sorted(plan.baselines), key=lambda name: plan.safe_weights.get(name, 0.0))
