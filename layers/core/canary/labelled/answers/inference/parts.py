"""Readings of answers of several parts: what is read of them, and where it may be instead.

Rules: a label set is decided by a threshold where answers tell scores, and by nothing where they
list labels: what may be either is refused. Where none of a variant's answers can be read, the
places and keys that would make them readable are named.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from canary.domain.labelled.contract import WHOLE, Reading
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import AnswerRules
from canary.labelled.answers.inference.ambiguity import DEEPEST, Ambiguous, as_rules
from canary.labelled.answers.inference.given import Given
from canary.labelled.answers.names import KnownLabels
from canary.labelled.answers.places import find, joined
from canary.labelled.answers.read import Parts, predicted
from canary.labelled.numbers import UnreadableAnswer
from canary.labelled.tasks.answers import label_scores
from canary.labelled.tasks.forms import OWN_KEYS, form_of_answer, own_key, quantile_named, span_keys
from canary.labelled.tasks.parts import separators_in, span

MOST_PLACES, MOST_READINGS, LONGEST_PLACE = 60, 3, 120
_WHAT = {
    "text": "the text",
    "entities": "the entities",
    "multilabel": "the labels",
    "ranking": "the ranking",
    "quantiles": "the quantiles",
}


LOGITS = " by their logits (of percentages the model has to make probabilities)"


class Way(NamedTuple):
    """One way to read answers: a place, and the keys of the guard that it takes besides."""

    place: str
    words: str = ""
    keys: str = ""
    activation: bool = False


def infer_parts(values: Sequence[Any], given: Given, reading: Reading) -> Reading | None:
    """Return the reading with what it reads, in words; None where it reads none of the values.
    Raises Ambiguous where the scores of a label set may be cut off already.
    """
    read = [value for value in values if _is_read(value, given.known, reading)]
    if not read:
        key = own_key(values, given.task) if reading.label == WHOLE else None
        inside = [] if key is None else [value[key] for value in values]
        return infer_parts(inside, given, reading.but(label=key)) if inside else None
    if given.task in OWN_KEYS and not any(read) and len(read) < len(values):
        return None  # answers of nothing alone say nothing of how the others are read
    scored = _check_scores(read, given) if given.task == "multilabel" else False
    shown = [value for value in read if value] or read
    forms = dict.fromkeys(form_of_answer(value, given.known.spec) for value in shown)
    form = " or ".join(list(forms)[:2])
    if given.task in OWN_KEYS and not any(read):
        form += f", none in any of the first {len(read)} answers"
    return reading.but(whole=True, form=form, decides="score" if scored else "label")


def _is_read(value: Any, known: KnownLabels, reading: Reading) -> bool:
    try:
        predicted(Parts(label=value), reading, known)
    except (UnreadableAnswer, OverflowError, RecursionError):
        return False
    return True


def _check_scores(values: Sequence[Any], given: Given) -> bool:
    """Return whether the answers tell scores by label; raise Ambiguous where it stays open what of
    them is the answer, and no threshold is given.
    """
    spec, names = given.known.spec, given.known.names
    told = [scores for value in values if (scores := _scores(value, spec))]
    if not told or "threshold" in spec.model_fields_set:
        return bool(told)
    above = [sum(score > spec.threshold for score in scores.values()) for scores in told]
    cut = [
        len(names - scores.keys()) > len(scores.keys() - names) and count < len(scores)
        for scores, count in zip(told, above, strict=True)
    ]
    threshold = f"threshold {spec.threshold:g} (--threshold {spec.threshold:g}), or another"
    if any(cut):
        readings = (
            "the labels that an answer lists are its labels, whatever their scores",
            f"those with a score above {spec.threshold:g} are, and the others are not",
        )
        remedy = f"Say which: the labels' place, as answer `[].label` (--answer), or {threshold}"
        raise Ambiguous(values[0], readings, remedy)
    if above.count(0) * 2 > len(above):
        seen = f"{above.count(0)} of the {len(above)} first answers"
        readings = (
            f"no label applies where none has a score above {spec.threshold:g}, as in {seen}",
            "labels are decided by a lower threshold, or scores share 1 between them",
        )
        raise Ambiguous(values[0], readings, f"Say which: {threshold}")
    return True


def _scores(value: Any, spec: QualityGuardSpec) -> dict[str, float] | None:
    try:
        return label_scores(value, spec)
    except UnreadableAnswer:
        return None


def check_elsewhere(values: Sequence[Any], given: Given, reading: Reading, place: str) -> None:
    """Return where no place in answers that cannot be read holds one either, nor any key makes them
    readable; raise Ambiguous with those that do. `place` is what a user would write in front of a
    place in a value; empty for the values of one record in a request of several.
    """
    values = [value for value in values if value] or values
    ways = list(_ways(values, given, reading))[:MOST_READINGS] or _empty_ways(values, given)
    if not ways:
        return
    what = _WHAT[given.task]
    readings = [
        f"{'the answer itself' if way.place == WHOLE else f'`{_shown(way.place)}`'} holds "
        f"{what}{way.words}"
        for way in ways
    ]
    readings.append(f"no answer of task {given.task} is in it")
    told = dict.fromkeys(_remedy(way, place) for way in ways)
    raise Ambiguous(values[0], tuple(readings), f"Say which: {'; or '.join(told)}")


def _remedy(way: Way, place: str) -> str:
    rules: dict[str, object] = {"activation": "sigmoid"} if way.activation else {}
    here = _shown(way.place if place == WHOLE else _behind(place, way.place))
    if way.place != WHOLE and place and not rules:
        keys = [f'answer "{here}" (--answer {_quoted(here)})']
    elif way.place != WHOLE or rules:
        keys = [as_rules(**({} if way.place == WHOLE else {"label": way.place}), **rules)]
    else:
        keys = []
    return " with ".join([*keys, *([way.keys] if way.keys else [])])


def _behind(place: str, step: str) -> str:
    return f"{place}{step}" if step.startswith("[") else f"{place}.{step}"


def _shown(place: str) -> str:
    """Return a place as it may be told: where a key is no plain name it may be a value, and is left
    for the user to write.
    """
    return "PLACE" if '"' in place or len(place) > LONGEST_PLACE else place


def _quoted(text: str) -> str:
    return text if text.replace("_", "").replace(".", "").isalnum() else f"'{text}'"


def _ways(values: Sequence[Any], given: Given, reading: Reading) -> Iterator[Way]:
    """Yield the ways in which at least half of the values can be read."""
    wanted = (len(values) + 1) // 2
    for path in [WHOLE, *_places(values[0], given.task)][:MOST_PLACES]:
        found = [held for value in values if (held := _found(value, path)) is not None]
        always_the_same = len(found) > 1 and all(one == found[0] for one in found)
        if len(found) < wanted or (always_the_same and given.task == "text"):
            continue
        for spec, way in _changed(found, given.known, path):
            known = KnownLabels(spec, given.known.names)
            read = [one for one in found if _is_read(one, known, reading) and _fits(one, known)]
            if len(read) >= wanted:
                yield way
                break


def _empty_ways(values: Sequence[Any], given: Given) -> list[Way]:
    """Return the places that hold an empty list in every value: answers of nothing, perhaps."""
    if given.task not in OWN_KEYS:
        return []
    places = list(_places(values[0], given.task))[:MOST_PLACES]
    empty = [path for path in places if all(_found(value, path) == [] for value in values)]
    words = f", and none of the first {len(values)} answers has any"
    return [Way(path, words) for path in empty[:MOST_READINGS]]


def _found(value: Any, path: str) -> Any:
    try:
        return find(value, path)
    except UnreadableAnswer:
        return None


def _fits(value: Any, known: KnownLabels) -> bool:
    """Return whether a value that can be read may be meant: text that is no number, lists that are
    not empty, names that the set has.
    """
    if not value or isinstance(value, bool):
        return False
    if known.spec.task == "multilabel" and known.names and not known.spec.classes:
        told = predicted(Parts(label=value), Reading(), known).decision
        return any(f'"{name}"' in told for name in known.names) or bool(_scores(value, known.spec))
    return known.spec.task != "text" or isinstance(value, str)


def _places(value: Any, task: str, path: str = WHOLE, depth: int = 0) -> Iterator[str]:
    """Yield the places in an answer, as a user would write them."""
    if depth > DEEPEST:
        return
    if isinstance(value, Mapping):
        yield from _in_object(value, task, path, depth)
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        yield from _in_objects(value, task, path, depth)
    elif task == "multilabel" and _are_whole(value):
        yield f"{'' if path == WHOLE else path}[].to_string(@)"
    elif isinstance(value, list) and len(value) == 1:
        yield from _places(value[0], task, "[0]" if path == WHOLE else f"{path}[0]", depth + 1)
    elif isinstance(value, str) and task == "multilabel":
        yield f"[{path}]"


def _are_whole(value: Any) -> bool:
    """Return whether a value is a list of numbers that may be the names of labels."""
    return isinstance(value, list) and bool(value) and all(type(one) is int for one in value)


def _in_object(value: Mapping[Any, Any], task: str, path: str, depth: int) -> Iterator[str]:
    shares = sorted((share, key) for key in value if (share := quantile_named(key)) is not None)
    if task == "quantiles" and shares:
        yield _listed([key for _, key in shares], path)
    for key, held in value.items():
        yield joined(path, str(key))
        yield from _places(held, task, joined(path, str(key)), depth + 1)


def _in_objects(
    value: Sequence[Mapping[Any, Any]], task: str, path: str, depth: int
) -> Iterator[str]:
    inside = "[]" if path == WHOLE else f"{path}[]"
    keys = span_keys(value[0]) if task == "entities" and span(value[0]) is None else None
    if keys is not None:
        yield f"{inside}.{{start: {keys[0]}, end: {keys[1]}, type: {keys[2]}}}"
    if len(value) == 1 or task == "text":
        yield from _places(value[0], task, f"{inside[:-1]}0]", depth + 1)
    if task in {"multilabel", "ranking"}:
        yield from (joined(inside, str(key)) for key in value[0])


def _listed(keys: Sequence[str], path: str) -> str:
    inner = ", ".join(joined(WHOLE, key) for key in keys)
    return f"[{inner}]" if path == WHOLE else f"{path}.[{inner}]"


def _changed(
    found: Sequence[Any], known: KnownLabels, path: str
) -> Iterator[tuple[QualityGuardSpec, Way]]:
    """Yield the guard as it is, and with each key that may make an answer readable."""
    spec, one = known.spec, found[0]
    if path != WHOLE:
        yield spec, Way(path)
    row = len(one) if isinstance(one, list) else 0
    if spec.task == "quantiles" and spec.quantiles is None and row:
        shares = _named_in(path) or tuple((i + 1) / (row + 1) for i in range(row))
        shown = ",".join(f"{share:g}" for share in shares) if _named_in(path) else "Q1,Q2,..."
        words = ", in an order that it does not tell" if not _named_in(path) else ""
        if len(shares) == row:
            yield (
                spec.but(quantiles=shares),
                Way(path, words, f"quantiles in their order (--quantiles {shown})"),
            )
    if spec.task == "multilabel":
        texts = [one for one in found if isinstance(one, str)]
        yield from _changed_labels(known, path, row, texts)


def _named_in(path: str) -> tuple[float, ...]:
    """Return the quantiles that a list of places names."""
    if not path.endswith("]") or "[" not in path:
        return ()
    keys = path[path.rindex("[") + 1 : -1].split(", ")
    shares = [quantile_named(key.strip('"')) for key in keys]
    return tuple(share for share in shares if share is not None)


def _changed_labels(
    known: KnownLabels, path: str, row: int, texts: Sequence[str]
) -> Iterator[tuple[QualityGuardSpec, Way]]:
    spec = known.spec
    if spec.classes is None and row > 1:
        names = tuple(map(str, range(row)))
        words = ", or scores of them, in an order that it does not tell"
        yield (
            spec.but(classes=names),
            Way(path, words, "classes in their order (--classes A,B,...)"),
        )
    if spec.label_separator is None:
        for separator in separators_in(texts, known.names):
            key = f'label_separator "{separator}" (--label-separator "{separator}")'
            yield spec.but(label_separator=separator), Way(path, f", split at {separator!r}", key)
    if spec.answer is None:
        rules = AnswerRules(activation="sigmoid")
        yield spec.but(answer=rules), Way(path, LOGITS, activation=True)
