"""What the numbers of a ranking are: scores, ranks, places or distances; told apart by the spec.

Rules: whole numbers that could be a ranking themselves have more than one reading, and which one it
is no shape tells.
"""

from collections.abc import Collection, Mapping, Sequence

from canary.domain.plan.quality.metric_keys import RankedBy
from canary.labelled.numbers import UnreadableAnswer

Numbers = Sequence[float] | Mapping[str, float]


def as_scores(told: Numbers, ranked_by: RankedBy | None) -> Numbers:
    """Return a record's numbers as scores, of which more is better; as they are where the spec does
    not say what they are. Raises UnreadableAnswer where they are no order of items.
    """
    if ranked_by in {None, "scores"}:
        return told
    if ranked_by == "order":
        return _of_places(told)
    if isinstance(told, Mapping):
        return {item: -number for item, number in told.items()}
    return [-number for number in told]


def _of_places(told: Numbers) -> list[float]:
    """Return the scores of items in the label's order, from their indexes best first."""
    if isinstance(told, Mapping):
        raise UnreadableAnswer("scores by item are no order of indexes")
    count = len(told)
    first = next((base for base in (0, 1) if sorted(told) == list(range(base, base + count))), None)
    if first is None:
        raise UnreadableAnswer(f"{count} numbers are no order of {count} items")
    places = {int(index) - first: place for place, index in enumerate(told)}
    return [-float(places[item]) for item in range(count)]


def may_be_ranks(told: Numbers) -> bool:
    """Return whether numbers could be ranks or indexes of their own items: 0 to n - 1, 1 to n, or
    such with ties (the same rank, the next one or the mean one).
    """
    values = sorted(told.values() if isinstance(told, Mapping) else told)
    return any(_are_ranks([value - first for value in values]) for first in (0, 1))


def _are_ranks(values: Sequence[float]) -> bool:
    """Return whether ordered values are ranks from 0."""
    distinct = sorted(set(values))
    if distinct == [float(rank) for rank in range(len(distinct))]:
        return True
    below = [(_before(value, values), values.count(value)) for value in distinct]
    least = [float(before) for before, _ in below]
    mean = [before + (ties - 1) / 2 for before, ties in below]
    most = [float(before + ties - 1) for before, ties in below]
    return distinct in (least, mean, most)


def _before(value: float, values: Collection[float]) -> int:
    return sum(one < value for one in values)


def says_nothing(told: Numbers) -> bool:
    """Return whether numbers order nothing, so that they show no reading."""
    return len(set(told.values() if isinstance(told, Mapping) else told)) < 2
