"""The one reading that all probed answers allow, found by their shape."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from canary.domain.labelled.contract import WHOLE, Reading
from canary.labelled.answers.errors import is_error
from canary.labelled.answers.inference.ambiguity import Ambiguous
from canary.labelled.answers.inference.given import Given
from canary.labelled.answers.inference.objects import infer_objects
from canary.labelled.answers.inference.parts import infer_parts
from canary.labelled.answers.inference.rows import infer_columns, infer_pairs, infer_rows
from canary.labelled.answers.inference.scalars import infer_scalars
from canary.labelled.answers.places import unwrapped
from canary.labelled.answers.scores import is_pairs
from canary.labelled.numbers import is_number


def kind(value: Any) -> str:
    """Return the shape a value is read by: scalar, row, columns, pairs, object or nothing."""
    if isinstance(value, str | bool | int | float):
        return "scalar"
    if is_pairs(value):
        return "pairs"
    if isinstance(value, list):
        if not value:
            return "nothing"
        return "row" if all(map(is_number, value)) else "columns"
    return "object" if isinstance(value, dict) and value else "nothing"


def infer(values: Sequence[Any], given: Given, path: str = WHOLE) -> Reading | None:
    """Return the one reading of these values, None where no reading explains any; raise Ambiguous
    where several may.
    """
    if given.has_parts:
        kept = without_errors(values, given)
        return infer_parts(kept, given, given.base.but(label=path, whole=True))
    inside = without_errors([unwrapped(value) for value in values], given)
    by_kind: dict[str, list[Any]] = {}
    for value in inside:
        by_kind.setdefault(kind(value), []).append(value)
    by_kind.pop("nothing", None)
    texts = [value for value in by_kind.get("scalar", ()) if not is_number(value)]
    structured = {name: held for name, held in by_kind.items() if name != "scalar"}
    said = any(given.label_of(text) is not None for text in texts)
    if structured and len(texts) == len(by_kind.get("scalar", ())) and not said:
        by_kind = structured
    if not by_kind:
        return None
    if len(by_kind) > 1:
        shapes = Counter({name: len(held) for name, held in by_kind.items()}).most_common(2)
        readings = tuple(f"{count} of {len(values)} are each {name}" for name, count in shapes)
        raise Ambiguous(inside[0], readings, "Say where the answer is: answer (--answer PATH)")
    (name, held) = next(iter(by_kind.items()))
    if name == "object":
        return infer_objects(held, given, path, infer)
    return _READERS[name](held, given, path)


def without_errors(values: Sequence[Any], given: Given) -> list[Any]:
    """Return the values but for error objects, all where there is nothing else: what failed says
    nothing about how answers are read.
    """
    kept = [value for value in values if not (is_error(value) and not _names(value, given))]
    return kept or list(values)


def _names(value: dict[str, Any], given: Given) -> bool:
    return any(given.label_of(held) is not None for held in value.values())


_READERS: dict[str, Callable[[Sequence[Any], Given, str], Reading | None]] = {
    "scalar": infer_scalars,
    "row": infer_rows,
    "columns": infer_columns,
    "pairs": infer_pairs,
}
