"""The first answers of both variants, and the contract agreed on them before any counts.

Rules: what was asked for the probe is not asked again: it is read by the contract as the first
records of the evaluation. A contract kept by an earlier evaluation of the same set, models and spec
spares the probe.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from canary.domain.errors import Refused
from canary.domain.labelled.contract import AnswerContract, Reading
from canary.domain.labelled.evidence import Note, QualityEvidence
from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.plan.quality.answer_keys import Role
from canary.flow.labelled.answers.asking import Outcome, RateCeiling
from canary.flow.labelled.answers.kept_predictions import KeptContract
from canary.flow.labelled.answers.ordered_records import Group, OrderedRecords
from canary.flow.labelled.answers.prediction_file import Failed
from canary.flow.labelled.answers.same_order import Request, order_told
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.labelled.answers.agreement import check_agreement
from canary.labelled.answers.inference.contract import Heard, make_contract
from canary.labelled.answers.names import KnownLabels, known_labels
from canary.labelled.answers.read import read_answers
from canary.labelled.label_names import label_names
from canary.labelled.numbers import UnreadableAnswer
from canary.labelled.records import RecordFile
from canary.ports.quality import Reply

PROBED_RECORDS = 20
RESERVE_SECONDS = 20.0
"""A call with less time left begins no further request of the probe."""

Pair = tuple[Outcome, Outcome]


@dataclass(frozen=True)
class Agreed:
    """The evidence with its contract, and what was heard for it by the position behind each
    request.
    """

    evidence: QualityEvidence
    heard: Mapping[int, Pair] = field(default_factory=dict)


def agreed(
    request: EvaluationRequest,
    ports: EvaluationPorts,
    records: RecordFile,
    evidence: QualityEvidence,
    ceiling: RateCeiling,
    probed: int = PROBED_RECORDS,
) -> Agreed:
    """Return the evidence with the contract, asked for now where there is none yet.

    Where neither variant answered there is no contract, and what was heard says why. Raises Refused
    where the answers can be read in more than one way.
    """
    if evidence.contract is not None:
        return Agreed(evidence)
    kept = KeptContract(request, ports, evidence)
    contract = kept.load()
    if contract is not None:
        return Agreed(_with(evidence, contract))
    places = OrderedRecords(request, ports, records, evidence, ceiling=ceiling)
    heard = places.hear(
        evidence.position, probed, lambda: ports.remaining_seconds() >= RESERVE_SECONDS
    )
    contract = _contract(request, records, heard)
    pairs = {group.end: pair for group, pair in heard}
    if contract is None:
        _check_alone(request, places, heard)
        return Agreed(evidence, pairs)
    found = _with(evidence, contract)
    notes = _order_notes(request, ports, records, found, heard, ceiling)
    kept.keep(contract)
    return Agreed(found.but(notes=(*found.notes, *notes)), pairs)


def _with(evidence: QualityEvidence, contract: AnswerContract) -> QualityEvidence:
    return evidence.but(contract=contract, contract_from=evidence.counts.used)


def _check_alone(
    request: EvaluationRequest, places: OrderedRecords, heard: list[tuple[Group, Pair]]
) -> None:
    """Return where neither variant answers a record alone either; raise Refused where requests of
    several records are what both fail.
    """
    asked = [group.examples for group, _ in heard if len(group.examples) > 1]
    if not asked:
        return
    alone = places.asker().hear(asked[0][:1])
    if not any(isinstance(one.reply, Reply) for one in alone):
        return
    failed = [one.reply.text for one in heard[0][1] if isinstance(one.reply, Failed)]
    raise Refused(
        "guards.quality.records_per_request",
        (
            f"both variants fail all of the first {len(heard)} requests of up to "
            f"{request.spec.records_per_request} records ({'; '.join(dict.fromkeys(failed))}), and "
            "one record alone is answered"
        ),
        "Set records_per_request to 1, or correct the form of the request",
    )


def _order_notes(
    request: EvaluationRequest,
    ports: EvaluationPorts,
    records: RecordFile,
    evidence: QualityEvidence,
    heard: list[tuple[Group, Pair]],
    ceiling: RateCeiling,
) -> list[Note]:
    """Return what is told of requests of several records; raise Refused where a variant answers
    them in another order.
    """
    if request.spec.records_per_request == 1:
        return []
    asker = OrderedRecords(request, ports, records, evidence, ceiling=ceiling).asker()
    notes = []
    for side, (role, variant) in enumerate(_variants(request).items()):
        first = [
            Request(group.examples, asker.told_in(pair[side].reply, role, len(group.examples)))
            for group, pair in heard
        ]
        told = order_told(
            role,
            variant,
            first,
            partial(asker.told_by, role),
            lambda: ports.remaining_seconds() >= RESERVE_SECONDS,
        )
        notes += [Note(kind="request", text=told)] if told else []
    return notes


def _variants(request: EvaluationRequest) -> dict[Role, str]:
    return {"baseline": request.baseline, "canary": request.canary}


def _contract(
    request: EvaluationRequest, records: RecordFile, heard: list[tuple[Group, Pair]]
) -> AnswerContract | None:
    roles: tuple[Role, Role] = ("baseline", "canary")
    if not any(isinstance(one.reply, Reply) for _, pair in heard for one in pair):
        return None
    known = known_labels(request.spec, label_names(records, request.spec))
    told = {role: [one for _, one in _answers(heard, side)] for side, role in enumerate(roles)}
    variants = _variants(request)
    contract = make_contract(known, told, variants)
    if contract is None:
        return None
    said = {
        role: _predictions(_answers(heard, side), contract.of(role), known)
        for side, role in enumerate(roles)
    }
    check_agreement(said, contract, known, variants)
    return contract


def _predictions(
    told: list[tuple[Group, Heard]], reading: Reading, known: KnownLabels
) -> list[tuple[Label, Prediction]]:
    """Return what of the first answers can be read, each beside the record's label."""
    found: list[tuple[Label, Prediction]] = []
    for group, one in told:
        with contextlib.suppress(UnreadableAnswer):
            read = read_answers(one.body, one.content_type, one.count, reading, known)
            labels = [example.label for example in group.examples]
            pairs = zip(labels, read, strict=True)
            found += [(label, each) for label, each in pairs if isinstance(each, Prediction)]
    return found


def _answers(heard: list[tuple[Group, Pair]], side: int) -> list[tuple[Group, Heard]]:
    return [
        (group, Heard(reply.body, reply.content_type, len(group.examples)))
        for group, pair in heard
        if isinstance(reply := pair[side].reply, Reply)
    ]
