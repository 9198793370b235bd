"""The labelled set through both variants: paired evidence, gathered until it decides, the set ends or time runs out.

Rules: the order of records is a permutation seeded by the rollout, so a continuation walks the same order from the
stored position. Evidence is saved after every batch: whatever ends an evaluation, what was evaluated is kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from canary.domain.model import Frozen
from canary.domain.paired import GateLevels
from canary.domain.quality import QualityGuardSpec
from canary.domain.quality_evidence import QualityEvidence
from canary.flow.asking import Answered, Asker, RateCeiling, ask_in_order
from canary.flow.gathering import Gathering
from canary.labelled.check import check_records
from canary.labelled.examples import Example, read_example
from canary.labelled.order import seeded_order
from canary.labelled.records import RecordFile, UnusableRow
from canary.ports.quality import Invoker, LabelledSource, QualityStore, Scorer

RESERVE_SECONDS = 20.0
"""Time kept back for the calls under way, the report and the save."""
HEAD_BYTES = 262_144
"""How much of a set is read to check it before a rollout."""


@dataclass(frozen=True)
class Group:
    """The rows of one request: those to ask about, those that cannot be used, and the position behind them."""

    examples: tuple[Example, ...]
    unusable: tuple[tuple[int, str], ...]
    end: int


def check_labelled_set(spec: QualityGuardSpec, source: LabelledSource) -> str:
    """Return the labelled set's version once its head fits the spec; no model is called.

    Raises Refused naming the field, the problem and the remedy.
    """
    head = source.head(spec.labelled_set, HEAD_BYTES)
    with RecordFile(head.path, spec, at_most_bytes=None if head.whole else HEAD_BYTES) as records:
        check_records(records, spec, whole=head.whole)
    return head.version


def evaluate(request: EvaluationRequest, ports: EvaluationPorts) -> QualityEvidence:
    """Return the evidence after as much of the set as was needed or as time allowed; `concluded` tells which.

    Raises Refused when the spec does not fit the set, AwsUnavailable when a variant stays busy and AwsDenied when the
    endpoint is gone; evidence gathered before is stored in every case.
    """
    stored = ports.store.load(request.rollout)
    if stored is not None and stored.concluded:
        return stored
    fetched = ports.source.fetch(request.spec.labelled_set)
    with RecordFile(fetched.path, request.spec) as records:
        check_records(records, request.spec, whole=True)
        gathering = Gathering(request, ports, stored, fetched.version, len(records))
        _walk(request, ports, records, gathering)
    return gathering.evidence


def _walk(request: EvaluationRequest, ports: EvaluationPorts, records: RecordFile, gathering: Gathering) -> None:
    """Ask about records in order, batch by batch, until the tests decide, the set ends or time runs short."""
    spec = request.spec
    asker = Asker(
        ports.invoker, request.endpoint, request.baseline, request.canary, spec, records.layout,
        RateCeiling(spec.max_requests_per_second, ports.monotonic, ports.sleep), ports.sleep,
    )  # fmt: skip

    def ask(group: Group) -> tuple[Group, list[Answered]]:
        return group, asker.ask(group.examples) if group.examples else []

    answers = ask_in_order(ask, _groups(records, request, gathering.evidence.position), spec.concurrency)
    try:
        for group, answered in answers:
            gathering.add(answered, group.unusable, group.end)
            if gathering.due():
                gathering.look()
                if gathering.may_stop():
                    break
            if ports.remaining_seconds() < RESERVE_SECONDS:
                break
    finally:
        answers.close()
        gathering.look()
    gathering.finish()


def _groups(records: RecordFile, request: EvaluationRequest, position: int) -> Iterator[Group]:
    """Return the requests still to send, in the rollout's order."""
    order = seeded_order(len(records), request.rollout)
    examples: list[Example] = []
    unusable: list[tuple[int, str]] = []
    for place in range(position, len(order)):
        try:
            examples.append(read_example(records.row(order[place]), records.layout, request.spec))
        except UnusableRow as error:
            unusable.append((order[place] + 1, str(error)))
        if len(examples) == request.spec.records_per_request or place == len(order) - 1:
            yield Group(tuple(examples), tuple(unusable), place + 1)
            examples, unusable = [], []
