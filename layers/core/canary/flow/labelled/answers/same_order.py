"""Whether a request's answers come in the order of its records: the first answers held against
those of a few records asked alone.

Rules: nothing is refused for a model that answers a record differently each time. Only where the
records alone and the request, both asked twice, repeat themselves, and the request holds the same
answers at other places, its order is another one; where they differ otherwise (a batch that changes
its records' answers) that is told.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from canary.domain.errors import Refused
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality.answer_keys import Role
from canary.flow.labelled.answers.prediction_file import Failed, Told
from canary.labelled.examples import Example

ASKED_ALONE = 8
"""Records of the first answers that are asked alone; those of a rare answer first, which a changed
order is least likely to hit by chance.
"""
WHOLE_REQUEST = 50
"""The largest request whose records are all asked alone once some differ."""
SAME_SCORE = 1e-3

Ask = Callable[[tuple[Example, ...]], Sequence[Told]]
Place = tuple[int, int]


@dataclass(frozen=True)
class Request:
    """One request of the probe: its records and what was told about each."""

    examples: tuple[Example, ...]
    told: Sequence[Told]


def order_told(
    role: Role,
    variant: str,
    heard: Sequence[Request],
    ask: Ask,
    may_go_on: Callable[[], bool],
) -> str:
    """Return what a person should know of a variant's requests of several records, empty for
    nothing.

    Raises Refused where their answers come in another order than their records.
    """
    places = _telling(heard)[:ASKED_ALONE]
    heard_alone = [(at, _alone(heard, at, ask)) for at in places if may_go_on()]
    asked = [(at, alone) for at, alone in heard_alone if isinstance(alone, Prediction)]
    differs = [at for at, alone in asked if not _same(_at(heard, at), alone)]
    for request in dict.fromkeys(request for request, _ in differs):
        if _is_reordered(heard[request], ask):
            raise Refused(
                "guards.quality.records_per_request",
                (
                    f"variant {variant} answers the records of one request in another order than "
                    "they were asked: alone they have the same answers at other places"
                ),
                "Let the container keep the order, or set records_per_request to 1",
            )
    unanswered = len(heard_alone) - len(asked)
    if unanswered:
        return f"{unanswered} of {len(heard_alone)} records the {role} does not answer alone"
    if not differs:
        return ""
    return (
        f"of {len(asked)} records the {role} answers {len(differs)} otherwise alone than in one "
        "request: it answers differently each time, or what stands beside a record changes it"
    )


def _telling(heard: Sequence[Request]) -> list[Place]:
    """Return the places of answers that differ within their request, rare ones first."""
    found: list[tuple[float, Place]] = []
    for number, one in enumerate(heard):
        if len(one.told) < 2 or any(isinstance(told, Failed) for told in one.told):
            continue
        counted = Counter(map(str, one.told))
        if len(counted) > 1:
            found += [
                (counted[str(told)] / len(one.told), (number, place))
                for place, told in enumerate(one.told)
            ]
    return [place for _, place in sorted(found)]


def _at(heard: Sequence[Request], at: Place) -> Told:
    return heard[at[0]].told[at[1]]


def _alone(heard: Sequence[Request], at: Place, ask: Ask) -> Told:
    return ask((heard[at[0]].examples[at[1]],))[0]


def _is_reordered(one: Request, ask: Ask) -> bool:
    """Return whether the same answers stand at other places, again and again."""
    if len(one.examples) > WHOLE_REQUEST or not _all_same(ask(one.examples), one.told):
        return False
    alone = [ask((example,))[0] for example in one.examples]
    if _all_same(alone, one.told) or not _all_same(sorted(alone, key=_key), _by_key(one.told)):
        return False
    return _all_same([ask((example,))[0] for example in one.examples], alone)


def _by_key(told: Sequence[Told]) -> Sequence[Told]:
    return sorted(told, key=_key)


def _key(told: Told) -> tuple[str, float]:
    if isinstance(told, Prediction):
        return told.decision, told.score or _likeliest(told)
    return told.text, 0.0


def _all_same(some: Sequence[Told], others: Sequence[Told]) -> bool:
    return all(_same(one, other) for one, other in zip(some, others, strict=True))


def _same(one: Told, other: Told) -> bool:
    """Return whether two answers are one, rounding of the score apart."""
    if not (isinstance(one, Prediction) and isinstance(other, Prediction)):
        return False
    if one.score is None or other.score is None:
        return one.decision == other.decision and _near(_likeliest(one), _likeliest(other))
    return _near(one.score, other.score)


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= SAME_SCORE * max(1.0, abs(one), abs(other))


def _likeliest(told: Prediction) -> float:
    return max(told.probabilities.values(), default=0.0) if told.probabilities else 0.0
