"""The names of a set's classes, as answers will be held against them."""

import contextlib

from canary.domain.labelled.scorers.values import names_in
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.examples import ExampleReader, read_label
from canary.labelled.records import RecordFile, UnusableRow
from canary.labelled.tasks.classes import class_name


def label_names(records: RecordFile, spec: QualityGuardSpec) -> frozenset[str]:
    """Return the names of all usable labels of a set; of label sets and entities those in its
    first records.

    Nothing where they are too many to have been counted, where the task has no classes, or where
    `classes` or 0 and 1 name them already.
    """
    if spec.task in {"entities", "multilabel"} and spec.classes is None:
        return part_names(records, spec)
    named = spec.classes is not None
    zero_one = spec.task == "binary" and not spec.names_positive
    survey, has_classes = records.survey, spec.task in {"binary", "multiclass"}
    if named or zero_one or not has_classes or survey.unlisted:
        return frozenset()
    names = set()
    for text in survey.labels:
        with contextlib.suppress(UnusableRow):
            read_label(text, spec, records.layout.missing)
            names.add(class_name(text))
    return frozenset(names)


LOOKED_AT = 2_000
"""Records whose labels are looked at for the names in them."""


def part_names(records: RecordFile, spec: QualityGuardSpec) -> frozenset[str]:
    """Return the names in the label sets or entities of a set's first records."""
    names, reader = set[str](), ExampleReader(records.layout, spec)
    for number in range(min(len(records), LOOKED_AT)):
        with contextlib.suppress(UnusableRow):
            label = reader.read(records.row(number)).label
            names |= names_in(str(label), spec.task)
    return frozenset(names)
