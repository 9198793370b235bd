"""What a label or an answer of several parts is, and the one text it is kept as.

Rules: the text is JSON without white space, so that equal values are equal texts; both the labelled
set's reader and the answers' reader write it, the metrics read it. Predictions are kept by it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from canary.domain.labelled.scorers.sets import Span


def text_of(value: Any) -> str:
    """Return JSON values as the text they are kept as."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def references(text: str) -> tuple[str, ...]:
    """Return a text label's references."""
    return tuple(json.loads(text))


def spans_text(spans: Iterable[Span]) -> str:
    """Return entities as text, in order, as often as each is told."""
    return text_of(sorted(spans))


def spans(text: str) -> frozenset[tuple[Span, int]]:
    """Return the entities of a text, each with how often it stood there before: told again it is
    another one, which no label holds.
    """
    told = Counter[Span]()
    for start, end, kind in json.loads(text):
        told[int(start), int(end), str(kind)] += 1
    return frozenset((span, again) for span, times in told.items() for again in range(times))


def labels_text(labels: Iterable[str]) -> str:
    """Return a set of labels as text, each once, in order."""
    return text_of(sorted(set(labels)))


def labels(text: str) -> frozenset[str]:
    """Return the set of labels of a text."""
    return frozenset(json.loads(text))


def names_told(text: str, task: str) -> list[str]:
    """Return the names in a label set, or the type of each entity."""
    if task == "multilabel":
        return sorted(labels(text))
    return [kind for (_, _, kind), _ in sorted(spans(text))]


def names_in(text: str, task: str) -> frozenset[str]:
    """Return the names in a label set, or the types of entities."""
    return frozenset(names_told(text, task))


def ranking(label: str, answer: str) -> tuple[Sequence[float], Sequence[float]] | None:
    """Return (relevances, scores) of the same items; None where the answer ranks other items.

    A label is a list of relevances, or relevances by item; an answer a list of scores in the
    label's order, scores by item, or the items from best to worst. An item left out ranks last.
    """
    wanted, told = json.loads(label), json.loads(answer)
    named = isinstance(told, dict) or all(isinstance(item, str) for item in told)
    if isinstance(wanted, list):
        return (wanted, told) if not named and len(told) == len(wanted) else None
    if not named:
        return None
    scores = told if isinstance(told, dict) else {item: -i for i, item in enumerate(told)}
    last = min(scores.values(), default=0.0) - 1
    items = sorted(wanted.keys() | scores.keys())
    return [wanted.get(item, 0.0) for item in items], [scores.get(item, last) for item in items]


def steps(text: str) -> tuple[float, ...]:
    """Return a quantile task's label: one number, or one for each step of a forecast."""
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else (float(value),)


def quantiles(text: str) -> Mapping[float, Sequence[float]]:
    """Return a quantile task's answer: by quantile one number a step."""
    rows = json.loads(text)
    return {float(q): row if isinstance(row, list) else [row] for q, row in rows.items()}
