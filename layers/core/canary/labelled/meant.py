"""What a spec says that cannot be meant: keys that contradict each other, or say nothing here.

Rules: refused before any model is asked, naming both sides. A key without effect is refused too:
who gave it believes that it counts.
"""

import difflib
import unicodedata
from collections.abc import Collection, Iterator

from canary.domain.errors import Refused
from canary.domain.model import Frozen
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.metric_keys import SCORER
from canary.labelled.files.plain_text import format_of
from canary.labelled.records import RecordFile
from canary.labelled.tasks.classes import class_name

CLASSES = ("binary", "multiclass")
_TASKS = {
    "right_within": ("regression",),
    "ndcg_at": ("ranking",),
    "ranked_by": ("ranking",),
    "ranks_catalogue": ("ranking",),
    "quantiles": ("quantiles",),
    "label_separator": ("multilabel",),
    "costs": CLASSES,
    "positive_label": ("binary",),
    "classes": (*CLASSES, "multilabel", "entities"),
    "threshold": ("binary", "multilabel"),
}
_RULES = {
    "label_map": (*CLASSES, "multilabel", "entities"),
    "labels_from": CLASSES,
    "score_of": CLASSES,
    "activation": (*CLASSES, "multilabel"),
    "ranks_only": CLASSES,
}
_CSV_ALONE = ("delimiter", "escape", "header", "column_types")


def check_meant(spec: QualityGuardSpec, records: RecordFile, *, whole: bool = True) -> None:
    """Return when every key of the spec can be meant; raise Refused naming what contradicts it.
    `whole` says that these are all the records of the set.
    """
    for field, problem, remedy in (
        *_without_effect(spec),
        *_of_answers(spec),
        *_of_names(spec),
        *((*_of_labels(spec, records), *_of_slices(spec, records)) if whole else ()),
    ):
        raise Refused(f"guards.quality.{field}", problem, remedy)


Problem = tuple[str, str, str]


def _given(keys: Frozen, name: str) -> bool:
    """Return whether a key says other than it would by itself. `answer` has its defaults written
    out in a plan, and a plan of an earlier version has all of them: that a key is set says nothing.
    """
    default = type(keys).model_fields[name].get_default(call_default_factory=True)
    return getattr(keys, name) not in (None, (), {}, default)


def _without_effect(spec: QualityGuardSpec) -> Iterator[Problem]:
    """Return the keys that mean nothing for this task, set or metric."""
    for key, tasks in _TASKS.items():
        if _given(spec, key) and spec.task not in tasks:
            yield key, f"means nothing for task {spec.task}", f"Leave it out, or set {_or(tasks)}"
    decide = spec.deciding
    if spec.costs is not None and "cost" not in decide:
        yield "costs", "no metric uses it", "Name cost in metrics, or leave costs out"
    if spec.scorer is not None and SCORER not in decide:
        deciding = ", ".join(sorted(decide))
        yield "scorer", f"{deciding} decides, and the scorer never", f"Name {SCORER} in metrics"
    if spec.scorer is None and _given(spec, "scorer_batch"):
        yield "scorer_batch", "there is no scorer", "Name scorer, or leave it out"
    if spec.weight_cap is not None and spec.weight_column is None:
        yield "weight_cap", "there is no weight_column", "Name weight_column, or leave it out"
    form = format_of(spec)
    if form != "csv":
        for key in _CSV_ALONE:
            if _given(spec, key):
                yield key, f"means nothing for a set in {form}", "Leave it out, or set format csv"


def _or(tasks: tuple[str, ...]) -> str:
    return " or ".join(f"task {task}" for task in tasks)


