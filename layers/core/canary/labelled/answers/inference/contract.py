"""The contract made: from the spec and the first answers of both variants, or refused with what
they may mean.

Rules: each variant is read by its own answers. Where those leave something open, and the other
variant answers in the same shape and certainly, the answers of both together may settle it; they
never replace what a variant's own answers say. What stays open is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canary.domain.errors import Refused
from canary.domain.labelled.contract import WHOLE, AnswerContract, Reading
from canary.domain.plan.quality.answer_keys import Role
from canary.labelled.answers.errors import is_error
from canary.labelled.answers.inference.ambiguity import (
    Ambiguous,
    as_rules,
    form_of,
    shape_of,
)
from canary.labelled.answers.inference.explicit import explicit_reading, names_places
from canary.labelled.answers.inference.given import Given
from canary.labelled.answers.inference.infer import infer, without_errors
from canary.labelled.answers.inference.parts import check_elsewhere
from canary.labelled.answers.inference.words import contract_told, outliers_told
from canary.labelled.answers.names import KnownLabels
from canary.labelled.answers.places import unwrapped
from canary.labelled.answers.read import answers_in, document_of, values_of
from canary.labelled.numbers import UnreadableAnswer

FIELD = "guards.quality.answer"
ROLES: tuple[Role, Role] = ("baseline", "canary")
UNREADABLE = "None of the first answers could be read as a prediction."
Documents = list[tuple[Any, int]]
"""Answers, each with the number of records it was for."""
MOST_NAMES = 1_000
"""Names that are kept: a contract is stored with its evidence."""


@dataclass(frozen=True)
class Heard:
    """One answer of the probe, and the number of records it was for."""

    body: bytes
    content_type: str
    count: int


def make_contract(
    known: KnownLabels, heard: Mapping[Role, Sequence[Heard]], variants: Mapping[Role, str]
) -> AnswerContract | None:
    """Return the contract; None where no variant answered at all.

    Raises Refused where the answers can be read in more than one way, naming the variant, one
    answer's shape, the readings and the key that says which.
    """
    if not any(heard.values()):
        return None
    given = Given(known, known.spec.answer_rules)
    documents = {role: _documents(heard[role], known) for role in ROLES}
    readings, readable = _readings(documents, given, variants)
    ruled = {role: _ruled(readings[role], role, given, variants[role]) for role in ROLES}
    contract = AnswerContract(
        baseline=ruled["baseline"],
        canary=ruled["canary"],
        labels=tuple(sorted(known.names)) if len(known.names) <= MOST_NAMES else (),
        inferred=known.spec.answer is None,
        probed=sum(one.count for one in heard["baseline"] or heard["canary"]),
    )
    if not readable:
        shown = [shape_of(documents[role][0][0]) for role in ROLES if documents[role]]
        shape = f" One of them has the shape {shown[0]}." if shown and given.has_parts else ""
        return contract.but(told=UNREADABLE + shape)
    told = [contract_told(contract, known, variants)]
    for role in ROLES:
        answers = sum(one.count for one in heard[role])
        bodiless = answers - sum(count for _, count in documents[role])
        outliers = ["no document"] * bodiless + _outliers(documents[role], ruled[role], given)
        told.append(outliers_told(outliers, answers, variants[role]))
    return contract.but(told="".join(told))


def _documents(heard: Sequence[Heard], known: KnownLabels) -> Documents:
    documents = []
    for one in heard:
        try:
            documents.append((document_of(one.body, one.content_type, known), one.count))
        except UnreadableAnswer:
            continue
    return documents


def _readings(
    documents: Mapping[Role, Documents], given: Given, variants: Mapping[Role, str]
) -> tuple[dict[Role, Reading], bool]:
    """Return each variant's reading, the other's where its own answers allow none; and whether any
    answer could be read.
    """
    alone: dict[Role, Reading | Ambiguous | None] = {}
    for role in ROLES:
        try:
            alone[role] = _one(documents[role], given)
        except Ambiguous as error:
            alone[role] = error
    own: dict[Role, Reading] = {}
    for role, other in (ROLES, ROLES[::-1]):
        one = _settled(alone[role], alone[other], documents[role], documents[other], given)
        if isinstance(one, Ambiguous):
            raise _refused(one, variants[role])
        if one is not None:
            own[role] = one
    at = given.known.spec.answer_path
    none = given.base.but(label=WHOLE, at=at, whole=given.has_parts)
    fallback = next(iter(own.values()), none)
    return {role: own.get(role, fallback) for role in ROLES}, bool(own)


def _settled(
    one: Reading | Ambiguous | None,
    other: Reading | Ambiguous | None,
    answers: Documents,
    others: Documents,
    given: Given,
) -> Reading | Ambiguous | None:
    """Return a variant's reading with what it leaves open settled by the other's: only where both
    answer in one shape, the other's reading is certain, and it contradicts nothing.
    """
    if one is None or not isinstance(other, Reading) or one == other or _stays_open(one):
        return one
    if not _forms(answers) <= _forms(others) or not _says_all_of(other, one):
        return one
    try:
        both = _one([*answers, *others], given)
    except Ambiguous:
        return one
    if both is None or both.but(rounded=other.rounded) != other:
        return one
    if isinstance(one, Ambiguous) and _outliers(answers, both, given):
        return one
    return both


def _stays_open(one: Reading | Ambiguous) -> bool:
    return isinstance(one, Ambiguous) and not one.by_other


def _says_all_of(other: Reading, one: Reading | Ambiguous) -> bool:
    """Return whether a reading is another one and what that leaves unread."""
    if isinstance(one, Ambiguous):
        return True
    return one.unread is not None and one == other.but(
        score=one.score, score_of=one.score_of, rounded=one.rounded, unread=one.unread
    )


def _forms(documents: Documents) -> set[object]:
    return {form_of(document) for document, _ in documents if not is_error(unwrapped(document))}


def _outliers(documents: Documents, reading: Reading, given: Given) -> list[str]:
    """Return the shape of each answer that a reading does not fit; of one among several records of
    a request only what is wrong with it.
    """
    outliers = []
    for document, count in documents:
        try:
            found = answers_in(document, count, reading, given.known)
        except UnreadableAnswer:
            outliers += [shape_of(unwrapped(document))] * count
            continue
        failed = [one for one in found if isinstance(one, UnreadableAnswer)]
        outliers += [shape_of(unwrapped(document)) if count == 1 else str(one) for one in failed]
    return outliers


def _one(documents: Documents, given: Given) -> Reading | None:
    """Return the reading of some answers; None where none of them can be read at all.

    Raises Ambiguous with the shape of a whole answer.
    """
    try:
        return _read_of(documents, given)
    except Ambiguous as error:
        error.shape = shape_of(documents[0][0])
        raise


def _read_of(documents: Documents, given: Given) -> Reading | None:
    if names_places(given.rules):
        return explicit_reading(documents, given)
    at = given.known.spec.answer_path
    values, missing = [], []
    for document, count in documents:
        try:
            values.extend(values_of(document, count, at))
        except UnreadableAnswer:
            missing.append(document)
    if not values and missing and at is not None:
        raise Ambiguous(
            missing[0], (f"the expression {at!r} finds nothing",), "Correct answer (--answer)"
        )
    try:
        reading = infer(values, given) if values else None
    except (UnreadableAnswer, OverflowError, RecursionError):
        raise Ambiguous(
            values[0], ("no answer that was foreseen",), "Say where it is: answer (--answer PATH)"
        ) from None
    if reading is None and given.has_parts:
        _look_elsewhere(documents, values, given)
    return None if reading is None else reading.but(at=at)


def _look_elsewhere(documents: Documents, values: Sequence[Any], given: Given) -> None:
    """Return where nothing would make the answers readable; raise Ambiguous with what would."""
    at = given.known.spec.answer_path
    alone = all(count == 1 for _, count in documents)
    whole = given.base.but(label=WHOLE, whole=True)
    if at is None and alone:
        values = [document for document, _ in documents]
    place = (at or WHOLE) if alone else ""
    kept = without_errors(values, given)
    if kept:
        check_elsewhere(kept, given, whole, place)


def _ruled(reading: Reading, role: Role, given: Given, variant: str) -> Reading:
    """Return the reading with the variant's threshold, and refuse what the metrics cannot use."""
    spec = given.known.spec
    threshold = spec.threshold_for(role)
    if spec.task == "binary" and threshold is not None:
        if reading.score is None and reading.scores is None and _has_score(given, reading):
            problem = f"threshold is given and whose probability {variant}'s score is is not known"
            raise Refused(FIELD, problem, "Say which: " + as_rules(score_of="predicted"))
        scored = reading.tells_scores
        reading = reading.but(threshold=threshold, decides="score" if scored else "label")
    needing = given.need_probabilities
    if needing and not reading.tells_scores and spec.task in ("binary", "multiclass"):
        problem = (
            f"{needing[0]} needs probabilities, and the answers of variant {variant} are read as "
            "labels alone: no score, or one that may be P(positive label) or P(predicted label)"
        )
        raise Refused(FIELD, problem, "Say which: score and score_of, scores, or another metric")
    if reading.ranks_only and threshold is None and set(spec.chosen_metrics) != {"roc_auc"}:
        raise Refused(
            f"{FIELD}.ranks_only",
            "scores that only rank decide nothing without a threshold",
            "Give answer.threshold, or let roc_auc alone decide",
        )
    return reading


def _has_score(given: Given, reading: Reading) -> bool:
    return given.rules.score is not None and reading.label is not None


def _refused(error: Ambiguous, variant: str) -> Refused:
    readings = "; ".join(f"({i}) {one}" for i, one in enumerate(error.readings, start=1))
    problem = (
        f"the answers of variant {variant} can be read in more than one way, and none was chosen. "
        f"One of them has the shape {error.shape}. It may be: {readings}"
    )
    return Refused(FIELD, problem, error.remedy)
