"""Checks of a labelled set that need no model: what the planner refuses, and what an evaluation
refuses to begin.
"""

import contextlib
from collections.abc import Iterable

from canary.domain.errors import Refused
from canary.domain.labelled.prediction import Label
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.answers.places import check_answer_paths
from canary.labelled.examples import read_example, read_label
from canary.labelled.layout import is_garbled
from canary.labelled.records import RecordFile, UnusableRow
from canary.labelled.requests import BodyTooLarge, Unsendable, build_body, check_request
from canary.labelled.spellings import check_spellings
from canary.labelled.tasks.classes import class_name
from canary.labelled.tasks.labels import WANTED


def check_records(records: RecordFile, spec: QualityGuardSpec, *, whole: bool) -> None:
    """Return when the records fit the spec: columns, labels, request and answer expression.

    `whole` says that these are all the records of the set, so that a single class among them is
    final. Raises Refused naming the field, and the row where one is to blame.
    """
    check_answer_paths(spec)
    check_request(spec, records.layout)
    garbled = records.survey.garbled
    if garbled > (1 - spec.min_usable) * len(records):
        problem = f"{garbled:,} of {len(records):,} records are not the text they were written as"
        remedy = "Name the file's encoding, as latin-1 or utf-16"
        raise Refused("guards.quality.encoding", problem, remedy)
    label, problem = _first_label(records, spec)
    if label is None:
        remedy = "Check label_column, task, positive_label and header"
        raise Refused("guards.quality.label_column", f"no usable row; {problem}", remedy)
    if spec.task in {"binary", "multiclass"}:
        _check_classes(records, spec, whole=whole)
    if spec.task in {"binary", "multiclass", "regression"}:  # labels that are what they are as text
        _check_foreign(records, spec)
    floors = {
        "labelled_set": (records.survey.foreign_parts, "labels", WANTED.get(spec.task, "")),
        "weight_column": (records.survey.unweighed, "weights", "a number of 0 or more"),
    }
    for field, (count, what, wanted) in floors.items():
        if count > (1 - spec.min_usable) * len(records):
            problem = f"{count:,} of {len(records):,} {what} cannot be used: wanted is {wanted}"
            remedy = "Correct them or the task, or set min_usable to the share to rest on"
            raise Refused(f"guards.quality.{field}", problem, remedy)


def _check_foreign(records: RecordFile, spec: QualityGuardSpec) -> None:
    """Return where few labels are of another kind than the task reads; a record without one is not
    among them, for it may be labelled later.
    """
    labelled = foreign = 0
    first = ""
    for text, count in records.survey.labels.items():
        if text.lower() in records.layout.missing:
            continue
        labelled += count
        try:
            read_label(text, spec, records.layout.missing)
        except UnusableRow as error:
            foreign, first = foreign + count, first or str(error)
    if foreign > (1 - spec.min_usable) * labelled:
        problem = f"{foreign:,} of {labelled:,} labels cannot be used: one {first}"
        remedy = "Correct the labels, classes or task, or set min_usable to the share to rest on"
        raise Refused("guards.quality.labelled_set", problem, remedy)


def _check_classes(records: RecordFile, spec: QualityGuardSpec, *, whole: bool) -> None:
    """Return when the labels make at least two classes, and not more than the task tells apart."""
    labels = set(records.survey.labels)
    if spec.task == "binary" and {"-1", "0", "1"} <= set(map(class_name, labels)):
        problem = "the labels -1, 0 and 1 are three classes, and a binary task has two"
        raise Refused("guards.quality.positive_label", problem, "Name it, or set task multiclass")
    alike = whole and len(_classes(labels, records, spec)) < 2
    if alike:
        _check_alike(labels, records, spec)
    check_spellings(records.survey.labels, spec, records.layout.missing, whole=whole)
    if alike:
        problem = (
            f"every label is the same on all {len(records)} records, so right answers say nothing"
        )
        raise Refused("guards.quality.labelled_set", problem, "Use a set with at least two classes")


def _check_alike(texts: Iterable[str], records: RecordFile, spec: QualityGuardSpec) -> None:
    """Return where the labels are one text, or the positive label is one that they might be; raise
    Refused where they differ and are still read as one class.
    """
    named = sorted({class_name(text) for text in texts} - records.layout.missing - {""})
    if spec.task != "binary" or len(named) < 2:
        return
    if any(is_garbled(name) for name in named):
        problem = "labels of the set are not the text that they were written as"
        remedy = "Name the file's encoding, as latin-1 or utf-16"
        raise Refused("guards.quality.encoding", problem, remedy)
    if not spec.names_positive:
        problem = f"the set has {len(named):,} labels, and not all of them are 0 or 1"
        raise Refused("guards.quality.positive_label", problem, "Name the label that means 1")


def _first_label(records: RecordFile, spec: QualityGuardSpec) -> tuple[Label | None, str]:
    problem = "the set has no rows"
    for index in range(len(records)):
        try:
            example = read_example(records.row(index), records.layout, spec)
            build_body((example,), records.layout, spec)
        except (UnusableRow, BodyTooLarge, Unsendable) as error:
            problem = f"row {index + 1} {error}" if index == 0 else problem
        else:
            return example.label, ""
    return None, problem


def _classes(texts: Iterable[str], records: RecordFile, spec: QualityGuardSpec) -> set[Label]:
    found = set[Label]()
    for text in texts:
        with contextlib.suppress(UnusableRow):
            found.add(read_label(text, spec, records.layout.missing))
    return found