def _of_answers(spec: QualityGuardSpec) -> Iterator[Problem]:
    """Return what of `answer` contradicts itself or the task."""
    rules = spec.answer_rules
    for key, tasks in _RULES.items():
        if spec.task not in tasks and _given(rules, key):
            yield f"answer.{key}", f"means nothing for task {spec.task}", "Leave it out"
    if rules.activation == "softmax" and spec.task == "multilabel":
        problem = "softmax lets one label of a record be likely, and a label set has several"
        yield "answer.activation", problem, "Use sigmoid"
    if rules.activation == "softmax" and rules.score is not None:
        problem = "softmax of the one number that answer.score names is 1 whatever it is"
        yield "answer.activation", problem, "Use sigmoid, or name several in answer.scores"
    thresholds = rules.threshold
    if thresholds is not None and spec.task != "binary":
        beside = "Give threshold beside answer" if spec.task == "multilabel" else "Leave it out"
        yield "answer.threshold", f"means nothing for task {spec.task}", beside
    if isinstance(thresholds, dict) and len(thresholds) == 1:
        (role,) = thresholds
        other = "canary" if role == "baseline" else "baseline"
        problem = f"{role} has one and {other} has none"
        yield "answer.threshold", problem, f"Give {other} one too, or one number for both"
    each = thresholds.values() if isinstance(thresholds, dict) else [thresholds]
    for one in each:
        if one is not None and not rules.ranks_only and not 0 <= one <= 1:
            problem = (
                f"no probability is above {one:g}" if one > 1 else f"every one is above {one:g}"
            )
            yield "answer.threshold", problem, "Give one from 0 to 1, or set answer.ranks_only"


def _of_names(spec: QualityGuardSpec) -> Iterator[Problem]:
    """Return the names of the spec that contradict each other."""
    classes = [class_name(name) for name in spec.classes or ()]
    twice = next((name for name in classes if classes.count(name) > 1), None)
    if twice is not None:
        yield "classes", f"names {twice!r} twice", "Name each class once, in the answer's order"
    if spec.quantiles is not None and len(set(spec.quantiles)) < len(spec.quantiles):
        yield "quantiles", "names one twice", "Name each once, in the answer's order"
    positive = class_name(spec.positive_label)
    if classes and _given(spec, "positive_label") and positive not in classes:
        problem = f"{positive!r} is not one of classes ({', '.join(classes)})"
        yield "positive_label", problem, "Name one of them, or correct classes"


def _of_labels(spec: QualityGuardSpec, records: RecordFile) -> Iterator[Problem]:
    """Return the names of the spec of which the set has none."""
    if spec.task not in CLASSES or records.survey.unlisted:
        return
    classes = [class_name(name) for name in spec.classes or ()]
    missing = records.layout.missing
    labels = {class_name(text) for text in records.survey.labels if text.lower() not in missing}
    if classes and not labels & set(classes):
        problem = f"no label of the set is one of them ({', '.join(classes[:5])})"
        yield "classes", problem, "Name the set's own labels, or correct label_column"
    yield from _of_costs(spec, labels)
    values = {class_name(name) for name in (spec.answer_rules.label_map or {}).values()}
    if values and not values & (labels | set(classes)):
        problem = f"no label of the set is what it maps to ({', '.join(sorted(values)[:5])})"
        yield "answer.label_map", problem, "Map the names in answers to the set's own labels"


def _of_costs(spec: QualityGuardSpec, labels: Collection[str]) -> Iterator[Problem]:
    """Return the first label of a set of several classes that `costs` says nothing of."""
    if spec.costs is None or spec.task != "multiclass":
        return
    told = set(map(class_name, spec.costs))
    lacking = sorted({*labels} - told - {""}) if spec.classes is None else []
    for label in lacking[:1]:
        near = _near(label, told)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        problem = f"label {label!r} of the set has no row in it ({len(lacking):,} have none)"
        yield "costs", problem, f"{meant}Add its row, and what deciding for it costs to the others"


def _of_slices(spec: QualityGuardSpec, records: RecordFile) -> Iterator[Problem]:
    """Return the slices of the spec that no record of the set is in."""
    known = records.survey.slices
    for name in spec.slices:
        if name in known:
            continue
        near = _near(name, known)
        problem = (
            f"no record of the set is in slice {name!r} (slice_column {spec.slice_column!r} holds "
            f"{len(known):,} others)"
        )
        meant = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
        yield "slices", problem, f"{meant}Write it as the column does, or take it out"


def _near(name: str, known: Collection[str]) -> list[str]:
    """Return the names that somebody most likely meant: but for case, spaces and form the same,
    else up to two that are spelled nearly so.
    """
    folded = {one: _folded(one) for one in sorted(known)}
    same = [one for one, text in folded.items() if text == _folded(name)]
    return same[:2] or difflib.get_close_matches(name, folded, 2)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
