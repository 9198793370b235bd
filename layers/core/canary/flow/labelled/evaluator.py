"""The evaluator's use cases: one call's worth of a rollout's labelled set, and new labels while
rollouts bake.

Most calls look for new labels and find none: what asks and judges is loaded where there is
something to ask.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from canary.domain.errors import AwsDenied, AwsUnavailable, Conflict, Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.plan import Plan
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.flow.labelled.sharding import at_once, wave
from canary.ports.aws import Announcer
from canary.ports.quality import QualityStore
from canary.ports.rollouts import Rollouts

if TYPE_CHECKING:
    from canary.flow.labelled.inputs import EvaluationPorts

RemainingSeconds = Callable[[], float]
OWN_TRAFFIC_MINUTES, WITHIN_MINUTES = 2, 10


@dataclass(frozen=True)
class Progress:
    """How far an evaluation is: concluded, or to be called again, after these shards where there
    are any, or after those that are listed at a place, so many of them to a child execution.
    """

    concluded: bool
    shards: tuple[int, ...] = ()
    at_once: int = 1
    listed_at: str = ""
    child_shards: int = 0


class Evaluator:
    """Evaluates rollouts, one call at a time."""

    def __init__(
        self,
        rollouts: Rollouts,
        store: QualityStore,
        announcer: Announcer,
        ports: "Callable[[QualityGuardSpec, RemainingSeconds], EvaluationPorts]",
    ) -> None:
        """Take the rollouts, their quality evidence, who is told, and what makes one evaluation's
        ports.
        """
        self._rollouts = rollouts
        self._store = store
        self._announcer = announcer
        self._ports = ports

    def evaluate(
        self, rollout: str, generation: int, remaining_seconds: RemainingSeconds
    ) -> Progress:
        """Return whether there is nothing left to evaluate, or what to do before the next call.

        A rollout that has ended, is going back or belongs to another generation has nothing to
        evaluate: the next claim tells its execution so.
        """
        found = self._to_evaluate(rollout, generation)
        if found is None:
            return Progress(concluded=True)
        plan, spec = found
        from canary.flow.labelled import rounds  # noqa: PLC0415 -- see the rule above

        ports = self._ports(spec, remaining_seconds)
        evidence = rounds.evaluate(rollout, plan, spec, ports)
        shards = wave(evidence, spec)
        if shards and evidence.child_shards:
            if ports.lists is None:
                return Progress(concluded=False)
            return Progress(
                concluded=False,
                at_once=at_once(spec, distributed=True),
                listed_at=ports.lists.put(rollout, evidence.revision, shards),
                child_shards=evidence.child_shards,
            )
        return Progress(evidence.concluded, shards, at_once(spec))

    def evaluate_shards(
        self,
        rollout: str,
        generation: int,
        shards: Sequence[int],
        remaining_seconds: RemainingSeconds,
    ) -> int:
        """Return how many records of these shards were gone through; none for a rollout with
        nothing to evaluate, and no more once it has nothing any more.
        """
        found = self._to_evaluate(rollout, generation)
        if found is None:
            return 0
        plan, spec = found
        from canary.flow.labelled import rounds  # noqa: PLC0415 -- see the rule above

        ports = self._ports(spec, remaining_seconds)

        def goes_on() -> bool:
            return self._to_evaluate(rollout, generation) is not None

        return rounds.evaluate_shards(rollout, plan, spec, ports, shards, goes_on)

    def _to_evaluate(self, rollout: str, generation: int) -> tuple[Plan, QualityGuardSpec] | None:
        record = self._rollouts.load(rollout)
        spec = record.plan.quality
        if spec is None or record.ended or record.rolling_back or record.generation != generation:
            return None
        return record.plan, spec

    def look_for_new_labels(
        self, now: datetime, remaining_seconds: RemainingSeconds
    ) -> tuple[str, ...]:
        """Return the baking rollouts whose labelled set has grown, evaluated on what is new, and
        announce them.

        A rollout whose set cannot be read or whose variants are busy is left for the next minute:
        the bake goes on without new labels.
        """
        told = []
        for rollout in self._rollouts.listed():
            record = self._rollouts.load(rollout)
            spec, stored = (
                record.plan.quality,
                self._store.load(rollout) if record.plan.has_quality else None,
            )
            if spec is None or stored is None or not wants_new_labels(record, stored, now):
                continue
            from canary.flow.labelled import rounds  # noqa: PLC0415 -- see the rule above

            try:
                ports = self._ports(spec, remaining_seconds)
                if rounds.evaluate_new_labels(rollout, record.plan, spec, ports, stored):
                    told.append(rollout)
            except (Refused, AwsUnavailable, AwsDenied, Conflict):
                continue
        if told:
            self._announcer.quality_evaluated(told, minute_of(now))
        return tuple(told)


def wants_new_labels(record: Record, evidence: QualityEvidence | None, now: datetime) -> bool:
    """Return whether a rollout may be asked about new labels in this minute."""
    if evidence is None or record.phase is not Phase.BAKING or record.rolling_back:
        return False
    minute = minute_of(now)
    recent = [called for called in evidence.called_minutes if minute - WITHIN_MINUTES < called]
    return len(recent) < OWN_TRAFFIC_MINUTES and not any(state.worse for state in evidence.states)
