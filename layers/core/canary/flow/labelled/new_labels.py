"""New labels while a rollout bakes: the records that arrived are evaluated, and the tests go on
where they stand.

Rules: only records appended to the set are new; a set that was rewritten is told and not used,
because its records cannot be told apart from those already counted. The calls are own traffic, so
at most 2 minutes in 10 have any.
"""

from collections.abc import Callable
from dataclasses import replace

from canary.domain.labelled.account import account_of
from canary.domain.labelled.contract import AnswerContract
from canary.domain.labelled.evidence import NOTES_KEPT, Note, QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.flow.labelled.scores.standing import asked_again, may_be_asked_again
from canary.flow.labelled.walk import walked
from canary.labelled.label_names import label_names
from canary.labelled.records import RecordFile

CALL_SECONDS = 60.0
"""How long one call may take during a bake, reserve included: it touches two minutes at most."""


def evaluate_new_labels(
    request: EvaluationRequest, ports: EvaluationPorts, stored: QualityEvidence
) -> bool:
    """Return whether there was something new: the set's version changed, an earlier call left
    records over, or a scorer that failed was asked again.
    """
    if may_be_asked_again(stored):
        stored = asked_again(stored)
    begun_before = stored.first_record > 0 or request.spec.scorer is not None
    unfinished = begun_before and not stored.concluded
    if not unfinished and ports.source.version(request.spec.labelled_set) == stored.set_version:
        return False
    fetched = ports.source.fetch(request.spec.labelled_set)
    with RecordFile(fetched.path, request.spec) as records:
        # A first round that a failed scorer left open is ended before new records are looked at.
        left_open = stored.first_record == 0 and not stored.concluded
        goes_on = left_open and still_holds(stored, records)
        begun = (
            stored
            if fetched.version == stored.set_version or goes_on
            else next_round(request, stored, fetched.version, records)
        )
        if begun.concluded:
            ports.store.save(begun.but(revision=stored.revision + 1), stored.revision)
            return True
        limited = replace(ports, remaining_seconds=_at_most(CALL_SECONDS, ports))
        walked(request, limited, records, begun)
    return True


def next_round(
    request: EvaluationRequest, stored: QualityEvidence, set_version: str, records: RecordFile
) -> QualityEvidence:
    """Return the evidence ready for the appended records; concluded as it was when there are none
    to tell apart.
    """
    before, total = stored.records_total, len(records)
    if not still_holds(stored, records):
        return rewritten(stored, set_version)
    if total == before:
        return stored.but(set_version=set_version)
    return stored.but(
        set_version=set_version,
        contract=_with_new_names(stored.contract, request.spec, records),
        content_digest=records.digest(total),
        first_record=before,
        not_asked_before=account_of(stored).not_asked,
        records_total=total,
        position=0,
        concluded=False,
        exhausted=False,
        shard_records=0,
        child_shards=0,
        sharded_from=0,
        sharded_until=0,
        sharded_at=None,
    )


def _with_new_names(
    contract: AnswerContract | None, spec: QualityGuardSpec, records: RecordFile
) -> AnswerContract | None:
    """Return the contract with the classes that only the new records have."""
    if contract is None or not contract.labels:
        return contract
    names = label_names(records, spec)
    return contract.but(labels=tuple(sorted({*contract.labels, *names})))


def still_holds(stored: QualityEvidence, records: RecordFile) -> bool:
    """Return whether the set still begins with the records the evidence speaks of."""
    return (
        len(records) >= stored.records_total
        and records.digest(stored.records_total) == stored.content_digest
    )


def rewritten(stored: QualityEvidence, set_version: str) -> QualityEvidence:
    """Return the evidence closed, with a note, because its set is not there any more."""
    note = Note(
        kind="rewritten set",
        text="the set was rewritten, not appended to; its records are not used",
    )
    notes = (*stored.notes[: NOTES_KEPT - 1], note)
    return stored.but(set_version=set_version, concluded=True, notes=notes)


def _at_most(seconds: float, ports: EvaluationPorts) -> Callable[[], float]:
    """Return the remaining time, cut to so many seconds from now."""
    deadline = ports.monotonic() + seconds
    return lambda: min(ports.remaining_seconds(), deadline - ports.monotonic())
