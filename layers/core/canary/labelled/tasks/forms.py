"""What is read of an answer of several parts, in words; and what its keys are called elsewhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.metric_keys import Task
from canary.labelled.numbers import UnreadableAnswer
from canary.labelled.tasks.answers import label_scores
from canary.labelled.tasks.parts import numbers, parsed

MOST_NAMES = 12
_QUANTILE = re.compile(
    r"(?:p|q|quantile|percentile|pct)?_?(0?\.\d+|\d{1,2}(?:\.\d+)?)%?", re.IGNORECASE
)
_NUMBERS = {
    None: "scores {of}, the highest is best",
    "scores": "scores {of}, the highest is best",
    "ranks": "ranks {of}, 1 is best",
    "distances": "distances {of}, the lowest is best",
    "order": "the items' indexes, the best first",
}
_SPAN_KEYS = (
    ("start", "begin", "offset", "beginoffset", "startoffset", "startchar", "from"),
    ("end", "stop", "endoffset", "endchar", "to"),
    ("type", "label", "entity", "entitygroup", "category", "kind", "class"),
)

OWN_KEYS = {
    "multilabel": ("labels", "predicted_labels", "classes", "class_names"),
    "entities": ("entities",),
}
"""Keys that say by themselves what the list under them is, where nothing stands beside it."""


def form_of_answer(value: Any, spec: QualityGuardSpec) -> str:
    """Return what is read of one record's value, which can be read, in words."""
    said = _FORMS[spec.task](value if spec.task == "multilabel" else _inside(value), spec)
    mapped = spec.answer_rules.label_map
    return said if mapped is None else f"{said}, {len(mapped)} names mapped"


def _inside(value: Any) -> Any:
    one = isinstance(value, list) and len(value) == 1 and isinstance(value[0], list | Mapping)
    return value[0] if one else value


def _text(_: Any, spec: QualityGuardSpec) -> str:
    return "a text" if spec.answer_rules.extract is None else "what extract takes out of a text"


def _entities(*_: object) -> str:
    return "entities by start, end and type"


def _labels(value: Any, spec: QualityGuardSpec) -> str:
    if _scored(value, spec):
        kind = "sigmoid of the scores" if spec.answer_rules.activation == "sigmoid" else "P"
        row = numbers(_inside(value)) is not None
        of = f"{_names(spec.classes or ())} in this order" if row else "each label"
        return f"{kind} of {of}, the labels are those above {spec.threshold:g} (threshold)"
    if isinstance(_inside(value), Mapping):
        return "the labels that are true"
    one = value[0] if isinstance(value, list) and len(value) == 1 else value
    split = spec.label_separator is not None and isinstance(one, str)
    if split and not isinstance(parsed(one), list):
        return f"labels, a text split at {spec.label_separator!r}"
    return "a list of labels"


def _scored(value: Any, spec: QualityGuardSpec) -> bool:
    try:
        return bool(label_scores(value, spec))
    except UnreadableAnswer:
        return False


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names[:MOST_NAMES]) + ", ..." * (len(names) > MOST_NAMES)


def _ranking(value: Any, spec: QualityGuardSpec) -> str:
    if isinstance(value, Mapping):
        said = _NUMBERS[spec.ranked_by].format(of="by item")
    elif all(isinstance(one, str) for one in value):
        said = "items, the best first"
    else:
        return _NUMBERS[spec.ranked_by].format(of="in the label's order")
    return f"{said} (an item that no label names is irrelevant, a relevant one left out ranks last)"


def _quantiles(value: Any, spec: QualityGuardSpec) -> str:
    if spec.quantiles is None:
        return "values by the quantiles that it names"
    shown = ", ".join(f"{one:g}" for one in spec.quantiles[:MOST_NAMES])
    more = ", ..." * (len(spec.quantiles) > MOST_NAMES)
    if isinstance(value, Mapping):
        return f"values by the quantiles that it names, of which {shown}{more} are compared"
    return f"values of the quantiles {shown}{more} in this order"


def _anything(*_: object) -> str:
    return "a JSON value, which the scorer is given"


_FORMS: dict[Task, Callable[[Any, QualityGuardSpec], str]] = {
    "text": _text,
    "entities": _entities,
    "multilabel": _labels,
    "ranking": _ranking,
    "quantiles": _quantiles,
    "custom": _anything,
}


def quantile_named(key: object) -> float | None:
    """Return the quantile that a key may name (p10, q0.9, 50%, median), above 0 and below 1."""
    text = str(key).strip()
    if text.lower() in {"median", "p50"}:
        return 0.5
    found = _QUANTILE.fullmatch(text)
    if found is None:
        return None
    number = float(found.group(1))
    share = number if "." in found.group(1) and number < 1 else number / 100
    return share if 0 < share < 1 else None


def span_keys(value: Mapping[Any, Any]) -> tuple[str, str, str] | None:
    """Return the keys of an object that may be an entity's start, end and type; None where one is
    missing or may be several.
    """
    known = {re.sub(r"[^a-z]", "", str(key).lower()): str(key) for key in value}
    found = [[known[name] for name in names if name in known] for names in _SPAN_KEYS]
    if any(len(keys) != 1 for keys in found):
        return None
    start, end, kind = (keys[0] for keys in found)
    return start, end, kind


def own_key(values: Sequence[Any], task: str) -> str | None:
    """Return the one key that all of these objects have, where it says that a list under it is the
    answer: an empty one too, of a record that no label applies to.
    """
    for key in OWN_KEYS.get(task, ()):
        if all(isinstance(value, Mapping) and value.keys() == {key} for value in values):
            return key if all(isinstance(value[key], list) for value in values) else None
    return None
