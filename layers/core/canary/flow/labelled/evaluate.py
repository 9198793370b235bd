"""The labelled set through both variants: paired evidence, gathered until it decides, the set ends
or time runs out.

Rules: the order of records is a permutation seeded by the rollout, so a continuation walks the same
order from the stored position. Evidence is saved after every batch: whatever ends an evaluation,
what was evaluated is kept.
"""

from canary.domain.errors import AwsUnavailable
from canary.domain.labelled.contract import AnswerContract
from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.answers.ordered_records import ceiling_of
from canary.flow.labelled.answers.prediction_file import Failed
from canary.flow.labelled.answers.probing import agreed
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.flow.labelled.new_labels import rewritten, still_holds
from canary.flow.labelled.scores.beginning import first_evidence
from canary.flow.labelled.scores.own_scores import own_scores_of
from canary.flow.labelled.scores.standing import asked_again, may_be_asked_again
from canary.flow.labelled.walk import walked
from canary.labelled.check import check_records
from canary.labelled.meant import check_meant
from canary.labelled.records import RecordFile


def evaluate(request: EvaluationRequest, ports: EvaluationPorts) -> QualityEvidence:
    """Return the evidence after as much of the set as was needed or as time allowed; `concluded`
    tells which.

    Raises Refused when the spec does not fit the set, AwsUnavailable when a variant stays busy and
    AwsDenied when the endpoint is gone; evidence gathered before is stored in every case. A set
    rewritten between two calls closes the evidence as it stands: its order and its records are
    gone.
    """
    stored = ports.store.load(request.rollout)
    if stored is not None and may_be_asked_again(stored):
        stored = asked_again(stored)
    if stored is not None and stored.concluded:
        return stored
    fetched = ports.source.fetch(request.spec.labelled_set)
    with RecordFile(fetched.path, request.spec) as records:
        if stored is None:
            check_meant(request.spec, records)
        check_records(records, request.spec, whole=True)
        own_scores_of(request.spec, ports, records.layout)  # refused before any model is asked
        if stored is None:
            first = first_evidence(request, fetched.version, records)
            return walked(request, ports, records, first)
        changed = fetched.version != stored.set_version or len(records) != stored.records_total
        if changed and not still_holds(stored, records):
            closed = rewritten(stored, fetched.version).but(revision=stored.revision + 1)
            ports.store.save(closed, stored.revision)
            return closed
        return walked(request, ports, records, stored)


def probe(request: EvaluationRequest, ports: EvaluationPorts, count: int) -> AnswerContract:
    """Return how the first `count` answers of both variants are read; nothing is judged or kept.

    Raises Refused as an evaluation would, AwsUnavailable where neither variant answers.
    """
    fetched = ports.source.fetch(request.spec.labelled_set)
    with RecordFile(fetched.path, request.spec) as records:
        check_meant(request.spec, records)
        check_records(records, request.spec, whole=True)
        first = first_evidence(request, fetched.version, records)
        found = agreed(request, ports, records, first, ceiling_of(request, ports), count)
    if found.evidence.contract is None:
        outcomes = [one.reply for pair in found.heard.values() for one in pair]
        told = sorted({one.text for one in outcomes if isinstance(one, Failed)})
        raise AwsUnavailable(f"no answer to read: {'; '.join(told)[:300] or 'no usable record'}")
    return found.evidence.contract
