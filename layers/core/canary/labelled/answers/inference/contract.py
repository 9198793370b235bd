"""The contract made: from the spec and the first answers of both variants, or refused with what
they may mean.

Rules: each variant is read by itself; where that leaves something open the answers of both
together may settle it, because one reading has to explain all of them. What stays open is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canary.domain.errors import Refused
from canary.domain.labelled.contract import WHOLE, AnswerContract, Reading
from canary.domain.plan.quality.answer_keys import Role
from canary.labelled.answers.bodies.document import read_document
from canary.labelled.answers.inference.ambiguity import Ambiguous, as_rules, shape_of
from canary.labelled.answers.inference.explicit import explicit_reading, names_places
from canary.labelled.answers.inference.given import Given
from canary.labelled.answers.inference.infer import infer
from canary.labelled.answers.inference.words import contract_told
from canary.labelled.answers.names import KnownLabels
from canary.labelled.answers.read import values_of
from canary.labelled.numbers import UnreadableAnswer

FIELD = "guards.quality.answer"
ROLES: tuple[Role, Role] = ("baseline", "canary")
UNREADABLE = "None of the first answers could be read as a prediction."
NEED_SCORES = frozenset({"log_loss", "roc_auc", "brier"})
"""Deciding metrics that need probabilities of both variants."""


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
    plain = known.spec.task == "text"
    documents = {role: _documents(heard[role], plain=plain) for role in ROLES}
    readings, readable = _readings(documents, given, variants)
    ruled = {role: _ruled(readings[role], role, given, variants[role]) for role in ROLES}
    contract = AnswerContract(
        baseline=ruled["baseline"],
        canary=ruled["canary"],
        labels=tuple(sorted(known.names)),
        inferred=known.spec.answer is None,
        probed=sum(one.count for one in heard["baseline"] or heard["canary"]),
    )
    told = contract_told(contract, known, variants) if readable else UNREADABLE
    return contract.but(told=told)


def _documents(heard: Sequence[Heard], *, plain: bool) -> list[tuple[Any, int]]:
    documents = []
    for one in heard:
        try:
            documents.append((read_document(one.body, one.content_type, plain=plain), one.count))
        except UnreadableAnswer:
            continue
    return documents


def _readings(
    documents: Mapping[Role, list[tuple[Any, int]]], given: Given, variants: Mapping[Role, str]
) -> tuple[dict[Role, Reading], bool]:
    """Return each variant's reading, the other's where its own answers allow none; and whether any
    answer could be read.
    """
    found: dict[Role, Reading | Ambiguous | None] = {}
    for role in ROLES:
        try:
            found[role] = _one(documents[role], given)
        except Ambiguous as error:
            found[role] = error
    both = _together(documents, given)
    if both is not None and all(_says_less(found[role], both) for role in ROLES):
        return dict.fromkeys(ROLES, both), True
    own: dict[Role, Reading] = {}
    for role, one in found.items():
        if isinstance(one, Ambiguous):
            raise _refused(one, variants[role])
        if one is not None:
            own[role] = one
    none = given.base.but(label=WHOLE, at=given.known.spec.answer_path)
    fallback = next(iter(own.values()), none)
    return {role: own.get(role, fallback) for role in ROLES}, bool(own)


def _says_less(one: Reading | Ambiguous | None, both: Reading) -> bool:
    """Return whether the reading of both says all that this variant's own does."""
    return not isinstance(one, Reading) or both.tells_scores or not one.tells_scores


def _together(documents: Mapping[Role, list[tuple[Any, int]]], given: Given) -> Reading | None:
    try:
        return _one([*documents["baseline"], *documents["canary"]], given)
    except Ambiguous:
        return None


def _one(documents: list[tuple[Any, int]], given: Given) -> Reading | None:
    """Return the reading of some answers; None where none of them can be read at all.

    Raises Ambiguous with the shape of a whole answer.
    """
    try:
        return _read_of(documents, given)
    except Ambiguous as error:
        error.shape = shape_of(documents[0][0])
        raise


def _read_of(documents: list[tuple[Any, int]], given: Given) -> Reading | None:
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
    return None if reading is None else reading.but(at=at)


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
    needing = sorted(NEED_SCORES & spec.chosen_metrics.keys())
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
