"""Shards of a round too long for one call after another: both variants' answers, asked and kept.

Rules: a shard asks and keeps predictions and nothing else. The evaluation then walks the same
places in the same order with everything known, so its tests see what one long call would have seen;
what a shard left open is asked there. Whoever asks looks now and then whether it still should.
"""

from collections.abc import Callable, Iterator, Sequence

from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.answers.ordered_records import OrderedRecords
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.flow.labelled.new_labels import still_holds
from canary.flow.labelled.sharding import share_of
from canary.flow.labelled.walk import RESERVE_SECONDS
from canary.labelled.records import RecordFile

ASKED_ON_SECONDS = 15.0
"""How often a shard looks whether its rollout still goes forward."""


def evaluate_shards(
    request: EvaluationRequest,
    ports: EvaluationPorts,
    shards: Sequence[int],
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Return how many records of these shards were gone through, within their part of the
    request's ceilings; fewer where time ran short or `goes_on` said no.

    Nothing is done where the evidence has concluded, is not sharded or speaks of another set: the
    next call of the evaluation settles that. Raises AwsUnavailable when a variant stays busy and
    AwsDenied when the endpoint is gone; what was answered before is kept in every case.
    """
    stored = ports.store.load(request.rollout)
    if stored is None or stored.concluded or not stored.shard_records:
        return 0
    fetched = ports.source.fetch(request.spec.labelled_set)
    share = request.but(spec=share_of(request.spec, distributed=stored.child_shards > 0))
    with RecordFile(fetched.path, request.spec) as records:
        if fetched.version != stored.set_version and not still_holds(stored, records):
            return 0
        asked = 0
        for places in _places(stored, shards):
            order = OrderedRecords(share, ports, records, stored, places=places)
            try:
                asked += 0 if order.problems else _asked(order, places, ports, goes_on)
            finally:
                order.close()
        return asked


def _places(stored: QualityEvidence, shards: Sequence[int]) -> Iterator[range]:
    """Yield the places of shards, those of neighbours together."""
    size, end = stored.shard_records, stored.round_records
    numbers = sorted(set(shards))
    for at, number in enumerate(numbers):
        if at and numbers[at - 1] == number - 1:
            continue
        last = number
        while last + 1 in numbers:
            last += 1
        yield range(min(number * size, end), min((last + 1) * size, end))


def _asked(
    order: OrderedRecords, places: range, ports: EvaluationPorts, goes_on: Callable[[], bool]
) -> int:
    reached, looked = places.start, ports.monotonic()
    answers = order.answers(places.start, places.stop)
    try:
        for group, _ in answers:
            reached = group.end
            if ports.remaining_seconds() < RESERVE_SECONDS or order.problems:
                break
            if ports.monotonic() - looked >= ASKED_ON_SECONDS:
                looked = ports.monotonic()
                if not goes_on():
                    break
    finally:
        answers.close()
    return reached - places.start
