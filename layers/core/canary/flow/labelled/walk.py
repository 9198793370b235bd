"""One walk through a labelled set's records in their seeded order, from where the last call
stopped.

A round is the whole set, or after new labels arrived the records that are new. Where shards ask
ahead, a walk ends behind the last record they were sent to.
"""

from canary.domain.labelled.by_request.paired_ratio import ratio_margins
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.paired import AnswerPair
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.time import minute_of
from canary.flow.labelled import sharding
from canary.flow.labelled.answers.answered import prediction_in
from canary.flow.labelled.answers.asking import RateCeiling
from canary.flow.labelled.answers.in_time import in_time
from canary.flow.labelled.answers.ordered_records import OrderedRecords, ceiling_of
from canary.flow.labelled.answers.probing import Agreed, agreed
from canary.flow.labelled.columns import Columns
from canary.flow.labelled.gathering import Gathering
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.flow.labelled.scores.own_scores import own_scores_of
from canary.labelled.records import RecordFile

RESERVE_SECONDS = 20.0
"""Time kept back for the calls under way, the report and the save."""


def walked(
    request: EvaluationRequest,
    ports: EvaluationPorts,
    records: RecordFile,
    evidence: QualityEvidence,
) -> QualityEvidence:
    """Return the evidence after one call's walk, with its contract agreed on first."""
    ceiling = ceiling_of(request, ports)
    found = agreed(request, ports, records, evidence, ceiling)
    return Walk(request, ports, records, found, ceiling).walk()


_UNSHARDED: dict[str, int | None] = {
    "shard_records": 0,
    "child_shards": 0,
    "sharded_from": 0,
    "sharded_until": 0,
    "sharded_at": None,
}


class Walk:
    """The records still to take, and what takes them."""

    def __init__(
        self,
        request: EvaluationRequest,
        ports: EvaluationPorts,
        records: RecordFile,
        found: Agreed,
        ceiling: RateCeiling,
    ) -> None:
        """Go on from the evidence: the same set version, order and position."""
        evidence = found.evidence
        self._request, self._ports = request, ports
        self._call_seconds = ports.remaining_seconds()
        self._places = OrderedRecords(request, ports, records, evidence, found.heard, ceiling)
        self._until = evidence.sharded_until or len(self._places)
        if evidence.contract is None:
            # Nobody answered: what was heard is all there is to tell.
            self._until = max(found.heard, default=self._until)
        self._pace: float | None = None
        self._asked_records = 0
        self._begun_at = evidence.position
        self._reserve = _reserve(request.spec, self._call_seconds)
        self._gathering = Gathering(
            request,
            ports,
            evidence,
            self._columns_before(evidence.position),
            own_scores_of(request.spec, ports, records.layout),
        )

    def walk(self) -> QualityEvidence:
        """Return the evidence once the tests decide, the records end or time runs short."""
        gathering = self._gathering
        try:
            if not gathering.may_stop():
                self._ask(gathering)
            for problem in sorted(self._places.problems):
                gathering.note("predictions", problem)
            gathering.finish(**self._shards(gathering.evidence))
        finally:
            self._places.close()
        return gathering.evidence

    def _ask(self, gathering: Gathering) -> None:
        """Ask until the tests decide, the records end or time runs short; look and keep whatever
        ends it.
        """
        start, started = gathering.evidence.position, self._ports.monotonic()
        answers = self._places.answers(start, self._until)
        try:
            for group, answered in answers:
                gathering.add(answered, group.unusable, group.end)
                self._asked_records += sum(one.asked for one in answered)
                if gathering.due():
                    gathering.look()
                    if gathering.may_stop() or self._is_far(start, started):
                        break
                if self._ports.remaining_seconds() < self._reserve:
                    break
        finally:
            answers.close()
            gathering.look()

    def _is_far(self, start: int, started: float) -> bool:
        """Return whether shards should go on from here; notes the pace they are cut by."""
        evidence, seconds = self._gathering.evidence, self._ports.monotonic() - started
        if seconds < sharding.MEASURED_SECONDS or not self._may_shard(evidence):
            return False
        pace, left = (evidence.position - start) / seconds, self._until - evidence.position
        distributed = sharding.is_distributed(len(self._places))
        spec, seconds = self._request.spec, self._call_seconds
        if sharding.pays(spec, left, pace, seconds, distributed=distributed):
            self._pace = pace
        return self._pace is not None

    def _may_shard(self, evidence: QualityEvidence) -> bool:
        """Return whether shards could leave their answers anywhere; records that arrive in a bake
        are few.
        """
        kept = self._ports.predictions is not None and not self._places.problems
        if ratio_margins(self._request.spec):  # shards keep answers, not what they cost
            return False
        return kept and evidence.first_record == 0 and evidence.shard_records == 0

    def _shards(self, evidence: QualityEvidence) -> dict[str, int | None]:
        """Return what the evidence says of shards from here on: the next wave's, or none; nothing
        new while a wave is being taken in.
        """
        spec = self._request.spec
        cut = sharding.Cut(evidence.shard_records, evidence.child_shards)
        if self._pace is not None:
            cut = sharding.cut(spec, len(self._places), self._pace)
        if not cut.shard_records or self._places.problems:
            return dict(_UNSHARDED)
        if self._is_taking_in(evidence):
            return {}
        begun = {**cut._asdict(), "sharded_from": evidence.position}
        numbers = sharding.wave(evidence.but(**begun), spec)
        until = (numbers[-1] + 1) * cut.shard_records if numbers else 0
        minute = minute_of(self._ports.utc_now())
        return {**begun, "sharded_until": min(until, len(self._places)), "sharded_at": minute}

    def _is_taking_in(self, evidence: QualityEvidence) -> bool:
        """Return whether the next call goes on with what child executions left: not where this one
        had to ask for more than half of it by itself.
        """
        taken = evidence.position - self._begun_at
        left = evidence.child_shards and evidence.position < evidence.sharded_until
        return bool(left) and 2 * self._asked_records <= taken

    def _columns_before(self, position: int) -> Columns:
        """Return the predictions that the evidence so far rests on, as far as they were kept."""
        scorer, kept = self._ports.scorer, self._places.kept
        columns = Columns(
            self._request.spec, None if scorer is None else scorer.begin(self._request.spec)
        )
        taken = self._places.taken_before(position)
        for example in in_time(taken, self._ports, len(self._places)):
            baseline, canary = (prediction_in(one.known(example.row)) for one in kept)
            if baseline is not None or canary is not None:
                columns.add([AnswerPair(example.label, baseline, canary, example.slice)])
        return columns


def _reserve(spec: QualityGuardSpec, call_seconds: float) -> float:
    """Return the time kept back: a scorer's, for two batches in a row, is more."""
    if spec.scorer is None:
        return RESERVE_SECONDS
    return min(RESERVE_SECONDS + 2 * spec.scorer_timeout_seconds, call_seconds / 2)
