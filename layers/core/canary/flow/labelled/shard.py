"""One shard of a round too long for one call after another: both variants' answers, asked and kept.

Rules: a shard asks and keeps predictions and nothing else. The evaluation then walks the same
places in the same order with everything known, so its tests see what one long call would have seen;
what a shard left open is asked there.
"""

from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.answers.ordered_records import OrderedRecords
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.flow.labelled.new_labels import still_holds
from canary.flow.labelled.walk import RESERVE_SECONDS
from canary.labelled.records import RecordFile


def evaluate_shard(request: EvaluationRequest, ports: EvaluationPorts, shard: int) -> int:
    """Return how many records of a shard were gone through; the request's spec is already the
    shard's share.

    Nothing is done where the evidence has concluded, is not sharded or speaks of another set: the
    next call of the evaluation settles that. Raises AwsUnavailable when a variant stays busy and
    AwsDenied when the endpoint is gone; what was answered before is kept in every case.
    """
    stored = ports.store.load(request.rollout)
    if stored is None or stored.concluded or not stored.shard_records:
        return 0
    fetched = ports.source.fetch(request.spec.labelled_set)
    with RecordFile(fetched.path, request.spec) as records:
        if fetched.version != stored.set_version and not still_holds(stored, records):
            return 0
        places = OrderedRecords(request, ports, records, stored)
        try:
            return 0 if places.problems else _asked(places, stored, ports, shard)
        finally:
            places.close()


def _asked(
    places: OrderedRecords, stored: QualityEvidence, ports: EvaluationPorts, shard: int
) -> int:
    start = shard * stored.shard_records
    end, reached = min(start + stored.shard_records, len(places)), start
    answers = places.answers(start, end)
    try:
        for group, _ in answers:
            reached = group.end
            if ports.remaining_seconds() < RESERVE_SECONDS or places.problems:
                break
    finally:
        answers.close()
    return reached - start
